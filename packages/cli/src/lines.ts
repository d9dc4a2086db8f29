/**
 * bytes → lines. Bounded by: the chunk at hand and one unfinished line of at most {@link MAX_LINE_BYTES};
 * what is longer loses its end here, which is counted, and the rest above the record limit in the producer, marked.
 */

/** Bytes kept of one line: far above the record limit of 1 MiB, far below what hurts. */
export const MAX_LINE_BYTES: number = 16 * 1_048_576

const NEWLINE = 0x0a
const RETURN = 0x0d

/** Cuts a stream of bytes at `\n` and `\r\n`; empty lines are skipped; bytes are never changed. */
export class LineSplitter {
  readonly #maxBytes: number
  #held: Buffer[] = []
  #heldBytes = 0
  #lostBytes = 0

  constructor(maxBytes: number = MAX_LINE_BYTES) {
    this.#maxBytes = maxBytes
  }

  /** The lines that `chunk` completes. They are views into it: valid until it is changed. */
  *push(chunk: Buffer): Generator<Buffer> {
    let start = 0
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      const line = withoutReturn(this.#complete(chunk.subarray(start, end)))
      start = end + 1
      if (line.length > 0) yield line
    }
    this.#hold(chunk.subarray(start))
  }

  /** The last line, if it did not end with a newline. */
  *end(): Generator<Buffer> {
    const line = this.#complete(Buffer.alloc(0))
    if (line.length > 0) yield line
  }

  /** Bytes that the line given last has lost, because it was above the bound. */
  takeLostBytes(): number {
    const bytes = this.#lostBytes
    this.#lostBytes = 0
    return bytes
  }

  #hold(part: Buffer): void {
    const room = this.#maxBytes - this.#heldBytes
    const kept = part.subarray(0, room)
    this.#lostBytes += part.length - kept.length
    if (kept.length === 0) return
    this.#held.push(kept)
    this.#heldBytes += kept.length
  }

  #complete(last: Buffer): Buffer {
    if (this.#held.length === 0) return last
    this.#hold(last)
    const line = Buffer.concat(this.#held, this.#heldBytes)
    this.#held = []
    this.#heldBytes = 0
    return line
  }
}

function withoutReturn(line: Buffer): Buffer {
  return line.at(-1) === RETURN ? line.subarray(0, -1) : line
}
