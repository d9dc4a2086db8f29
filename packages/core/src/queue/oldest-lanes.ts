/**
 * The lane with the oldest waiting line, for `dropOldest`: found in O(log n), kept in O(1) for each line.
 *
 * A lane stands in the heap with the time of the line that was first when it was added. That line may have left since then, so
 * the number is only a lower bound: a lane that has a younger line now is put back with its own time when it is met. If an older
 * line comes back, the lane is added again, and the place that it had before counts no more ({@link Lane.ageKey}).
 */
import { Heap } from './heap.ts'
import type { Lane } from './lane.ts'
import { type LineStore, NONE } from './line-store.ts'

/** Empty lanes are cleared away when they may be more than half, but not below so many. */
const FEW = 1_024

export class OldestLanes {
  readonly #store: LineStore
  readonly #heap = new Heap<Lane>()
  #clearAt = FEW

  constructor(store: LineStore) {
    this.#store = store
  }

  /** Places in the heap: at least one for each lane that has lines. */
  get size(): number {
    return this.#heap.size
  }

  /** A lane has lines. To be called after each line that is added. */
  add(lane: Lane): void {
    const headAt = this.#store.writtenAt(lane.head)
    if (headAt >= lane.ageKey) return
    if (this.#heap.size >= this.#clearAt) this.#clear()
    lane.ageKey = headAt
    this.#heap.push(headAt, lane)
  }

  /** The lane whose first line is the oldest that waits. */
  first(): Lane | undefined {
    for (;;) {
      const { first: lane, firstKey } = this.#heap
      if (lane === undefined) return undefined
      if (firstKey !== lane.ageKey || lane.head === NONE) {
        if (firstKey === lane.ageKey) lane.ageKey = Number.POSITIVE_INFINITY
        this.#heap.pop()
        continue
      }
      const headAt = this.#store.writtenAt(lane.head)
      if (headAt <= firstKey) return lane
      lane.ageKey = headAt
      this.#heap.renew(headAt)
    }
  }

  /** Lets go of lanes that have emptied, if they are more than half. `busy`: how many lanes have something to do. */
  trim(busy: number): void {
    if (this.#heap.size > FEW + 2 * busy) this.#clear()
  }

  #clear(): void {
    const kept = new Set<Lane>()
    this.#heap.filter((lane, key) => {
      if (key !== lane.ageKey || kept.has(lane)) return false
      if (lane.head === NONE) {
        lane.ageKey = Number.POSITIVE_INFINITY
        return false
      }
      kept.add(lane)
      return true
    })
    this.#clearAt = Math.max(FEW, this.#heap.size * 2)
  }
}
