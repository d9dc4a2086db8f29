/** Chance that can be repeated: everything follows from seed, kind and index. */
import { createHash } from 'node:crypto'
import { seeded } from '../../fixtures/random.mjs'

export class Random {
  readonly #next: () => number

  constructor(seed: number, kind: string, index: number) {
    // Neighbouring seeds of the generator give similar first numbers; those of a hash don't.
    const hash = createHash('sha256').update(`${seed}/${kind}/${index}`).digest()
    this.#next = seeded(hash.readUInt32LE(0) & 0x7fff_ffff)
  }

  /** A number from 0 up to, but not including, `bound`; whole. */
  below(bound: number): number {
    return Math.floor(this.#next() * bound)
  }

  chance(probability: number): boolean {
    return this.#next() < probability
  }

  pick<T>(list: readonly T[]): T {
    const index = this.below(list.length)
    for (const item of list.slice(index, index + 1)) return item
    throw new RangeError('there is nothing to pick from')
  }

  /** Mostly small, rarely up to `most`: sizes that matter are powers. */
  size(most: number): number {
    return Math.floor((most + 1) ** this.#next()) - 1
  }

  bytes(length: number): Buffer {
    const bytes = Buffer.allocUnsafe(length)
    for (let at = 0; at < length; at++) bytes[at] = this.below(256)
    return bytes
  }

  /** `make` as often as `size(most)` says. */
  list<T>(most: number, make: () => T): T[] {
    return Array.from({ length: this.size(most) }, make)
  }
}
