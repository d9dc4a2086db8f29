/**
 * Checks after a write whether the file is still ours: the second line of defence, behind the lock.
 *
 * Another process takes a part only after a minute of silence. If only this kernel uses the file system, the check is needed once
 * in a while: our monotonic clock goes on while a process is stopped, so it shows a silence. On a shared file system, a whole
 * machine may have been stopped together with its clock. So there every write is followed by a check.
 */
import type { Disk } from './disk.ts'
import type { SpoolClock } from './spool-events.ts'

/** How long a check is valid on a local file system. Far less than the silence after which a part is taken. */
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
   * Whether the file is still ours. To be called after a write. A part changes its owner by a rename, so a file under our path
   * is ours.
   * @throws the file system's error
   */
  holds(path: string): boolean {
    const now = this.#clock.monotonic()
    if (!this.#isShared && now - this.#lookedAt < LOOK_MS) return true
    this.#lookedAt = now
    return this.#disk.stat(path) !== undefined
  }
}
