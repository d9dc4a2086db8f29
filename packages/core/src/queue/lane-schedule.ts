/**
 * Which lanes may be sent from now, and which ones wait until when.
 *
 * A lane is ready (listed at its partition), blocked (in a heap, by the time until which it waits), or neither: it has nothing
 * to send, or waits for its outstanding record. Each change is O(log n) in the number of blocked lanes.
 */
import { Heap } from './heap.ts'
import type { Lane } from './lane.ts'
import { type LineStore, NONE } from './line-store.ts'
import { type Partition, Partitions } from './partition.ts'
import { UNIT_BYTES } from './rate-limiter.ts'

/** Empty lanes are cleared away when they may be more than half of those that wait, but not below so many. */
const FEW = 1_024

export class LaneSchedule {
  readonly partitions = new Partitions()
  readonly #store: LineStore
  readonly #isOrdered: boolean
  readonly #blocked = new Heap<Lane>()
  #clearAt = FEW

  /** `isOrdered`: at most one record of a lane is outstanding. */
  constructor(store: LineStore, isOrdered: boolean) {
    this.#store = store
    this.#isOrdered = isOrdered
  }

  partitionOf(lane: Lane): Partition {
    return this.partitions.at(lane.partition)
  }

  /** Lists a lane if it has something that may be sent. To be called after each change of a lane. */
  offer(lane: Lane): void {
    if (lane.list !== undefined || lane.head === NONE) return
    if (this.#isOrdered && lane.outstanding > 0) return
    if (lane.blockedUntil === 0) {
      this.partitionOf(lane).list(lane, this.#store.writtenAt(lane.head))
      return
    }
    if (lane.isBlocked) return
    if (this.#blocked.size >= this.#clearAt) this.#clear()
    lane.isBlocked = true
    this.#blocked.push(lane.blockedUntil, lane)
  }

  /** Takes a lane off its list. */
  withdraw(lane: Lane): void {
    const partition = this.partitionOf(lane)
    if (lane.list === partition.ready) partition.unlist(lane)
  }

  /** Nothing of a lane is sent before `until`. */
  block(lane: Lane, until: number): void {
    this.withdraw(lane)
    lane.blockedUntil = Math.max(lane.blockedUntil, until)
    this.offer(lane)
  }

  /** A lane leads to that partition, as an answer shows. */
  move(lane: Lane, to: Partition): void {
    const from = this.partitionOf(lane)
    const isListed = lane.list === from.ready
    if (isListed) from.unlist(lane)
    lane.partition = to.index
    if (isListed) to.list(lane, this.#store.writtenAt(lane.head))
  }

  /** Lists the lanes whose wait is over. */
  unblock(now: number): void {
    while (this.#blocked.firstKey <= now) {
      const lane = this.#blocked.pop()
      // Blocked again since it was put here: it waits for the later time.
      if (lane !== undefined && lane.blockedUntil > now) this.#blocked.push(lane.blockedUntil, lane)
      else this.#release(lane)
    }
  }

  /** When the next wait of a lane or a partition ends; infinity if none waits. */
  nextUnblockAt(now: number): number {
    let at = this.#blocked.firstKey
    for (const partition of this.partitions.all) {
      if (partition.blockedUntil > now && partition.ready.first !== undefined) {
        at = Math.min(at, partition.blockedUntil)
      }
    }
    return at
  }

  /** Ends every wait: all that waits now may be sent once, and waits begin anew after that. */
  endWaits(now: number): void {
    while (this.#blocked.size > 0) {
      const lane = this.#blocked.pop()
      if (lane !== undefined) lane.failures = 0
      this.#release(lane)
    }
    for (const partition of this.partitions.all) {
      const { ready, rate } = partition
      partition.endWait()
      // A line weighs a unit, or its bytes: never more than both together.
      rate.grant(now, ready.lines + ready.bytes / UNIT_BYTES)
    }
  }

  /** Lanes whose lines were given up need not wait, and would be held for that although nobody counts them any more. */
  #clear(): void {
    this.#blocked.filter((lane) => {
      lane.isBlocked = lane.head !== NONE
      return lane.isBlocked
    })
    this.#clearAt = Math.max(FEW, this.#blocked.size * 2)
  }

  #release(lane: Lane | undefined): void {
    if (lane === undefined) return
    lane.isBlocked = false
    lane.blockedUntil = 0
    this.offer(lane)
  }
}
