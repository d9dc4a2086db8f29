/**
 * Finds a field's value in a JSON line without parsing the line.
 *
 * For a JSON object the result is that of `JSON.parse`: the last of duplicate keys wins, escapes are decoded, and a name
 * inside a string is no key. For any other text the result is a best effort; it never throws.
 * `test/property/field.test.ts` compares it with `JSON.parse`.
 */

/** Reads the value as text; `undefined` if no path leads to one. */
export type FieldReader = (line: string) => string | undefined

const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d
const OPEN_BRACKET = 0x5b
const CLOSE_BRACKET = 0x5d
const COMMA = 0x2c
const COLON = 0x3a

/**
 * A reader for the first of `paths` that the line has. `a.b` leads through nested objects; without them, the top-level key
 * `a.b` counts. Strings, numbers and booleans are values. `null`, objects, arrays and `''` are none.
 */
export function compileFieldReader(paths: readonly string[]): FieldReader {
  const readers = paths.flatMap((path) =>
    path.includes('.') ? [compilePath(path.split('.')), compilePath([path])] : [compilePath([path])]
  )
  const [only] = readers
  if (only !== undefined && readers.length === 1) return only
  return (line) => {
    for (const read of readers) {
      const value = read(line)
      if (value !== undefined) return value
    }
    return undefined
  }
}

/** A name on a path, with its search text. */
interface Name {
  readonly text: string
  /** The name and the quote after it; `undefined` if the search would be ambiguous, and every key must be read. */
  readonly needle: string | undefined
}

function compilePath(path: readonly string[]): FieldReader {
  const names = path.map(compileName)
  return (line) => {
    const backslash = line.indexOf('\\')
    // \u is the only escape that can stand for a letter. So a line with \u may spell a key in another way.
    const spelled = backslash >= 0 && line.includes('\\u', backslash)
    const firstEscape = backslash < 0 ? line.length : backslash
    let at = skipSpace(line, 0)
    for (const [depth, name] of names.entries()) {
      if (line.charCodeAt(at) !== OPEN_BRACE) return undefined
      at = spelled ? walkMembers(line, at, name.text) : findMember(line, at, name, depth > 0, firstEscape)
      if (at < 0) return undefined
    }
    return scalarAt(line, at, firstEscape)
  }
}

function compileName(text: string): Name {
  // Ambiguous is a name with a character that JSON escapes without \u. So is a name whose beginning can follow the end of a
  // string: `","` in `["a","b"]` looks like a key.
  const ambiguous = JSON.stringify(text).length !== text.length + 2 || /^$|^[\s,:{}[\]]|\//.test(text)
  return { text, needle: ambiguous ? undefined : `${text}"` }
}

/**
 * Start of the value of the last member called `name` of the object that opens at `open`; -1 if none.
 * `firstEscape` is the place of the line's first backslash, or its length.
 *
 * Native searches read the text instead of this code. For `hostname` in a pino line of 240 B this takes 80 ns; reading every
 * key up to it took 340 ns, and JSON.parse 870 ns. In a line of 2 KB the times are 110, 370 and 1,540 ns. Three tricks:
 * - The needle is `hostname"`, without the quote before it. The engine searches for the first character of a needle, and
 *   quotes are everywhere (20 instead of 105 ns).
 * - Before the first backslash a quoted name is a whole string. With a colon behind it, it is a key.
 * - Before the first brace it is a key of this object. The code reads every key only behind a brace.
 */
function findMember(line: string, open: number, name: Name, nested: boolean, firstEscape: number): number {
  const { text, needle } = name
  if (needle === undefined) return walkMembers(line, open, text)
  let found = -1
  let depth = 1
  let at = open + 1
  let straightTo = -1
  for (let hit = line.indexOf(needle, at + 1); hit >= 0; hit = line.indexOf(needle, Math.max(at, hit) + 1)) {
    const key = hit - 1
    const colon = skipSpace(line, hit + needle.length)
    // Without the quote it is the end of another name. Without the colon it is an item or a value.
    if (line.charCodeAt(key) !== QUOTE || line.charCodeAt(colon) !== COLON) continue
    if (straightTo < 0) straightTo = Math.min(firstEscape, endOfStraight(line, open, nested))
    if (key >= straightTo) {
      while (at < key) {
        const code = line.charCodeAt(at)
        if (code === QUOTE) at = endOfString(line, at)
        else {
          if (code === OPEN_BRACE || code === OPEN_BRACKET) depth++
          else if ((code === CLOSE_BRACE || code === CLOSE_BRACKET) && --depth === 0) return found
          at++
        }
        if (at < 0) return found
      }
      // The hit is inside a string that started earlier.
      if (at > key) continue
    }
    at = colon + 1
    if (depth === 1) found = skipSpace(line, at)
  }
  return found
}

