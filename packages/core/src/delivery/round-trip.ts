/**
 * How long an answer usually takes at most: the smoothed time of accepted requests and four times its variation, as TCP computes
 * its timeout (RFC 6298), but at least twice that time: a timeout of TCP costs a packet, this one a place more for requests.
 * Failures are no samples, because a service in trouble may say so at once.
 */

/** Before the first sample, as in RFC 6298. */
const INITIAL_MS = 1_000
const WEIGHT = 1 / 8
const VARIATION_WEIGHT = 1 / 4

export class RoundTrip {
  #smoothedMs: number | undefined
  #variationMs = 0

  /** A request was accepted after so many ms. */
  add(ms: number): void {
    if (this.#smoothedMs === undefined) {
      this.#smoothedMs = ms
      this.#variationMs = ms / 2
      return
    }
    this.#variationMs += (Math.abs(ms - this.#smoothedMs) - this.#variationMs) * VARIATION_WEIGHT
    this.#smoothedMs += (ms - this.#smoothedMs) * WEIGHT
  }

  /** A request without an answer after so many ms is slower than usual. */
  get usualMs(): number {
    if (this.#smoothedMs === undefined) return INITIAL_MS
    return this.#smoothedMs + Math.max(this.#smoothedMs, 4 * this.#variationMs)
  }
}
