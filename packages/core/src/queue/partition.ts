/**
 * One partition as seen from here: the lanes that lead to it, and whether it may be sent to now.
 *
 * DIS limits rates per partition, and a partition is the unit of trouble. So one that throttles gets a rate, one that fails is
 * blocked for a while, and the others go on. Lanes whose partition is not known yet share one partition of this class, which is
 * never blocked: there each lane waits by itself. Its rate follows what the whole stream takes. Written by the queue only.
 */
import type { PartitionStats } from '../report/stats.ts'
import { type Lane, LaneList } from './lane.ts'
import { RateLimiter, type RateSubject } from './rate-limiter.ts'
import { SlidingSum } from './sliding-sum.ts'

/** Number of the partition that stands for all unknown ones. */
export const UNKNOWN = 0

/**
 * Units a second below which the rate of unknown lanes does not fall: a packed record of 50 KB each 200 ms, a quarter of what
 * the smallest partition takes;
 */
const SLOWEST_UNKNOWN = 250
/** and this part of what the whole stream takes, because unknown lanes lead to all of it. */
const UNKNOWN_PART = 0.25

export class Partition {
  /** Partition id in the long spelling; `''` for the unknown ones. */
  readonly partitionId: string
  readonly index: number
  /** Lanes that have something to send, first come first served. */
  readonly ready = new LaneList()
  /** When the oldest line was written that waits first in a ready lane, or earlier. */
  oldestAt: number = Number.POSITIVE_INFINITY
  /** Nothing is taken before this time (monotonic ms). */
  blockedUntil = 0
  /** Failures in a row: the wait grows with them. */
  failures = 0
  readonly rate: RateLimiter
  // Records, since the start.
  delivered = 0
  /** Units that were stored there in the last second. */
  readonly taken = new SlidingSum()
  throttled = 0
  failed = 0

  /** `subject`: what its rate is for, if not for one partition. */
  constructor(partitionId: string, index: number, subject?: RateSubject) {
    this.partitionId = partitionId
    this.index = index
    this.rate = new RateLimiter(subject)
  }

  /** Lists a lane as ready; its first line was written at `headAt`. */
  list(lane: Lane, headAt: number): void {
    this.ready.push(lane)
    if (headAt < this.oldestAt) this.oldestAt = headAt
  }

  unlist(lane: Lane): void {
    this.ready.remove(lane)
    if (this.ready.first === undefined) this.oldestAt = Number.POSITIVE_INFINITY
  }

  /** Takes nothing before `until` (monotonic ms), or before the later time that was set already. */
  block(until: number): void {
    this.blockedUntil = Math.max(this.blockedUntil, until)
  }

  /** Ends its wait; the next failure waits as briefly as the first one. */
  endWait(): void {
    this.blockedUntil = 0
    this.failures = 0
  }

  stats(now: number): PartitionStats {
    const { partitionId, delivered, throttled, failed, taken, rate } = this
    return {
      partitionId,
      delivered,
      throttled,
      failed,
      takenPerSecond: Math.round(taken.at(now)),
      limitPerSecond: rate.isLimited ? Math.round(rate.perSecond) : null
    }
  }
}

/** All partitions that answers have named. Their number is bounded by the stream's. */
export class Partitions implements RateSubject {
  readonly #all: Partition[] = [new Partition('', UNKNOWN, this)]
  readonly #byId = new Map<string, Partition>()

  /** Keys are not spread evenly, so some partition is always at its limit a little earlier than the others. */
  readonly tolerated: number = 0.05

  /** How many the stream is known to have. */
  get partitions(): number {
    return Math.max(1, this.#all.length - 1)
  }

  /** See {@link RateSubject}: for the lanes whose partition is not known. */
  get slowest(): number {
    let taken = 0
    for (const partition of this.#all) taken += partition.taken.latest
    return Math.max(SLOWEST_UNKNOWN, taken * UNKNOWN_PART)
  }

  /** Forgets what was taken more than a second ago. */
  refresh(now: number): void {
    for (const { taken } of this.#all) taken.at(now)
  }

  get all(): readonly Partition[] {
    return this.#all
  }

  /** @throws RangeError for a number that no partition has */
  at(index: number): Partition {
    const partition = this.#all[index]
    if (partition === undefined) throw new RangeError(`no partition ${index}`)
    return partition
  }

  /** The partition with that id, made on first use. */
  named(partitionId: string): Partition {
    let partition = this.#byId.get(partitionId)
    if (partition === undefined) {
      partition = new Partition(partitionId, this.#all.length)
      this.#byId.set(partitionId, partition)
      this.#all.push(partition)
    }
    return partition
  }
}
