/**
 * One partition as seen from here: the lanes that lead to it, and whether it may be sent to now.
 *
 * DIS limits rates per partition, so a partition that throttles is paced, one that fails is shut for a while, and the
 * others go on. A lane whose partition is not known yet belongs to the gate that all unknown lanes share: what that one
 * may send at least is more, because its lanes lead to partitions that may take it, and leave it with their first success.
 */
import type { Lane } from './lane.ts'
import { RateLimiter } from './rate-limiter.ts'

/** Units a second: a packed record of 50 KB each 200 ms. A quarter of what the smallest partition takes. */
const SLOWEST_UNKNOWN = 250

export class Partition {
  /** Partition id in the long spelling; `''` for the shared gate of unknown partitions. */
  readonly partitionId: string
  /** Nothing is taken before this time (ms). */
  opensAt = 0
  /** Failures in a row; the arithmetic of the wait needs it. */
  failures = 0
  /** How fast it may be sent to. */
  readonly pacer: RateLimiter

  // Lanes that have something to send, first come first served.
  #first: Lane | undefined
  #last: Lane | undefined

  constructor(partitionId: string) {
    this.partitionId = partitionId
    this.pacer = partitionId === '' ? new RateLimiter(SLOWEST_UNKNOWN) : new RateLimiter()
  }

  get first(): Lane | undefined {
    return this.#first
  }

  /** Appends a lane that has something to send. */
  list(lane: Lane): void {
    lane.listed = true
    lane.previousListed = this.#last
    lane.nextListed = undefined
    if (this.#last === undefined) this.#first = lane
    else this.#last.nextListed = lane
    this.#last = lane
  }

  /** Takes a listed lane out, wherever it stands. */
  unlist(lane: Lane): void {
    const { previousListed: previous, nextListed: next } = lane
    if (previous === undefined) this.#first = next
    else previous.nextListed = next
    if (next === undefined) this.#last = previous
    else next.previousListed = previous
    lane.listed = false
    lane.previousListed = undefined
    lane.nextListed = undefined
  }
}
