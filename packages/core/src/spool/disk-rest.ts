/** A disk that has failed is left alone for {@link REST_MS}: so n refused lines cost n steps, and not n attempts. */
import type { SpoolClock } from './spool-events.ts'

const REST_MS = 5_000

export class DiskRest {
  readonly #clock: Pick<SpoolClock, 'monotonic'>
  #isResting = false
  #until = 0

  constructor(clock: Pick<SpoolClock, 'monotonic'>) {
    this.#clock = clock
  }

  /** Whether the disk is left alone. Asked for each line: no look at the clock while all is well. */
  get isOn(): boolean {
    if (this.#isResting) this.#isResting = this.#clock.monotonic() < this.#until
    return this.#isResting
  }

  /** The disk has failed. */
  begin(): void {
    this.#isResting = true
    this.#until = this.#clock.monotonic() + REST_MS
  }
}
