/**
 * Memory for the bodies of requests, used again: fresh memory for each costs the system a page fault for every 4 KB, and what is left to
 * the garbage collector is freed only when tens of megabytes of it have come together.
 *
 * Bounded by: {@link SPARE_BYTES} more than the bodies in use take. Above it, memory is freed.
 */
import { types } from 'node:util'
import { giveBack } from '../give-back.ts'

const SMALLEST_BYTES = 16_384
const SPARE_BYTES = 1_048_576
/** Memory this many times larger than a body is left for a larger one. */
const MOST_WASTE = 4

export class Bodies {
  readonly #free: ArrayBuffer[] = []
  #freeBytes = 0
  #usedBytes = 0

  /** Bytes of memory that waits for a body. */
  get freeBytes(): number {
    return this.#freeBytes
  }

  /** So many bytes, with old contents. To be followed by {@link release} or {@link forget}. */
  take(size: number): Buffer {
    const index = this.#free.findLastIndex(
      ({ byteLength }) => byteLength >= size && byteLength <= Math.max(SMALLEST_BYTES, MOST_WASTE * size)
    )
    const [found] = index < 0 ? [] : this.#free.splice(index, 1)
    if (found !== undefined) this.#freeBytes -= found.byteLength
    const body = found === undefined ? Buffer.allocUnsafeSlow(capacityFor(size)) : Buffer.from(found)
    this.#usedBytes += body.length
    return body.subarray(0, size)
  }

  /** Nobody reads the body any more, which may be a part of what {@link take} gave. */
  release({ buffer }: Buffer): void {
    if (!types.isArrayBuffer(buffer)) return
    this.#usedBytes -= buffer.byteLength
    this.#free.push(buffer)
    this.#freeBytes += buffer.byteLength
    while (this.#freeBytes > SPARE_BYTES + this.#usedBytes) {
      const oldest = this.#free.shift()
      if (oldest === undefined) return
      this.#freeBytes -= oldest.byteLength
      giveBack(Buffer.from(oldest))
    }
  }

  /** Somebody may still read the body, so its memory is not used again. */
  forget({ buffer }: Buffer): void {
    this.#usedBytes -= buffer.byteLength
  }
}

/** Rounded up, so that bodies that differ a little can have the same memory. */
function capacityFor(size: number): number {
  return Math.max(SMALLEST_BYTES, 2 ** Math.ceil(Math.log2(size)))
}
