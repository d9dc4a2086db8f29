/**
 * The search for the record that makes the service refuse a whole request: the batch is cut in halves until the record is
 * alone. One bad record of n costs at most 2·log2(n) more requests.
 *
 * Bounded by: if the service has accepted no part after so many single lines were refused, it is not the lines that it refuses.
 * Then the search ends, and what is left of the batch is refused as a whole.
 */
export class Bisection {
  readonly #mostRefusals: number
  #refusals = 0
  #hasAccepted = false
  /** Whether a part of the batch is in flight. One at a time, so that the search ends soon when it is in vain. */
  isAsking = false

  /** `lines` of the whole batch; 1: the search ends with the first line that is refused alone. */
  constructor(lines: number) {
    this.#mostRefusals = Math.ceil(Math.log2(Math.max(2, lines)))
  }

  /** Whether the search is in vain. */
  get isHopeless(): boolean {
    return !this.#hasAccepted && this.#refusals >= this.#mostRefusals
  }

  /** A line alone was refused. */
  refused(): void {
    this.#refusals++
  }

  accepted(): void {
    this.#hasAccepted = true
  }
}
