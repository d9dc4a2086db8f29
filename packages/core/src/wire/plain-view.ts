/**
 * A text as somebody reads it who undoes its escapes, and where each of its characters stands. Gateways quote a request in JSON, in
 * HTML, in a URL, and fold long lines; the same secret then has many spellings, and one here. Pure.
 *
 * Texts are bytes as Latin-1 strings, so that a position is the position of a byte.
 */

export interface PlainView {
  readonly text: string
  /** Where each character begins in the text that was given, and where it ends: its escape is between, and what was left out is not. */
  readonly starts: readonly number[]
  readonly ends: readonly number[]
}

/** Spaces, line ends and what stands for a space in a form; NUL, which UTF-16 has between letters. */
const SKIPPED = new Set([0, 9, 10, 13, 32, 43])
/** JSON in JSON, in a URL: each layer is one round. */
const MAX_ROUNDS = 4

const NAMED: Readonly<Record<string, string>> = {
  amp: '&',
  apos: "'",
  colon: ':',
  commat: '@',
  equals: '=',
  gt: '>',
  lt: '<',
  nbsp: ' ',
  percnt: '%',
  plus: '+',
  quot: '"',
  sol: '/'
}

const ESCAPE =
  /\\+(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|([bfnrt])|)|%([0-9a-fA-F]{2})|&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|([a-z]{2,6}));?/g

/** The plain view of a text. Spaces, line ends and `+` are left out: each of them may stand for another one. */
export function plainViewOf(given: string): PlainView {
  const starts = Array.from(given, (_, index) => index)
  let view: PlainView = { text: given, starts, ends: starts.map((start) => start + 1) }
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const next = unescapeOnce(view)
    const isDone = next.text.length === view.text.length
    view = next
    if (isDone) break
  }
  return view
}

function unescapeOnce(view: PlainView): PlainView {
  const { text } = view
  const codes: string[] = []
  const starts: number[] = []
  const ends: number[] = []
  const put = (bytes: string, from: number, to = from + 1) => {
    for (const byte of bytes) {
      if (SKIPPED.has(byte.charCodeAt(0))) continue
      codes.push(byte)
      starts.push(view.starts[from] ?? 0)
      ends.push(view.ends[to - 1] ?? 0)
    }
  }
  let done = 0
  for (const match of text.matchAll(ESCAPE)) {
    for (let at = done; at < match.index; at++) put(text[at] ?? '', at)
    put(unescaped(match), match.index, match.index + match[0].length)
    done = match.index + match[0].length
  }
  for (let at = done; at < text.length; at++) put(text[at] ?? '', at)
  return { text: codes.join(''), starts, ends }
}

/** What an escape stands for, as bytes. A backslash before another character stands for nothing. */
function unescaped(match: RegExpExecArray): string {
  const [whole, unit, hex, control, percent, decimal, hexEntity, name] = match
  if (control !== undefined) return control === 'b' || control === 'f' ? '' : ' '
  if (percent !== undefined || hex !== undefined)
    return String.fromCharCode(Number.parseInt(percent ?? hex ?? '', 16))
  if (unit !== undefined) return utf8(Number.parseInt(unit, 16))
  if (decimal !== undefined) return utf8(Number(decimal))
  if (hexEntity !== undefined) return utf8(Number.parseInt(hexEntity, 16))
  if (name !== undefined) return NAMED[name] ?? whole
  return ''
}

function utf8(code: number): string {
  return code < 128 ? String.fromCharCode(code) : Buffer.from(codePoint(code)).toString('latin1')
}

function codePoint(code: number): string {
  return code > 0x10ffff ? '' : String.fromCodePoint(code)
}
