/**
 * Counts of values in buckets that are 1 % wide: small however many values there are, and exact enough for times.
 * A value below the smallest counts as that.
 */
const WIDTH = Math.log(1.01)
const SMALLEST = 0.01

export class Histogram {
  /** @type {Map<number, number>} */
  #counts

  /** @param {Iterable<readonly [number, number]>} [counts] of buckets, as {@link toJSON} gives them */
  constructor(counts = []) {
    this.#counts = new Map(counts)
  }

  /** @param {number} value */
  add(value) {
    const bucket = Math.round(Math.log(Math.max(value, SMALLEST) / SMALLEST) / WIDTH)
    this.#counts.set(bucket, (this.#counts.get(bucket) ?? 0) + 1)
  }

  /** Number of values. */
  get size() {
    return [...this.#counts.values()].reduce((sum, count) => sum + count, 0)
  }

  /**
   * The smallest value that at least this part of all are not above.
   * @param {number} part 0.5, 0.99 …
   * @returns {number} NaN if there are none
   */
  quantile(part) {
    const least = Math.max(1, Math.ceil(this.size * part))
    let passed = 0
    for (const [bucket, count] of this.toJSON()) {
      passed += count
      if (passed >= least) return SMALLEST * Math.exp(bucket * WIDTH)
    }
    return Number.NaN
  }

  /** @returns {[bucket: number, count: number][]} by bucket */
  toJSON() {
    return [...this.#counts].sort(([a], [b]) => a - b)
  }
}
