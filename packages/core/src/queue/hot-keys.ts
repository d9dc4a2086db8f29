/**
 * Finds a key that fills its partition's limit alone while others have room.
 *
 * For each limited partition a candidate is kept by majority vote (Boyer and Moore): a key with more than half of the units is
 * sure to be it. Costs a comparison for each record while a partition is limited, and nothing before.
 */
import type { Lane } from './lane.ts'
import { type Partition, UNKNOWN } from './partition.ts'

export interface HotKey {
  readonly partitionId: string
  readonly key: string
  /** Part of all lines that are written, 0 to 1. */
  readonly share: number
  /** Whether other partitions are known to have room. False: no line has gone to another partition. */
  readonly othersHaveRoom: boolean
}

/** A key is hot if it has been so for this long. */
const WINDOW_MS = 5_000
const LEAST_SHARE = 0.5
/** The share from which on a key counts as the only one. */
const ALONE = 0.99
const QUIET_MS = 600_000

interface Vote {
  readonly startedAt: number
  candidate: Lane
  /** By how many units the candidate leads. */
  lead: number
  /** Units of the candidate since it is the candidate. */
  mine: number
  /** Units of all keys since the vote began: of those since the candidate leads, it has half at any time. */
  total: number
  /** Lines that were written before it became the candidate, to its lane and to all. */
  minePushed: number
  allPushed: number
}

export class HotKeys {
  /** Lines written to all lanes. */
  pushed = 0
  readonly #votes = new Map<number, Vote>()
  #now = 0
  #toldAt = Number.NEGATIVE_INFINITY

  /** Units of a lane were sent to a partition that is limited. */
  sent({ index }: Partition, lane: Lane, units: number): void {
    if (index === UNKNOWN) return
    const vote = this.#votes.get(index)
    if (vote === undefined) {
      this.#votes.set(index, this.#begin(lane, units, { startedAt: this.#now, total: units }))
      return
    }
    vote.total += units
    if (vote.candidate === lane) {
      vote.lead += units
      vote.mine += units
      return
    }
    vote.lead -= units
    if (vote.lead < 0) this.#votes.set(index, this.#begin(lane, -vote.lead, vote))
  }

  /** A hot key, once in ten minutes. */
  find(now: number, partitions: readonly Partition[]): HotKey | undefined {
    this.#now = now
    for (const [index, vote] of this.#votes) {
      if (now - vote.startedAt < WINDOW_MS) continue
      this.#votes.delete(index)
      const partition = partitions[index]
      const units = vote.mine / vote.total
      if (partition === undefined || units < LEAST_SHARE || now - this.#toldAt < QUIET_MS) continue
      const others = partitions.filter((other) => other !== partition && other.index !== UNKNOWN)
      if (!isFull(partition) || others.some(isFull)) continue
      const { candidate, minePushed, allPushed } = vote
      // What was sent to a partition by its name has no key that could be chosen better.
      if (!('partitionKey' in candidate.route)) continue
      const share = (candidate.pushed - minePushed) / Math.max(1, this.pushed - allPushed)
      // With lines of other keys in the same partition, the stream seems to have no other one.
      if (others.length === 0 && share < ALONE) continue
      this.#toldAt = now
      const { partitionId } = partition
      return { partitionId, key: candidate.key, share, othersHaveRoom: others.length > 0 }
    }
    return undefined
  }

  #begin(lane: Lane, units: number, { startedAt, total }: Pick<Vote, 'startedAt' | 'total'>): Vote {
    const { pushed } = this
    return {
      startedAt,
      candidate: lane,
      lead: units,
      mine: units,
      total,
      minePushed: lane.pushed,
      allPushed: pushed
    }
  }
}

/** More waits than its limit lets through. */
function isFull({ rate, ready }: Partition): boolean {
  return rate.isLimited && ready.first !== undefined
}
