/**
 * Whether the file that was just written to is still ours: the second line of defence, behind the lock.
 *
 * A part is taken after a minute of silence only. On a file system that is this kernel's alone, we were silent only if time
 * has passed since the last look, which our own clock shows: a stopped process does not stop it. On any other, a whole
 * machine may have stood still, clock and all, so each write is followed by a look.
 */
import type { Disk } from './disk.ts'
import type { SpoolClock } from './spool-events.ts'

/** How long a look is good for on a local file system: far shorter than any silence that matters. */
const LOOK_MS = 1_000

export class Fence {
  readonly #disk: Disk
  readonly #clock: Pick<SpoolClock, 'monotonic'>
  readonly #isShared: boolean
  #lookedAt = Number.NEGATIVE_INFINITY

  constructor(disk: Disk, dir: string, clock: Pick<SpoolClock, 'monotonic'>) {
    this.#disk = disk
    this.#clock = clock
    this.#isShared = disk.isShared(dir)
  }

  /**
   * To be asked after a write to the file. A part changes hands by its name: there under ours, it is ours.
   * @throws the file system's error
   */
  holds(path: string): boolean {
    const now = this.#clock.monotonic()
    if (!this.#isShared && now - this.#lookedAt < LOOK_MS) return true
    this.#lookedAt = now
    return this.#disk.stat(path) !== undefined
  }
}
