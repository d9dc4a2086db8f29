/**
 * The lines of a segment that this process has stored and has not read back, by epoch, and the damage that was skipped. What is left
 * of these lines when the segment is read to its end stood in a damaged place.
 *
 * Bounded by: one entry for each flush while the segment is written.
 */
import type { LostLines } from './spool-events.ts'

interface Run {
  /** The place of its first line. */
  readonly from: number
  readonly epoch: number
  /** How many of its lines are not read. */
  lines: number
}

export class UnreadLines {
  readonly #runs: Run[] = []
  /** The index of the run that was read last. */
  #at = -1
  /** The number of damaged places. */
  damaged = 0
  #damagedBytes = 0

  /** Lines of `epoch` are stored from `from` on. `lines`: how many of them are to be read. */
  stored(from: number, epoch: number, lines: number): void {
    const last = this.#runs.at(-1)
    if (last?.epoch === epoch) last.lines += lines
    else this.#runs.push({ from, epoch, lines })
  }

  /** The line at `place` is read. Places always go up. Returns its epoch; `undefined` if an earlier process stored it. */
  read(place: number): number | undefined {
    while ((this.#runs[this.#at + 1]?.from ?? Number.POSITIVE_INFINITY) <= place) this.#at++
    const run = this.#runs[this.#at]
    if (run === undefined) return undefined
    run.lines--
    return run.epoch
  }

  skipped(places: number, bytes: number): void {
    this.damaged += places
    this.#damagedBytes += bytes
  }

  /** Takes what is left: nothing of it can be read any more. `unreadBytes`: what will not be read at all. */
  takeLost(unreadBytes: number): { readonly lost: readonly LostLines[]; readonly bytes: number } {
    const lost: LostLines[] = []
    for (const run of this.#runs) {
      if (run.lines > 0) lost.push({ epoch: run.epoch, lines: run.lines })
      run.lines = 0
    }
    const bytes = this.#damagedBytes + unreadBytes
    this.#damagedBytes = 0
    return { lost, bytes }
  }
}
