/**
 * Cuts a line that is above the record limit, so that the rest of the log can still be read: at a character
 * boundary, marked, and valid JSON if it was a JSON object. Rare, so plain rather than fast; linear in
 * `maxBytes`, whatever the line holds.
 */

const ELLIPSIS = '…'
const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d
const OPEN_BRACKET = 0x5b
const CLOSE_BRACKET = 0x5d
const COLON = 0x3a
const COMMA = 0x2c

/** Smallest limit that leaves room for the marks. */
const SMALLEST = 128

/**
 * At most `maxBytes` bytes (128 or more) of a line that is longer. A JSON object keeps its beginning: a string
 * that is cut ends with `…`, what is open is closed, and the root gets a last member
 * `"dis_truncated":{"originalBytes":…}`. Other text ends with `…[truncated, … bytes]`.
 */
export function truncateLine(line: Buffer, maxBytes: number): Buffer {
  if (maxBytes < SMALLEST) throw new RangeError(`maxBytes is ${maxBytes}; it must be ${SMALLEST} or more`)
  return truncateObject(line, maxBytes) ?? truncateText(line, maxBytes)
}

function truncateText(line: Buffer, maxBytes: number): Buffer {
  const mark = Buffer.from(`${ELLIPSIS}[truncated, ${line.length} bytes]`)
  return Buffer.concat([line.subarray(0, characterStart(line, maxBytes - mark.length)), mark])
}

/** A place where a JSON object can be cut, and the text that makes it whole again but for the mark. */
interface Cut {
  readonly at: number
  readonly insideString: boolean
  /** Open brackets, outermost first. */
  readonly open: string
}

function truncateObject(line: Buffer, maxBytes: number): Buffer | undefined {
  const member = `"dis_truncated":{"originalBytes":${line.length}}`
  const cut = findCut(line, maxBytes, member.length)
  if (cut === undefined) return undefined
  const closers = [...cut.open.slice(1)].reverse().map((bracket) => (bracket === '{' ? '}' : ']'))
  const kept = line.subarray(0, cut.at)
  // An object without members takes no comma; its brace is the last thing that was kept.
  const comma = cut.open.length === 1 && kept.at(-1) === OPEN_BRACE ? '' : ','
  const end = `${cut.insideString ? `${ELLIPSIS}"` : ''}${closers.join('')}${comma}${member}}`
  return Buffer.concat([kept, Buffer.from(end)])
}

/** The last place at which the line can be cut and closed within `maxBytes`; `undefined` if it is no object. */
function findCut(line: Buffer, maxBytes: number, memberBytes: number): Cut | undefined {
  let open = ''
  let best: Cut | undefined
  // In an object a string is a key until its colon has come.
  let isKey = false
  let at = skipSpace(line, 0)
  if (line[at] !== OPEN_BRACE) return undefined
  // Brackets but the root's, a comma, the mark, and the root's brace.
  const fits = (end: number, more: number) => end + more + open.length + 1 + memberBytes <= maxBytes

  while (at < line.length && at <= maxBytes) {
    const code = line[at]
    if (code === QUOTE) {
      const end = isKey
        ? scanString(line, at, undefined)
        : scanString(line, at, (position) => {
            if (!fits(position, ELLIPSIS.length * 3 + 1)) return false
            best = { at: position, insideString: true, open }
            return true
          })
      if (end < 0) return best
      at = end
      if (!isKey && fits(at, 0)) best = { at, insideString: false, open }
      continue
    }
    if (code === OPEN_BRACE || code === OPEN_BRACKET) {
      open += code === OPEN_BRACE ? '{' : '['
      isKey = code === OPEN_BRACE
      at++
      if (fits(at, 0)) best = { at, insideString: false, open }
      continue
    }
    if (code === CLOSE_BRACE || code === CLOSE_BRACKET) {
      open = open.slice(0, -1)
      // The root is closed before the limit: what follows makes the line no JSON.
      if (open === '') return undefined
      isKey = false
      at++
      if (fits(at, 0)) best = { at, insideString: false, open }
      continue
    }
    if (code === COMMA) isKey = open.endsWith('{')
    else if (code === COLON) isKey = false
    else if (!isSpace(code)) {
      const end = endOfLiteral(line, at)
      if (end === at) return undefined
      at = end
      if (at < line.length && fits(at, 0)) best = { at, insideString: false, open }
      continue
    }
    at++
  }
  return best
}

/**
 * Index after the string that starts at `at`, -1 if `cut` wants no more or it never ends. `cut` is asked at
 * each boundary of characters and escapes whether the string may be cut there.
 */
function scanString(line: Buffer, at: number, cut: ((position: number) => boolean) | undefined): number {
  let position = at + 1
  while (position < line.length) {
    const code = line[position] ?? 0
    // Not between the halves of a character outside the basic plane, written as two escapes.
    if (cut !== undefined && !isLowSurrogate(line, position) && !cut(position)) return -1
    if (code === QUOTE) return position + 1
    if (code === BACKSLASH) position += line[position + 1] === 0x75 ? 6 : 2
    else position = nextCharacter(line, position)
  }
  return -1
}

/** `\uDC00` to `\uDFFF`: belongs to the escape before it. */
function isLowSurrogate(line: Buffer, at: number): boolean {
  return line[at] === BACKSLASH && /^\\u[dD][c-fC-F]/.test(line.toString('latin1', at, at + 4))
}

function nextCharacter(line: Buffer, at: number): number {
  let next = at + 1
  while (next < line.length && ((line[next] ?? 0) & 0xc0) === 0x80) next++
  return next
}

/** The largest character boundary that is not after `at`. */
function characterStart(line: Buffer, at: number): number {
  let start = at
  // A sequence has at most three continuation bytes; more of them are not UTF-8 anyway.
  for (let back = 0; back < 3 && start > 0 && ((line[start] ?? 0) & 0xc0) === 0x80; back++) start--
  return start
}

/** Index after a number, `true`, `false` or `null`. */
function endOfLiteral(line: Buffer, at: number): number {
  let end = at
  while (end < line.length && /[-+.0-9A-Za-z]/.test(String.fromCharCode(line[end] ?? 0))) end++
  return end
}

function skipSpace(line: Buffer, at: number): number {
  let next = at
  while (isSpace(line[next])) next++
  return next
}

function isSpace(code: number | undefined): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0a || code === 0x0d
}
