/**
 * Whether this process itself gave no heartbeat for so long that another one may have taken it for dead: it was stopped, or its
 * machine was. A part of ours that is missing afterwards was taken, and may be sent and removed by now.
 *
 * The monotonic clock goes on while a process is stopped. It may stand still with the whole machine, and then the wall clock jumps.
 */
import { SILENT_TICKS, TICK_MS } from './orphans.ts'
import type { SpoolClock } from './spool-events.ts'

/** Half of the silence after which a part is taken, because no two clocks agree. */
const LONG_MS = (SILENT_TICKS * TICK_MS) / 2
/** Another process may take a part a moment after our heartbeat, because it looked before that. */
const MOMENT_MS = 2 * TICK_MS

export class OwnSilence {
  readonly #clock: SpoolClock
  #since: { readonly monotonic: number; readonly wall: number }
  #wasLongUntil = Number.NEGATIVE_INFINITY

  constructor(clock: SpoolClock) {
    this.#clock = clock
    this.#since = this.#now
  }

  /** A heartbeat was given. */
  end(): void {
    if (this.#isLongNow) this.#wasLongUntil = this.#clock.monotonic() + MOMENT_MS
    this.#since = this.#now
  }

  /** Whether it is long, or was a moment ago. */
  get isLong(): boolean {
    return this.#isLongNow || this.#clock.monotonic() < this.#wasLongUntil
  }

  get #isLongNow(): boolean {
    const { monotonic, wall } = this.#now
    return Math.max(monotonic - this.#since.monotonic, wall - this.#since.wall) >= LONG_MS
  }

  get #now(): { readonly monotonic: number; readonly wall: number } {
    return { monotonic: this.#clock.monotonic(), wall: this.#clock.now() }
  }
}
