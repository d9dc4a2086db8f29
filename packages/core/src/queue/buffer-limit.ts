/**
 * What happens when the buffer is full.
 *
 * Bounded by: `buffer.maxBytes`, over all lines that are not settled, in flight and waiting for a retry
 * included. At the bound, by policy: `block` takes the line and answers false until there is room;
 * `dropNewest` gives up the line; `dropOldest` gives up the oldest lines that are not in flight; `spool` leaves the line to
 * the backlog stage, and blocks if that cannot take it.
 */
import type { Lane } from './lane.ts'
import { type LineStore, NONE } from './line-store.ts'

/** What happens to lines that do not fit into `buffer.maxBytes`. */
export type OverflowPolicy = 'block' | 'dropOldest' | 'dropNewest' | 'spool'

/** What the flat arrays of the store cost a line, so that many tiny lines are bounded too. */
export const LINE_OVERHEAD_BYTES: number = 40

export class BufferLimit {
  readonly #store: LineStore
  readonly #maxBytes: number
  readonly #policy: OverflowPolicy
  readonly #onBlocked: (isBlocked: boolean) => void
  #blocked = false

  /** `onBlocked`: a writer waits from now on, or no longer. */
  constructor(
    store: LineStore,
    limits: { readonly maxBytes: number; readonly onFull: OverflowPolicy },
    onBlocked: (isBlocked: boolean) => void
  ) {
    this.#onBlocked = onBlocked
    this.#store = store
    this.#maxBytes = limits.maxBytes
    this.#policy = limits.onFull
  }

  /** True if another line of `bytes` bytes fits. */
  fits(bytes: number): boolean {
    return this.#used() + bytes + LINE_OVERHEAD_BYTES <= this.#maxBytes
  }

  /** True if the newest line is to be given up. Asked when it does not fit and `evict` made no room. */
  get dropsNewest(): boolean {
    return this.#policy === 'dropOldest' || this.#policy === 'dropNewest'
  }

  /** True if lines that do not fit go to disk. */
  get spills(): boolean {
    return this.#policy === 'spool'
  }

  /**
   * True while lines may be read back from disk. `heldBytes`: what of the memory waits for just that; it must not keep the
   * lines before it away, so those get an eighth more.
   */
  hasRoomToRead(heldBytes: number): boolean {
    const used = this.#used()
    return used <= this.#maxBytes / 2 || (heldBytes > 0 && used - heldBytes <= this.#maxBytes / 8)
  }

  /** Lines to give up so that `bytes` more fit: the oldest that wait in `lanes`. Empty unless `dropOldest`. */
  evict(bytes: number, lanes: Iterable<Lane>): number[] {
    const evicted: number[] = []
    if (this.#policy !== 'dropOldest') return evicted
    // A little more than needed, so that the search is not repeated for every line.
    let missing = this.#used() + bytes + LINE_OVERHEAD_BYTES - this.#maxBytes + this.#maxBytes / 64
    while (missing > 0) {
      const lane = this.#oldest(lanes)
      if (lane === undefined) break
      const until = this.#store.writtenAt(lane.head)
      while (missing > 0 && lane.head !== NONE && this.#store.writtenAt(lane.head) <= until) {
        const line = lane.shift()
        missing -= this.#store.length(line) + LINE_OVERHEAD_BYTES
        evicted.push(line)
      }
    }
    return evicted
  }

  /** The answer of `write`: false asks the writer to wait. */
  admits(): boolean {
    if (this.dropsNewest || this.fits(0)) return true
    if (!this.#blocked) this.#onBlocked(true)
    this.#blocked = true
    return false
  }

  /** True once after `admits` said no, when a quarter of the buffer is free again. */
  unblocks(): boolean {
    if (!this.#blocked || this.#used() > this.#maxBytes * 0.75) return false
    this.#blocked = false
    this.#onBlocked(false)
    return true
  }

  #used(): number {
    return this.#store.bytes + this.#store.lines * LINE_OVERHEAD_BYTES
  }

  #oldest(lanes: Iterable<Lane>): Lane | undefined {
    let oldest: Lane | undefined
    for (const lane of lanes) {
      if (lane.head === NONE) continue
      if (oldest === undefined || this.#store.writtenAt(lane.head) < this.#store.writtenAt(oldest.head))
        oldest = lane
    }
    return oldest
  }
}
