/**
 * Lines in a stream of text, as `length:line`. Newlines cannot separate them, because a formatted message may hold some. The
 * length counts UTF-16 units, whose number survives UTF-8: a lone surrogate becomes one other unit.
 */

/** The largest header in bytes: the longest string has 2^29 units. */
export const HEADER_BYTES = 10

const COLON = 0x3a
const ZERO = 0x30

/** Writes the header of a line. Returns its end. */
export function writeHeader(target: Buffer, offset: number, line: string): number {
  let digits = 1
  for (let rest = line.length; rest > 9; rest = Math.floor(rest / 10)) digits++
  let rest = line.length
  for (let at = offset + digits - 1; at >= offset; at--) {
    target[at] = ZERO + (rest % 10)
    rest = Math.floor(rest / 10)
  }
  target[offset + digits] = COLON
  return offset + digits + 1
}

/** Splits text into lines again. The text may arrive in any pieces. */
export class FrameReader {
  #text = ''

  /** Adds text, and calls `take` for each complete line. */
  push(text: string, take: (line: string) => void): void {
    const all = this.#text === '' ? text : this.#text + text
    let at = 0
    for (;;) {
      const colon = all.indexOf(':', at)
      if (colon < 0) break
      const end = colon + 1 + Number(all.slice(at, colon))
      if (end > all.length) break
      take(all.slice(colon + 1, end))
      at = end
    }
    this.#text = all.slice(at)
  }
}
