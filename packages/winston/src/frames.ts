/**
 * Lines in a stream of text: `length:line`. Not newlines, because a formatted message may hold some. The length is in
 * UTF-16 units, which survive the way through UTF-8: a lone surrogate becomes one other unit.
 */

/** A line as it travels. */
export function frame(line: string): string {
  return `${line.length}:${line}`
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
