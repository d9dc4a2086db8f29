/**
 * How much memory the queue may hold, and what happens when that is used up.
 *
 * Bounded by: `buffer.maxBytes`, over lines that are not settled with their entries, keys and lanes, and over the bodies of
 * requests in flight. At the bound, by policy: `block` takes the line and answers false until there is room; `dropNewest` gives
 * up the line; `dropOldest` gives up the oldest lines that are not in flight; `spool` leaves the line to the spool, and blocks
 * if that cannot take it.
 */
import { LINE_OVERHEAD_BYTES, type LineStore } from './line-store.ts'

/** What happens to lines that do not fit into `buffer.maxBytes`. */
export type OverflowPolicy = 'block' | 'dropOldest' | 'dropNewest' | 'spool'

export interface BufferSettings {
  readonly maxBytes: number
  readonly onFull: OverflowPolicy
}

/** What the memory is used for now. */
export interface MemoryUse {
  readonly lines: number
  readonly lineBytes: number
  /** Pages and entries that hold these lines. */
  readonly heldBytes: number
  readonly laneBytes: number
  /** Bodies of requests in flight. */
  readonly bodyBytes: number
  /** What is compared with `maxBytes`. */
  readonly countedBytes: number
}

/** A part of the buffer that bodies in flight may take before no further request is made. */
const IN_FLIGHT_PART = 4

export class BufferLimit {
  readonly #store: LineStore
  readonly #lanes: { readonly heldBytes: number }
  readonly #settings: BufferSettings
  /** Bytes of bodies in flight. */
  #inFlightBytes = 0
  #isBlocked = false

  constructor(store: LineStore, lanes: { readonly heldBytes: number }, settings: BufferSettings) {
    this.#store = store
    this.#lanes = lanes
    this.#settings = settings
  }

  get use(): MemoryUse {
    const { lines, bytes: lineBytes, heldBytes } = this.#store
    const countedBytes = this.#used()
    return {
      lines,
      lineBytes,
      heldBytes,
      laneBytes: this.#lanes.heldBytes,
      bodyBytes: this.#inFlightBytes,
      countedBytes
    }
  }

  /** Whether a writer waits for room. */
  get isBlocked(): boolean {
    return this.#isBlocked
  }

  /** True if the newest line is to be given up. Asked when it does not fit and no older one made room. */
  get dropsNewest(): boolean {
    const { onFull } = this.#settings
    return onFull === 'dropOldest' || onFull === 'dropNewest'
  }

  get dropsOldest(): boolean {
    return this.#settings.onFull === 'dropOldest'
  }

  /** True if lines that do not fit go to disk. */
  get spills(): boolean {
    return this.#settings.onFull === 'spool'
  }

  /** Whether another request may be made. `lateBytes`: bodies in flight that do not count here. */
  hasRoomInFlight(lateBytes: number): boolean {
    return this.#inFlightBytes - lateBytes < this.#settings.maxBytes / IN_FLIGHT_PART
  }

  /** True if another line of `bytes` bytes fits. */
  fits(bytes: number): boolean {
    return this.missing(bytes) <= 0
  }

  /** Bytes that are missing for another line of `bytes` bytes. */
  missing(bytes: number): number {
    return this.#used() + bytes + LINE_OVERHEAD_BYTES - this.#settings.maxBytes
  }

  /** A little more than is needed at once, so that the search is not repeated for every line. */
  get spare(): number {
    return this.#settings.maxBytes / 64
  }

  /** A body of `bytes` bytes is in flight from now on, or, below 0, no longer. */
  countInFlight(bytes: number): void {
    this.#inFlightBytes += bytes
  }

  /**
   * True while lines may be read back from disk. `heldBytes`: what of the memory waits for just that; it must not keep the
   * lines before it away, so those get an eighth more.
   */
  hasRoomToRead(heldBytes: number): boolean {
    const { maxBytes } = this.#settings
    const used = this.#used()
    return used <= maxBytes / 2 || (heldBytes > 0 && used - heldBytes <= maxBytes / 8)
  }

  /** The answer of `write`: false asks the writer to wait. */
  admits(): boolean {
    if (this.dropsNewest || this.fits(0)) return true
    this.#isBlocked = true
    return false
  }

  /** True once after `admits` said no, when a quarter of the buffer is free again, or when there is room elsewhere. */
  unblocks(hasRoomElsewhere = false): boolean {
    if (!this.#isBlocked) return false
    if (!hasRoomElsewhere && this.#used() > this.#settings.maxBytes * 0.75) return false
    this.#isBlocked = false
    return true
  }

  #used(): number {
    const { bytes, lines } = this.#store
    return bytes + lines * LINE_OVERHEAD_BYTES + this.#lanes.heldBytes + this.#inFlightBytes
  }
}
