/** Chance that can be repeated: everything that a soak draws comes from its seed. */
import { seeded } from '../fixtures/random.mjs'

export class Chance {
  readonly #random: () => number

  constructor(seed: number) {
    this.#random = seeded(seed)
    // Neighbouring seeds begin with neighbouring numbers.
    for (let turn = 0; turn < 10; turn++) this.#random()
  }

  /** Another source, so that what is drawn from one does not move the other. */
  fork(): Chance {
    return new Chance(Math.floor(this.#random() * 2_000_000_000))
  }

  /** True in `share` of all cases. */
  happens(share: number): boolean {
    return this.#random() < share
  }

  /** A whole number, both ends included. */
  whole(from: number, to: number): number {
    return from + Math.floor(this.#random() * (to - from + 1))
  }

  /** @throws Error if there is nothing to pick from */
  pick<Value>(values: readonly Value[]): Value {
    const value = values[Math.floor(this.#random() * values.length)]
    if (value === undefined && values.length === 0) throw new Error('nothing to pick from')
    return value as Value
  }

  shuffled<Value>(values: readonly Value[]): Value[] {
    return values
      .map((value) => ({ value, place: this.#random() }))
      .sort((a, b) => a.place - b.place)
      .map(({ value }) => value)
  }
}
