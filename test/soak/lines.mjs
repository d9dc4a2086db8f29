// The lines of the soak: each says who wrote it, and carries text that can be checked. JavaScript, because the application runs
// without a compiler.

/** Text that a careless hand would change: letters of several bytes, quotes, escapes, a newline. */
const PATTERN = 'a line of the soak, größer als ASCII, 日本語, 🙂, "quoted", \\escaped\\, tab\t, newline\n; '
const TEXT = PATTERN.repeat(40)

/**
 * The text of a line: it depends on the number of the line, so a line that is cut together from two is seen.
 * @param {number} n
 * @param {number} length
 */
export function textOf(n, length) {
  const from = n % PATTERN.length
  if (from + length <= TEXT.length) return whole(TEXT.slice(from, from + length))
  return whole(PATTERN.repeat(Math.ceil((from + length) / PATTERN.length)).slice(from, from + length))
}

/** Half a letter is no text: pino writes it as it stands in short strings, and UTF-8 has no bytes for it. */
function whole(text) {
  return text.replace(/\p{Surrogate}/gu, '?')
}

/**
 * Fields of a line. The text comes last, also where a logger sorts fields by their names: a line above the limit loses its end.
 * @param {{ writer: string, stream: string, n: number, key: string, length: number }} line
 */
export function fieldsOf({ writer, stream, n, key, length }) {
  return { w: writer, s: stream, n, k: key, l: length, z: textOf(n, length) }
}

/**
 * Reads a line again; `undefined` if it is none of the soak's.
 * @param {string} text
 */
export function readLine(text) {
  const { w, s, n, k, l, z, dis_truncated: cut } = parse(text)
  if (typeof w !== 'string' || typeof n !== 'number') return undefined
  const expected = textOf(n, l)
  const isWhole = cut === undefined ? z === expected : expected.startsWith(String(z).replace(/…$/u, ''))
  return { writer: w, stream: s, n, key: k, isWhole }
}

/**
 * How many lines the stream says were dropped, if the line says that.
 * @param {string} text
 */
export function droppedLinesIn(text) {
  const { dis_dropped: dropped } = parse(text)
  return dropped?.lines
}

/** @param {string} text */
function parse(text) {
  try {
    const value = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : {}
  } catch {
    return {}
  }
}
