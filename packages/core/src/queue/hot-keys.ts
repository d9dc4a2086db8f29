/**
 * Finds a key that fills its partition's limit alone.
 *
 * For each limited partition a candidate is kept by majority vote (Boyer and Moore): a key with more than half of the units is
 * sure to be it. Its share is counted while it stays the candidate. Costs nothing while nothing is limited.
 */
import { type Partition, UNKNOWN } from './partition.ts'

export interface HotKey {
  readonly partitionId: string
  readonly key: string
  /** Part of what is sent to that partition, 0.5 to 1. */
  readonly share: number
}

/** A key is hot if it has been so for this long. */
const WINDOW_MS = 5_000
const LEAST_SHARE = 0.5
const QUIET_MS = 600_000

class Vote {
  readonly startedAt: number
  key: string
  votes = 0
  mine = 0
  total = 0

  constructor(startedAt: number, key: string) {
    this.startedAt = startedAt
    this.key = key
  }
}

export class HotKeys {
  readonly #votes = new Map<number, Vote>()
  #now = 0
  #toldAt = Number.NEGATIVE_INFINITY

  /** Units of a key were sent to a partition that is limited. */
  sent({ index }: Partition, key: string, units: number): void {
    if (index === UNKNOWN) return
    let vote = this.#votes.get(index)
    if (vote === undefined) {
      vote = new Vote(this.#now, key)
      this.#votes.set(index, vote)
    }
    vote.total += units
    if (vote.key === key) {
      vote.votes += units
      vote.mine += units
      return
    }
    vote.votes -= units
    if (vote.votes >= 0) return
    vote.key = key
    vote.votes = -vote.votes
    vote.mine = units
    vote.total = units
  }

  /** A hot key, once in ten minutes. `isBusy`: whether a partition has more to send than its limit lets through. */
  find(now: number, partitions: readonly Partition[]): HotKey | undefined {
    this.#now = now
    for (const [index, vote] of this.#votes) {
      if (now - vote.startedAt < WINDOW_MS) continue
      this.#votes.delete(index)
      const share = vote.mine / vote.total
      const partition = partitions[index]
      if (partition === undefined || share < LEAST_SHARE || now - this.#toldAt < QUIET_MS) continue
      if (!isFull(partition) || partitions.some((other) => other !== partition && isFull(other))) continue
      this.#toldAt = now
      return { partitionId: partition.partitionId, key: vote.key, share }
    }
    return undefined
  }
}

/** More waits than its limit lets through. */
function isFull({ rate, ready }: Partition): boolean {
  return rate.isLimited && ready.first !== undefined
}
