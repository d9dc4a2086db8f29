/**
 * What answers say about the service as a whole: how many requests it gets at once, when the next one may start, and what an
 * operator should hear.
 *
 * Bounded by: the concurrency limit. A failure stops every request for a while, refused credentials until the circuit breaker
 * lets a probe through. At close: waits end, except that of an open circuit breaker.
 */
import type { CredentialSource } from '../auth/identity.ts'
import type { Clock } from '../clock.ts'
import { Leases } from '../leases.ts'
import { warningOf } from '../report/diagnoses.ts'
import type { WarningEvent } from '../report/events.ts'
import { LONGEST_LAST_WAIT_MS } from './backoff.ts'
import { CircuitBreaker } from './circuit-breaker.ts'
import { ConcurrencyLimit, type ConcurrencyPolicy, type Flight, type Room } from './concurrency-limit.ts'
import { RoundTrip } from './round-trip.ts'
import type { ServiceVerdict } from './verdict.ts'

export interface ServiceHealthParts {
  readonly clock: Clock
  readonly policy: ConcurrencyPolicy & { readonly probeIntervalMs: number }
  readonly credentials: Pick<CredentialSource, 'refresh'>
  /** Corrects the time of signatures; returns by how many ms the clock was wrong, 0 if it was right enough. */
  readonly correctClock: (serverDate: string | undefined) => number
  readonly warn: (event: WarningEvent) => void
}

/** A fault that lasts minutes, as a stream that is being made. */
const SLOW_RETRY_MS = 30_000
/** No request is late before this time, and at the end not before the other one: a busy machine may take so long by itself. */
const LEAST_LATE_MS = 1_000
const LEAST_LAST_LATE_MS = 250
// A single failure is daily life; three in a row are worth a warning.
const FAILURES_WORTH_A_WARNING = 3

export class ServiceHealth {
  readonly #parts: ServiceHealthParts
  readonly #limit: ConcurrencyLimit
  readonly #breaker: CircuitBreaker
  readonly #roundTrip = new RoundTrip()
  #isClockCorrected = false
  /** Whether the credentials were accepted when they were last looked at. */
  #areTrusted = false
  /** Held while waits are to be short. */
  readonly #shortWaits = new Leases()

  constructor(parts: ServiceHealthParts) {
    this.#parts = parts
    this.#limit = new ConcurrencyLimit(parts.policy)
    this.#breaker = new CircuitBreaker(parts.policy.probeIntervalMs)
  }

  get inFlight(): number {
    return this.#limit.inFlight
  }

  /** Requests allowed at the moment. */
  get limit(): number {
    return this.#limit.limit
  }

  /** The credentials are refused: nothing is sent but a probe now and then. */
  get areCredentialsRefused(): boolean {
    return this.#breaker.isOpen
  }

  /** The room for more requests at `now` (monotonic ms). */
  room(now: number): Room {
    const { usualMs } = this.#roundTrip
    const lateMs = this.#shortWaits.isHeld
      ? Math.min(LONGEST_LAST_WAIT_MS, Math.max(LEAST_LAST_LATE_MS, usualMs))
      : Math.max(LEAST_LATE_MS, usualMs)
    return this.#limit.room(now, lateMs)
  }

  /** No request starts before this time (monotonic ms). */
  get pausedUntil(): number {
    return this.#limit.pausedUntil
  }

  /** A request starts. The flight goes back to {@link end} and {@link apply}. */
  start(bodyBytes: number): Flight {
    return this.#limit.start(this.#parts.clock.monotonic(), bodyBytes)
  }

  end(flight: Flight): void {
    this.#limit.end(flight)
  }

  /** Follows an answer. Waits while other credentials are looked for. */
  async apply(verdict: ServiceVerdict, flight: Flight): Promise<void> {
    switch (verdict.kind) {
      case 'accepted':
        this.#accepted(verdict, flight)
        return
      case 'failed':
        this.#failed(verdict, flight)
        return
      case 'unauthorized':
        await this.#unauthorized(verdict, flight)
        return
      default: {
        const never: never = verdict
        return never
      }
    }
  }

  /**
   * Ends the wait after failures; later ones are short until the returned function is called. An open circuit breaker, and a
   * search for credentials, go on.
   */
  endWaits(): () => void {
    const isSearching = this.#limit.pausedUntil === Number.POSITIVE_INFINITY
    if (!this.#breaker.isOpen && !isSearching) this.#limit.endWait()
    return this.#shortWaits.take()
  }

  #accepted({ isAuthenticated }: Extract<ServiceVerdict, { kind: 'accepted' }>, { startedAt }: Flight): void {
    if (isAuthenticated) {
      this.#areTrusted = true
      this.#isClockCorrected = false
      this.#roundTrip.add(this.#parts.clock.monotonic() - startedAt)
      this.#breaker.accepted()
    }
    // More requests at once may be more refusals at once.
    if (this.#areTrusted) this.#limit.succeeded()
  }

  #failed(verdict: Extract<ServiceVerdict, { kind: 'failed' }>, flight: Flight): void {
    const { clock, warn } = this.#parts
    const { isSlow, waitMs } = verdict
    if (this.#limit.isFirstFailure(flight)) {
      const slowMs = isSlow ? Math.round(SLOW_RETRY_MS * (0.5 + clock.random() / 2)) : 0
      const longestMs = this.#shortWaits.isHeld ? LONGEST_LAST_WAIT_MS : Number.POSITIVE_INFINITY
      this.#limit.failed(clock.monotonic(), clock.random(), Math.max(slowMs, waitMs), longestMs)
    }
    if (this.#limit.failures === FAILURES_WORTH_A_WARNING || isSlow) warn(failureWarning(verdict))
  }

  async #unauthorized(
    verdict: Extract<ServiceVerdict, { kind: 'unauthorized' }>,
    flight: Flight
  ): Promise<void> {
    const { clock, credentials, warn } = this.#parts
    if (this.#clockWasWrong(verdict)) return
    this.#areTrusted = false
    const wasOpen = this.#breaker.isOpen
    const isFirst = this.#limit.isFirstFailure(flight)
    // Nothing else is sent while new credentials are being looked for.
    this.#limit.pause(Number.POSITIVE_INFINITY)
    const isRefreshed = await credentials.refresh().catch(() => false)
    this.#limit.pause(clock.monotonic() + this.#breaker.refused(isFirst, isRefreshed))
    if (this.#breaker.isOpen && !wasOpen) warn(failureWarning(verdict))
  }

  /**
   * Every refusal teaches the time, because the clock may jump again. But only the first one is forgiven until a request is
   * accepted: two clocks that disagree must not keep us asking for ever.
   */
  #clockWasWrong({ serverDate, code }: Extract<ServiceVerdict, { kind: 'unauthorized' }>): boolean {
    const { correctClock, warn } = this.#parts
    const wrongMs = correctClock(serverDate)
    if (wrongMs === 0 || this.#isClockCorrected) return false
    this.#isClockCorrected = true
    const seconds = Math.round(wrongMs / 1_000)
    warn(warningOf('CLOCK', `this machine's clock differs from the service's by ${seconds} s (${code})`))
    return true
  }
}

function failureWarning({ code, message, cure }: WarningEvent): WarningEvent {
  return { code, message: `${message}; lines are kept meanwhile`, cure }
}
