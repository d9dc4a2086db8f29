/**
 * The search for the record that makes the service refuse a whole request: the batch is cut in halves until the record is
 * alone. One bad record of n costs at most 2·log2(n) more requests.
 *
 * Bounded by: if the service has accepted no part after so many refusals, it is not the records that it refuses. Then the
 * search ends, and nothing is cut until the service has accepted a request.
 */
export class Bisection {
  readonly #mostRefusals: number
  #refusals = 0
  #hasAccepted = false

  /** `lines` of the whole batch. */
  constructor(lines: number) {
    this.#mostRefusals = lines === 1 ? 1 : 2 * Math.ceil(Math.log2(Math.max(2, lines)))
  }

  /** Whether the search is in vain. */
  get isHopeless(): boolean {
    return !this.#hasAccepted && this.#refusals >= this.#mostRefusals
  }

  refused(): void {
    this.#refusals++
  }

  accepted(): void {
    this.#hasAccepted = true
  }
}
