/**
 * When the stream itself is told that lines are missing: as soon as lines get through again.
 *
 * Bounded by: one notice in {@link QUIET_MS}, so that a service that is merely slow does not get a notice with every
 * request. At close: what has not been told is told.
 */
import type { Clock } from '../clock.ts'
import type { DropReason } from './events.ts'

const QUIET_MS = 30_000

/** The reasons by which lines are missing in the midst of a stream, in the words of the notice. */
const MISSING: Readonly<Partial<Record<DropReason, string>>> = {
  'buffer-full': 'the buffer was full',
  'spool-full': 'the spool was full',
  'spool-damaged': 'the spool was damaged'
}

export interface MissingLines {
  readonly lines: number
  readonly bytes: number
  readonly why: string
}

export class DropNotice {
  readonly #clock: Pick<Clock, 'monotonic'>
  #lines = 0
  #bytes = 0
  readonly #whys = new Set<string>()
  #takenAt = Number.NEGATIVE_INFINITY

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock
  }

  /** Lines were dropped. */
  count(reason: DropReason, lines: number, bytes: number): void {
    const why = MISSING[reason]
    if (why === undefined) return
    this.#whys.add(why)
    this.#lines += lines
    this.#bytes += bytes
  }

  /** What is to be told now that lines get through; `undefined` if there is nothing, or if it is too soon. */
  takeDue(): MissingLines | undefined {
    return this.#clock.monotonic() - this.#takenAt >= QUIET_MS ? this.take() : undefined
  }

  /** What has not been told yet. */
  take(): MissingLines | undefined {
    if (this.#lines === 0) return undefined
    const missing = { lines: this.#lines, bytes: this.#bytes, why: [...this.#whys].join(', ') }
    this.#whys.clear()
    this.#lines = 0
    this.#bytes = 0
    this.#takenAt = this.#clock.monotonic()
    return missing
  }
}
