/**
 * How many requests may be in flight, and until when none may be started.
 *
 * Bounded by: `maxConcurrency`. It starts with one request, so that wrong credentials or a wrong endpoint meet one refusal and
 * not eight; each success admits one more, which doubles the limit every round trip. After a request that was throttled or
 * failed it is halved, and then grows by one request a round trip.
 */
import { fullJitterMs } from './backoff.ts'

export interface ConcurrencyPolicy {
  readonly maxConcurrency: number
  readonly baseMs: number
  readonly maxMs: number
}

export class ConcurrencyLimit {
  readonly #policy: ConcurrencyPolicy
  #limit = 1
  #inFlight = 0
  #isSlowStart = true
  #failures = 0
  #pausedUntil = 0
  // Grows with each failure. Requests that were in flight together with one that failed carry an older number.
  #generation = 0

  constructor(policy: ConcurrencyPolicy) {
    this.#policy = policy
  }

  get inFlight(): number {
    return this.#inFlight
  }

  /** Requests allowed at the moment. */
  get limit(): number {
    return Math.floor(this.#limit)
  }

  /** Failed requests in a row. */
  get failures(): number {
    return this.#failures
  }

  /** No request starts before this time (monotonic ms). */
  get pausedUntil(): number {
    return this.#pausedUntil
  }

  get hasRoom(): boolean {
    return this.#inFlight < this.limit
  }

  /** One more request is in flight. Its generation goes back to {@link isFirstFailure} if it fails. */
  start(): number {
    this.#inFlight++
    return this.#generation
  }

  end(): void {
    this.#inFlight--
  }

  succeeded(): void {
    this.#failures = 0
    const growth = this.#isSlowStart ? 1 : 1 / this.#limit
    this.#limit = Math.min(this.#policy.maxConcurrency, this.#limit + growth)
  }

  /**
   * False if the request was in flight together with one that has failed already: it tells nothing new, and must neither
   * double the wait nor count as another refusal.
   */
  isFirstFailure(generation: number): boolean {
    return generation === this.#generation
  }

  /** A whole request was throttled or failed, and it was the first of its generation. The wait is from `atLeastMs` to `longestMs`. */
  failed(now: number, random: number, atLeastMs: number, longestMs = Number.POSITIVE_INFINITY): void {
    this.#failures++
    this.#isSlowStart = false
    this.#limit = Math.max(1, this.#limit / 2)
    this.#generation++
    const { baseMs, maxMs } = this.#policy
    const boundMs = Math.min(maxMs, longestMs)
    const waitMs = fullJitterMs(this.#failures, Math.min(baseMs, boundMs), boundMs, random)
    this.#pausedUntil = now + Math.min(Math.max(atLeastMs, waitMs), longestMs)
  }

  /** Nothing is sent before `until` (monotonic ms), and then one request at a time. */
  pause(until: number): void {
    this.#limit = 1
    this.#generation++
    this.#pausedUntil = until
  }

  /** Ends the wait; the next failure waits as briefly as the first one. */
  endWait(): void {
    this.#pausedUntil = 0
    this.#failures = 0
  }
}
