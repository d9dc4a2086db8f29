/**
 * When the stream itself tells that lines are missing: once lines get through again.
 *
 * Bounded by: one notice in {@link QUIET_MS}, so that a service that is merely slow does not get a notice with every
 * request. At close: what has not been told is told.
 */
import type { Clock } from '../clock.ts'

const QUIET_MS = 30_000

export class DropNotice {
  readonly #clock: Clock
  readonly #tell: (lines: number, bytes: number) => void
  #lines = 0
  #bytes = 0
  #toldAt = Number.NEGATIVE_INFINITY

  constructor(clock: Clock, tell: (lines: number, bytes: number) => void) {
    this.#clock = clock
    this.#tell = tell
  }

  /** Lines were given up. */
  count(lines: number, bytes: number): void {
    this.#lines += lines
    this.#bytes += bytes
  }

  /** A request was accepted. */
  recovered(): void {
    if (this.#lines > 0 && this.#clock.monotonic() - this.#toldAt >= QUIET_MS) this.tell()
  }

  /** Tells now, if there is anything to tell. */
  tell(): void {
    if (this.#lines === 0) return
    const lines = this.#lines
    const bytes = this.#bytes
    this.#lines = 0
    this.#bytes = 0
    this.#toldAt = this.#clock.monotonic()
    this.#tell(lines, bytes)
  }
}
