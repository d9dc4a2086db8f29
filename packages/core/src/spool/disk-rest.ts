/** A failed disk rests for {@link REST_MS}. So refused lines do not each cost an attempt on the disk. */
import type { SpoolClock } from './spool-events.ts'

const REST_MS = 5_000

export class DiskRest {
  readonly #clock: Pick<SpoolClock, 'monotonic'>
  #isResting = false
  #until = 0

  constructor(clock: Pick<SpoolClock, 'monotonic'>) {
    this.#clock = clock
  }

  /** Whether the disk rests. This is called per line, so it reads the clock only after a failure. */
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
