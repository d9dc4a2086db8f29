/**
 * A text as somebody reads it who undoes its escapes, and where each of its characters stands. Gateways quote a request in JSON, in
 * HTML, in a URL, and fold long lines; the same secret then has many spellings, and one here. Pure.
 *
 * Texts are bytes as Latin-1 strings, so that a position is the position of a byte.
 */

export interface PlainView {
  readonly text: string
  /** Where each character begins in the text that was given, and where it ends: its escape is between, and what was left out is not. */
  readonly starts: Uint32Array
  readonly ends: Uint32Array
}

/** Spaces, line ends and what stands for a space in a form; NUL, which UTF-16 has between letters. */
const SKIPPED: readonly boolean[] = Array.from({ length: 256 }, (_, code) =>
  [0, 9, 10, 13, 32, 43].includes(code)
)
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
  const starts = Uint32Array.from({ length: given.length }, (_, index) => index)
  let view: PlainView = { text: given, starts, ends: starts.map((start) => start + 1) }
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const next = unescapeOnce(view)
    const isDone = next.text.length === view.text.length
    view = next
    if (isDone) break
  }
  return view
}

/** Without an object for each character: the service chooses how many there are. */
function unescapeOnce({ text, starts, ends }: PlainView): PlainView {
  const plain = new PlainText(text.length)
  let done = 0
  for (const match of text.matchAll(ESCAPE)) {
    for (let at = done; at < match.index; at++) plain.put(text.charCodeAt(at), starts[at], ends[at])
    done = match.index + match[0].length
    for (const byte of unescaped(match)) plain.put(byte.charCodeAt(0), starts[match.index], ends[done - 1])
  }
  for (let at = done; at < text.length; at++) plain.put(text.charCodeAt(at), starts[at], ends[at])
  return plain.view()
}

/** A view that grows. No escape stands for more bytes than it has. */
class PlainText {
  readonly #bytes: Buffer
  readonly #starts: Uint32Array
  readonly #ends: Uint32Array
  #length = 0

  constructor(maxBytes: number) {
    this.#bytes = Buffer.allocUnsafe(maxBytes)
    this.#starts = new Uint32Array(maxBytes)
    this.#ends = new Uint32Array(maxBytes)
  }

  put(code: number, start = 0, end = 0): void {
    if (SKIPPED[code] === true) return
    this.#bytes[this.#length] = code
    this.#starts[this.#length] = start
    this.#ends[this.#length] = end
    this.#length++
  }

  view(): PlainView {
    const length = this.#length
    const text = this.#bytes.toString('latin1', 0, length)
    return { text, starts: this.#starts.subarray(0, length), ends: this.#ends.subarray(0, length) }
  }
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
