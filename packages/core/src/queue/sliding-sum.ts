/** The sum of what was added in the last second, in steps of a tenth of a second. */
const BUCKETS = 10
const BUCKET_MS = 100

export class SlidingSum {
  readonly #sums = new Float64Array(BUCKETS)
  #bucket = 0

  /** `now`: monotonic, in ms. */
  add(now: number, amount: number): void {
    const bucket = Math.floor(now / BUCKET_MS)
    const passed = bucket - this.#bucket
    if (passed >= BUCKETS) this.#sums.fill(0)
    else for (let index = 1; index <= passed; index++) this.#sums[(this.#bucket + index) % BUCKETS] = 0
    this.#bucket = bucket
    this.#sums[bucket % BUCKETS] = (this.#sums[bucket % BUCKETS] ?? 0) + amount
  }

  /** The sum of the second before `now`. */
  at(now: number): number {
    this.add(now, 0)
    return this.latest
  }

  /** The sum of the second before the last call that had a time. */
  get latest(): number {
    let sum = 0
    for (const amount of this.#sums) sum += amount
    return sum
  }
}
