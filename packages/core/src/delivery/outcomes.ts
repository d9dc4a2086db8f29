/**
 * What follows from the outcome of a request: who waits how long, and whom to tell.
 *
 * The policy between the tables (what a code means) and the mechanism. What follows for each record of an answered
 * request is in record-outcomes.ts. Retries are bounded by `maxAgeMs`; outages use up no attempts.
 */

import type { CredentialSource } from '../auth/identity.ts'
import type { Clock } from '../clock.ts'
import type { Batch } from '../queue/batch.ts'
import type { Batcher } from '../queue/batcher.ts'
import type { LineStore } from '../queue/line-store.ts'
import type { WarningCode } from '../report/codes.ts'
import type { WarningEvent } from '../report/events.ts'
import type { Failure, Outcome } from '../wire/outcome.ts'
import type { CircuitBreaker } from './circuit-breaker.ts'
import type { ConcurrencyLimit } from './concurrency-limit.ts'
import { RecordOutcomes } from './record-outcomes.ts'
import type { Settlement } from './settlement.ts'

export interface RetryPolicy {
  readonly baseMs: number
  readonly maxMs: number
  readonly maxAttempts: number
  readonly maxAgeMs: number | null
}

export interface OutcomeParts {
  readonly clock: Clock
  readonly store: LineStore
  readonly batcher: Batcher
  readonly window: ConcurrencyLimit
  readonly circuit: CircuitBreaker
  readonly credentials: CredentialSource
  readonly settlement: Settlement
  readonly retry: RetryPolicy
  /** False where records of one lane spread over partitions. */
  readonly lanesHavePartitions: boolean
  /** See {@link Sender.correctClock}. */
  readonly correctClock: (serverDate: string | undefined) => number
  /** Told of each request that was accepted. */
  readonly accepted: () => void
  readonly warn: (event: WarningEvent) => void
}

const SLOW_RETRY_MS = 30_000
// A single failure is daily life; three in a row are worth a word.
const FAILURES_WORTH_A_WARNING = 3

export class OutcomeHandler {
  readonly #parts: OutcomeParts
  readonly #records: RecordOutcomes
  #throttledWithRequest = 0
  #ambiguous = 0
  #clockCorrected = false

  constructor(parts: OutcomeParts) {
    this.#parts = parts
    this.#records = new RecordOutcomes(parts)
  }

  /** Records sent again. */
  get retriedRecords(): number {
    return this.#records.retried
  }

  /** Records that were over a limit, by themselves or with their whole request. */
  get throttledRecords(): number {
    return this.#records.throttled + this.#throttledWithRequest
  }

  /** Requests, and answers with records, of which nobody knows what became. */
  get ambiguous(): number {
    return this.#ambiguous + this.#records.ambiguous
  }

  async apply(batch: Batch, outcome: Outcome, ticket: number): Promise<void> {
    switch (outcome.kind) {
      case 'delivered':
      case 'partial':
        this.#accepted()
        this.#records.apply(batch, outcome.results)
        break
      case 'retry':
        this.#retryAll(batch, outcome, ticket)
        break
      case 'unauthorized':
        await this.#unauthorized(batch, outcome, ticket)
        break
      case 'split':
      case 'refused':
        this.#accepted()
        this.#parts.settlement.reject(
          batch,
          allRecords(batch),
          outcome.code,
          `${outcome.message} (${outcome.cure})`
        )
        break
      default: {
        const never: never = outcome
        return never
      }
    }
    for (const lane of batch.lanes) this.#parts.batcher.offer(lane)
    this.#parts.settlement.done()
  }

  #accepted(): void {
    this.#clockCorrected = false
    this.#parts.accepted()
    this.#parts.window.succeeded()
    this.#parts.circuit.accepted()
  }

  #retryAll(batch: Batch, outcome: Outcome & { kind: 'retry' }, ticket: number): void {
    const { clock, window, warn, settlement } = this.#parts
    if (outcome.ambiguous) this.#ambiguous++
    if (outcome.action === 'throttle') this.#throttledWithRequest += batch.records
    const slowMs =
      outcome.action === 'slow-retry' ? Math.round(SLOW_RETRY_MS * (0.5 + clock.random() / 2)) : 0
    if (window.isNews(ticket)) {
      window.failed(clock.monotonic(), clock.random(), Math.max(slowMs, outcome.retryAfterMs ?? 0))
    }
    if (window.failures === FAILURES_WORTH_A_WARNING || slowMs > 0) warn(warning(outcome))

    const old: number[] = []
    for (let record = batch.records - 1; record >= 0; record--) {
      if (this.#records.isTooOld(batch, record)) old.unshift(record)
      else this.#records.putBack(batch, record)
    }
    settlement.reject(batch, old, outcome.code, `${outcome.message} (older than retry.maxAgeMs)`)
  }

  async #unauthorized(
    batch: Batch,
    outcome: Outcome & { kind: 'unauthorized' },
    ticket: number
  ): Promise<void> {
    const { clock, window, circuit, credentials, warn } = this.#parts
    for (let record = batch.records - 1; record >= 0; record--) this.#records.putBack(batch, record)
    if (this.#clockWasWrong(outcome)) return
    const wasOpen = circuit.isOpen
    const isNews = window.isNews(ticket)
    // Nothing else is sent while new credentials are being looked for.
    window.pause(Number.POSITIVE_INFINITY)
    const refreshed = await credentials.refresh().catch(() => false)
    window.pause(clock.monotonic() + circuit.refused(isNews, refreshed))
    if (circuit.isOpen && !wasOpen) warn(warning(outcome))
  }

  /** Once, until a request is accepted again: two clocks that disagree must not keep us asking for ever. */
  #clockWasWrong(outcome: Outcome & { kind: 'unauthorized' }): boolean {
    const { correctClock, warn } = this.#parts
    const wrongMs = this.#clockCorrected ? 0 : correctClock(outcome.serverDate)
    if (wrongMs === 0) return false
    this.#clockCorrected = true
    warn({
      code: 'CLOCK' satisfies WarningCode,
      message: `this machine's clock differs from the service's by ${Math.round(wrongMs / 1_000)} s (${outcome.code})`,
      cure: 'requests are signed with the time of the service from now on; set the clock of this machine'
    })
    return true
  }
}

function allRecords(batch: Batch): number[] {
  return Array.from({ length: batch.records }, (_, record) => record)
}

function warning({ code, message, cure }: Failure): WarningEvent {
  return { code, message, cure }
}
