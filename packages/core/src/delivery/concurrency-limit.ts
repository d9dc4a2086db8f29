/**
 * How many requests may be in flight, and until when none may be started.
 *
 * Bounded by: `maxConcurrency`. It starts with one request, so that wrong credentials or a wrong endpoint meet one refusal and
 * not eight; each success admits one more, which doubles the limit every round trip. After a request that was throttled or
 * failed it is halved, and then grows by one request a round trip.
 *
 * A request that is late says nothing about the service, and must not stop the others until its timeout: its place is given to
 * another one, never above `maxConcurrency`. Each further late request has to wait twice as long for that, so that a service that
 * is merely slow gets few requests more.
 *
 * While credentials are refused, this holds only for requests from before the last refusal: each refused request counts towards the
 * lock of the key. For the same reason, at most one place is given away before any request was accepted.
 */
import { fullJitterMs } from './backoff.ts'

export interface ConcurrencyPolicy {
  readonly maxConcurrency: number
  readonly baseMs: number
  readonly maxMs: number
}

/** A request in flight. */
export interface Flight {
  readonly generation: number
  /** Monotonic, in ms. */
  readonly startedAt: number
  readonly bodyBytes: number
}

/** The room for more requests at a moment. */
export interface Room {
  /** Whether one more request may be in flight. */
  readonly isFree: boolean
  /** When the next request will be late (monotonic ms); infinity: an answer has to come first. */
  readonly nextLateAt: number
  /** Bytes of the bodies of late requests. */
  readonly lateBytes: number
}

export class ConcurrencyLimit {
  readonly #policy: ConcurrencyPolicy
  #limit = 1
  /** In the order of their start. */
  readonly #flights = new Set<Flight>()
  /** How many requests of the present generation may give their place away. */
  #mayBeLate = 1
  #isSlowStart = true
  #failures = 0
  #pausedUntil = 0
  // Grows with each failure. Requests that were in flight together with one that failed carry an older number.
  #generation = 0

  constructor(policy: ConcurrencyPolicy) {
    this.#policy = policy
  }

  get inFlight(): number {
    return this.#flights.size
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

  /** The room at `now`, if a request is late after `lateMs`. */
  room(now: number, lateMs: number): Room {
    const { maxConcurrency } = this.#policy
    let late = 0
    let lateOfNow = 0
    let lateBytes = 0
    let nextLateAt = Number.POSITIVE_INFINITY
    for (const { generation, startedAt, bodyBytes } of this.#flights) {
      const isOfNow = generation === this.#generation
      if (isOfNow && lateOfNow >= this.#mayBeLate) continue
      const lateAt = startedAt + lateMs * 2 ** late
      if (lateAt > now) {
        nextLateAt = lateAt
        break
      }
      late++
      if (isOfNow) lateOfNow++
      lateBytes += bodyBytes
    }
    const isFull = this.inFlight >= maxConcurrency
    return {
      isFree: !isFull && this.inFlight - late < this.limit,
      nextLateAt: isFull ? Number.POSITIVE_INFINITY : nextLateAt,
      lateBytes
    }
  }

  /** One more request is in flight. Its generation goes back to {@link isFirstFailure} if it fails. */
  start(now: number, bodyBytes: number): Flight {
    const flight: Flight = { generation: this.#generation, startedAt: now, bodyBytes }
    this.#flights.add(flight)
    return flight
  }

  end(flight: Flight): void {
    this.#flights.delete(flight)
  }

  succeeded(): void {
    this.#failures = 0
    this.#mayBeLate = Number.POSITIVE_INFINITY
    const growth = this.#isSlowStart ? 1 : 1 / this.#limit
    this.#limit = Math.min(this.#policy.maxConcurrency, this.#limit + growth)
  }

  /**
   * False if the request was in flight together with one that has failed already: it tells nothing new, and must neither
   * double the wait nor count as another refusal.
   */
  isFirstFailure({ generation }: Flight): boolean {
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

  /** Nothing is sent before `until` (monotonic ms), and then one request at a time, late or not, until one succeeds. */
  pause(until: number): void {
    this.#limit = 1
    this.#mayBeLate = 0
    this.#generation++
    this.#pausedUntil = until
  }

  /** Ends the wait; the next failure waits as briefly as the first one. */
  endWait(): void {
    this.#pausedUntil = 0
    this.#failures = 0
  }
}
