/**
 * The id of a line: `"dis_id":"<producer>.<number>"`, the first member of a JSON line. It is put there at intake, so it is the same in
 * each attempt, in the spool and after a restart, and a consumer can tell a repeat from a line. Pure.
 *
 * First, because it is found there without a look at the rest, a line that is cut keeps its beginning, and a field of a user's with
 * this name, who might write what others said, does not stand there.
 */

/** What a producer is called, 72 random bits in Base64 for URLs, and the number of a line of it. */
const ID = /^\{"dis_id":"([\w-]{12})\.(\d{1,15})"/
/** Longer than any id. */
const HEAD_BYTES = 48

const TAB = 0x09
const NEWLINE = 0x0a
const RETURN = 0x0d
const SPACE = 0x20
const QUOTE = 0x22
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d

/** The id of a line, in its parts. */
export interface LineId {
  readonly producer: string
  /** From 0 on, one more with each line of the producer. */
  readonly sequence: number
}

/** Gives ids to the JSON lines of one producer. */
export class LineIds {
  readonly #head: string
  #next = 0

  /** `producer`: 12 characters of `A-Z a-z 0-9 - _`, which no other producer has. */
  constructor(producer: string) {
    this.#head = `{"dis_id":"${producer}.`
  }

  /** The line with an id. One that does not look like a JSON object stays as it is. */
  mark(line: string | Uint8Array): string | Uint8Array {
    const first = firstOfObject(line)
    if (first === undefined) return line
    const head = `${this.#head}${this.#next++}"${first === CLOSE_BRACE ? '' : ','}`
    return typeof line === 'string'
      ? head + line.slice(1)
      : Buffer.concat([Buffer.from(head), line.subarray(1)])
  }
}

/** The id that a producer gave to a line; undefined if it has none. */
export function lineIdOf(line: string | Uint8Array): LineId | undefined {
  const text = typeof line === 'string' ? line : Buffer.from(line.subarray(0, HEAD_BYTES)).toString('latin1')
  const [, producer, sequence] = ID.exec(text) ?? []
  return producer === undefined ? undefined : { producer, sequence: Number(sequence) }
}

/** The code behind the opening brace and spaces, if the line looks like a JSON object: `{"…}` or `{}`. It is not parsed. */
function firstOfObject(line: string | Uint8Array): number | undefined {
  if (codeAt(line, 0) !== OPEN_BRACE) return undefined
  let at = 1
  while (isSpace(codeAt(line, at))) at++
  const first = codeAt(line, at)
  if (first !== QUOTE && first !== CLOSE_BRACE) return undefined
  let last = line.length - 1
  while (last > at && isSpace(codeAt(line, last))) last--
  return codeAt(line, last) === CLOSE_BRACE && (first === QUOTE || last === at) ? first : undefined
}

function codeAt(line: string | Uint8Array, at: number): number {
  return typeof line === 'string' ? line.charCodeAt(at) : (line[at] ?? Number.NaN)
}

function isSpace(code: number): boolean {
  return code === SPACE || code === NEWLINE || code === RETURN || code === TAB
}
