/**
 * Entries that are not on disk yet, in one piece of memory.
 *
 * Bounded by: a size. The spool writes before it is reached. A larger entry makes the buffer larger for a while.
 */
import { readEntry, writeEntry } from './entry.ts'
import type { RefusedLine } from './spool-events.ts'

/** Consecutive entries with the same epoch, which are all in memory or all not. */
export interface Run {
  readonly epoch: number
  /** Whether the lines are also in memory, so that they need not be read. */
  readonly isInMemory: boolean
  readonly start: number
  end: number
  lines: number
}

export class WriteBuffer {
  readonly #bytes: number
  #buffer: Buffer
  #used = 0
  #runs: Run[] = []
  #unread = 0

  constructor(bytes: number) {
    this.#bytes = bytes
    this.#buffer = Buffer.allocUnsafe(bytes)
  }

  get used(): number {
    return this.#used
  }

  /** The number of entries that are not in memory. */
  get unread(): number {
    return this.#unread
  }

  /** Whether an entry fits. An empty buffer takes any. */
  fits(bytes: number): boolean {
    return this.#used === 0 || this.#used + bytes <= this.#bytes
  }

  /** Appends an entry of at most `most` bytes. Returns its place. */
  append(
    kind: number,
    value: string,
    line: string | Uint8Array,
    writtenAt: number,
    epoch: number,
    isInMemory: boolean,
    most: number
  ): number {
    if (this.#used + most > this.#buffer.length) this.#grow(this.#used + most)
    const start = this.#used
    this.#used = writeEntry(this.#buffer, start, kind, value, line, writtenAt)
    if (!isInMemory) this.#unread++
    const last = this.#runs.at(-1)
    if (last === undefined || last.epoch !== epoch || last.isInMemory !== isInMemory) {
      this.#runs.push({ epoch, isInMemory, start, end: this.#used, lines: 1 })
    } else {
      last.lines++
      last.end = this.#used
    }
    return start
  }

  /** Empties the buffer and returns its contents. The bytes are valid until the next `append`. */
  take(): { readonly bytes: Buffer; readonly runs: readonly Run[] } {
    const taken = { bytes: this.#buffer.subarray(0, this.#used), runs: this.#runs }
    this.#used = 0
    this.#runs = []
    this.#unread = 0
    if (this.#buffer.length > this.#bytes) this.#buffer = Buffer.allocUnsafe(this.#bytes)
    return taken
  }

  #grow(bytes: number): void {
    const larger = Buffer.allocUnsafe(bytes)
    this.#buffer.copy(larger, 0, 0, this.#used)
    this.#buffer = larger
  }
}

/** The entries of runs as lines, for the listener. The bytes are copied, because the listener may append again. */
export function refusedLines(bytes: Buffer, runs: readonly Run[], firstId: number): RefusedLine[] {
  const copy = Buffer.from(bytes)
  const lines: RefusedLine[] = []
  for (const { epoch, isInMemory, start, end } of runs) {
    for (let at = start; at < end; ) {
      const found = readEntry(copy, at)
      if (found.kind !== 'entry') break
      lines.push({ ...found.entry, id: firstId + at, epoch, isInMemory })
      at = found.end
    }
  }
  return lines
}