/** The place of the first brace in the object that opens at `open`, even in a string. All keys before it are its own. */
function endOfStraight(line: string, open: number, nested: boolean): number {
  const inner = line.indexOf('{', open + 1)
  // Nothing follows the root. For a nested object the closing brace counts, too, because other keys may follow it.
  const end = nested ? line.indexOf('}', open + 1) : -1
  return Math.min(inner < 0 ? line.length : inner, end < 0 ? line.length : end)
}

/** Does the same as {@link findMember} for keys that may hold escapes. It reads every key of the object. */
function walkMembers(line: string, open: number, name: string): number {
  let found = -1
  let at = skipSpace(line, open + 1)
  while (line.charCodeAt(at) === QUOTE) {
    const end = endOfString(line, at)
    if (end < 0) return found
    const colon = skipSpace(line, end)
    if (line.charCodeAt(colon) !== COLON) return found
    const value = skipSpace(line, colon + 1)
    if (isSpelling(line, at, end, name)) found = value
    const after = skipSpace(line, endOfValue(line, value))
    if (line.charCodeAt(after) !== COMMA) return found
    at = skipSpace(line, after + 1)
  }
  return found
}

/** Whether the string from `start` to `end`, quotes included, decodes to `name`. */
function isSpelling(line: string, start: number, end: number, name: string): boolean {
  const length = end - start - 2
  if (length === name.length) return line.startsWith(name, start + 1) && !name.includes('\\')
  // An escape has 2 to 6 characters and stands for one.
  return length > name.length && length <= 6 * name.length && decodeString(line, start, end) === name
}

/** The index after the value that starts at `at`; the end of the line if the value is not closed. */
function endOfValue(line: string, at: number): number {
  let depth = 0
  while (at < line.length) {
    const code = line.charCodeAt(at)
    if (code === QUOTE) {
      const end = endOfString(line, at)
      if (end < 0) return line.length
      at = end
      if (depth === 0) return at
      continue
    }
    if (code === OPEN_BRACE || code === OPEN_BRACKET) depth++
    else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) {
      if (depth === 0) return at
      if (--depth === 0) return at + 1
    } else if (code === COMMA && depth === 0) return at
    at++
  }
  return at
}

// Keys and most values are shorter than this. For them a loop is faster than a call of the native search.
const SHORT = 48

/** The index after the string whose quote is at `at`; -1 if the string is not closed. */
function endOfString(line: string, at: number): number {
  const near = Math.min(line.length, at + SHORT)
  for (let index = at + 1; index < near; index++) {
    const code = line.charCodeAt(index)
    if (code === QUOTE) return index + 1
    if (code === BACKSLASH) index++
  }
  return endOfLongString(line, at)
}

function endOfLongString(line: string, at: number): number {
  for (let end = line.indexOf('"', at + 1); end >= 0; end = line.indexOf('"', end + 1)) {
    let slashes = 0
    while (line.charCodeAt(end - 1 - slashes) === BACKSLASH) slashes++
    if (slashes % 2 === 0) return end + 1
  }
  return -1
}

/** The scalar that starts at `at`, as text. */
function scalarAt(line: string, at: number, firstEscape: number): string | undefined {
  const code = line.charCodeAt(at)
  if (code === QUOTE) {
    const quote = line.indexOf('"', at + 1)
    if (quote < firstEscape) return quote < 0 ? undefined : line.slice(at + 1, quote) || undefined
    const end = endOfString(line, at)
    return end < 0 ? undefined : decodeString(line, at, end) || undefined
  }
  if (code === OPEN_BRACE || code === OPEN_BRACKET) return undefined
  const text = line.slice(at, endOfValue(line, at)).trimEnd()
  if (text === 'true' || text === 'false') return text
  if (text === '' || text === 'null') return undefined
  const number = Number(text)
  return Number.isNaN(number) ? undefined : String(number)
}

/** The text between the quotes; `undefined` if JSON does not have one of its escapes. */
function decodeString(line: string, start: number, end: number): string | undefined {
  const raw = line.slice(start + 1, end - 1)
  if (!raw.includes('\\')) return raw
  try {
    const value: unknown = JSON.parse(line.slice(start, end))
    return typeof value === 'string' ? value : undefined
  } catch {
    return undefined
  }
}

function skipSpace(line: string, at: number): number {
  for (;;) {
    const code = line.charCodeAt(at)
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return at
    at++
  }
}
