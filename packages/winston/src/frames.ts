/**
 * Lines in a stream of text: `length:line`. Not newlines, because a formatted message may hold some. The length is in
 * UTF-16 units, which survive the way through UTF-8: a lone surrogate becomes one other unit.
 */

/** Most bytes of a header: the longest string has 2^29 units. */
export const HEADER_BYTES = 10

const COLON = 0x3a
const ZERO = 0x30

/** Writes what goes before a line; returns the end. */
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

/** Cuts text into lines again, however it was cut on the way. */
export class FrameReader {
  #text = ''

  /** Hands over each line that is complete. */
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
