/**
 * How often a file is read that fails. One failure says little: a cable, a network file system, a disk that is busy with itself. So
 * such a file is tried again with the next ticks, before it counts as damaged.
 */
import { isPassing, isPerhapsPassing } from './disk.ts'

const MOST = 3

export class ReadAttempts {
  #failures = 0

  /** Whether the next attempt is the last one. */
  get isLast(): boolean {
    return this.#failures === MOST - 1
  }

  succeeded(): void {
    this.#failures = 0
  }

  /** An attempt has failed. Returns whether there is another one. */
  failed(error: unknown): boolean {
    if (isPassing(error)) return true
    this.#failures++
    return isPerhapsPassing(error) && this.#failures < MOST
  }
}
