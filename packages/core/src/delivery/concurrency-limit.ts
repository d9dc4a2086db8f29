/**
 * How many requests may be in flight, and since when nothing may be sent at all.
 *
 * Bounded by: `maxConcurrency`. It starts with one request, so that wrong credentials or a wrong endpoint
 * meet one refusal and not eight; each success admits one more, which doubles the window every round trip.
 * After a throttled or failed request it is halved and then grows by one request a round trip.
 */
import { fullJitterMs } from './backoff.ts'

export interface WindowPolicy {
  readonly maxConcurrency: number
  readonly baseMs: number
  readonly maxMs: number
}

export class ConcurrencyLimit {
  readonly #policy: WindowPolicy
  #limit = 1
  #inFlight = 0
  #slowStart = true
  #failures = 0
  #pausedUntil = 0
  // Grows with each setback. Requests in flight together with one that already failed carry an older number.
  #setbacks = 0

  constructor(policy: WindowPolicy) {
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

  /** No request starts before this time (ms). */
  get pausedUntil(): number {
    return this.#pausedUntil
  }

  get hasRoom(): boolean {
    return this.#inFlight < this.limit
  }

  /** One more request in flight. The ticket goes back to {@link isNews} with its failure. */
  start(): number {
    this.#inFlight++
    return this.#setbacks
  }

  end(): void {
    this.#inFlight--
  }

  succeeded(): void {
    this.#failures = 0
    const growth = this.#slowStart ? 1 : 1 / this.#limit
    this.#limit = Math.min(this.#policy.maxConcurrency, this.#limit + growth)
  }

  /**
   * False if the request was on the way together with one that already failed: it tells nothing new, and must
   * neither double the wait nor count as another refusal.
   */
  isNews(ticket: number): boolean {
    return ticket === this.#setbacks
  }

  /** A whole request was throttled or failed, and that was news. */
  failed(now: number, random: number, atLeastMs: number): void {
    this.#failures++
    this.#slowStart = false
    this.#limit = Math.max(1, this.#limit / 2)
    const { baseMs, maxMs } = this.#policy
    this.#setbacks++
    this.#pausedUntil = now + Math.max(atLeastMs, fullJitterMs(this.#failures, baseMs, maxMs, random))
  }

  /** Nothing is sent before `until` (ms), and then one request at a time. */
  pause(until: number): void {
    this.#limit = 1
    this.#setbacks++
    this.#pausedUntil = until
  }
}
