/**
 * The lane with the oldest waiting line, for `dropOldest`: found in O(log n), kept in O(1) for each line.
 *
 * A lane stands in the heap once, with the time of the line that was first when it was added. That line may have left since
 * then, so the number is only a lower bound: a lane that has a younger line now is put back with its own time when it is met.
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

  /** A lane has lines. To be called after each line that is added. */
  add(lane: Lane): void {
    if (lane.isInAgeHeap) return
    if (this.#heap.size >= this.#clearAt) this.#clear()
    lane.isInAgeHeap = true
    this.#heap.push(this.#store.writtenAt(lane.head), lane)
  }

  /** The lane whose first line is the oldest that waits. */
  first(): Lane | undefined {
    for (;;) {
      const { first: lane, firstKey } = this.#heap
      if (lane === undefined) return undefined
      if (lane.head === NONE) {
        lane.isInAgeHeap = false
        this.#heap.pop()
        continue
      }
      const headAt = this.#store.writtenAt(lane.head)
      if (headAt <= firstKey) return lane
      this.#heap.renew(headAt)
    }
  }

  #clear(): void {
    this.#heap.filter((lane) => {
      lane.isInAgeHeap = lane.head !== NONE
      return lane.isInAgeHeap
    })
    this.#clearAt = Math.max(FEW, this.#heap.size * 2)
  }
}
