/**
 * What follows from an outcome: which records are settled, which go back, and how the pace changes.
 *
 * The policy between the tables (what a code means) and the mechanism (who waits how long). Retries are
 * bounded by `maxAttempts` for records that fail by themselves and by `maxAgeMs` for all; throttling and
 * outages use up no attempts.
 */
import type { CredentialSource } from '../auth/identity.ts'
import type { Clock } from '../clock.ts'
import type { WarningEvent } from '../events.ts'
import type { Batch } from '../queue/batch.ts'
import type { Batcher } from '../queue/batcher.ts'
import type { Gate } from '../queue/gate.ts'
import type { LineStore } from '../queue/line-store.ts'
import { ruleFor } from '../wire/codes.ts'
import type { Failure, Outcome } from '../wire/outcome.ts'
import type { RecordResult } from '../wire/response.ts'
import { fullJitterMs } from './backoff.ts'
import type { Circuit } from './circuit.ts'
import type { Settlement } from './settlement.ts'
import type { Window } from './window.ts'

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
  readonly window: Window
  readonly circuit: Circuit
  readonly credentials: CredentialSource
  readonly settlement: Settlement
  readonly retry: RetryPolicy
  /** False where records of one lane spread over partitions. */
  readonly lanesHavePartitions: boolean
  /** See {@link Attempts.correctClock}. */
  readonly correctClock: (serverDate: string | undefined) => number
  /** Told of each request that was accepted. */
  readonly accepted: () => void
  readonly warn: (event: WarningEvent) => void
}

// The limits are rates per second, so a longer wait only leaves a partition idle.
const MAX_THROTTLE_WAIT_MS = 2_000
const SLOW_RETRY_MS = 30_000
// A single failure is daily life; three in a row are worth a word.
const FAILURES_WORTH_A_WARNING = 3

export class OutcomeHandler {
  readonly #parts: OutcomeParts
  retriedRecords = 0
  throttledRecords = 0
  ambiguous = 0
  #clockCorrected = false

  constructor(parts: OutcomeParts) {
    this.#parts = parts
  }

  async apply(batch: Batch, outcome: Outcome, ticket: number): Promise<void> {
    switch (outcome.kind) {
      case 'delivered':
      case 'partial':
        this.#accepted()
        this.#applyResults(batch, outcome.results)
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

  #applyResults(batch: Batch, results: readonly RecordResult[]): void {
    const { settlement, batcher, lanesHavePartitions } = this.#parts
    const stored = new Map<Gate, number>()
    for (let record = 0; record < batch.records; record++) {
      const result = results[record]
      if (result?.kind !== 'stored') continue
      const lane = batch.lane(record)
      if (lanesHavePartitions && result.partitionId !== '') batcher.assign(lane, result.partitionId)
      stored.set(lane.gate, (stored.get(lane.gate) ?? 0) + 1)
      settlement.delivered(batch, record)
    }
    for (const gate of stored.keys()) gate.failures = 0
    this.#applyFailures(batch, results, stored)
  }

  /** Last record first, so that several of one lane stand in their old order again. */
  #applyFailures(batch: Batch, results: readonly RecordResult[], stored: ReadonlyMap<Gate, number>): void {
    const throttled = new Map<Gate, number>()
    const failing = new Set<Gate>()
    const refused = new Map<string, { records: number[]; code: string; message: string }>()
    let unknown = 0
    for (let record = batch.records - 1; record >= 0; record--) {
      const result = results[record]
      if (result?.kind === 'stored') continue
      const lane = batch.lane(record)
      if (result === undefined || result.kind === 'unknown') {
        unknown++
        failing.add(lane.gate)
        this.#putBack(batch, record)
        continue
      }
      const { action } = ruleFor(result.code, 0)
      if (action === 'throttle') {
        this.throttledRecords++
        throttled.set(lane.gate, (throttled.get(lane.gate) ?? 0) + 1)
        if (!this.#tooOld(batch, record)) {
          this.#putBack(batch, record)
          continue
        }
      } else if (action === 'retry' || action === 'slow-retry') {
        failing.add(lane.gate)
        if (!this.#exhausted(batch, record) && !this.#tooOld(batch, record)) {
          this.#putBack(batch, record)
          continue
        }
      }
      const group = refused.get(result.code) ?? { records: [], code: result.code, message: result.message }
      group.records.unshift(record)
      refused.set(result.code, group)
    }
    if (unknown > 0) this.ambiguous++
    for (const { records, code, message } of refused.values()) {
      this.#parts.settlement.reject(batch, records, code, message)
    }
    for (const gate of failing) this.#shut(gate, this.#parts.retry.maxMs)
    for (const [gate, count] of throttled) {
      // Mostly accepted: the limit is just touched. Mostly turned away: wait until the bucket is fuller.
      if ((stored.get(gate) ?? 0) < count) gate.failures = Math.max(gate.failures, 1)
      this.#shut(gate, MAX_THROTTLE_WAIT_MS)
    }
  }

  /** Shuts a partition for a random time that grows with its failures in a row. */
  #shut(gate: Gate, maxMs: number): void {
    const { clock, retry } = this.#parts
    gate.failures++
    const wait = fullJitterMs(gate.failures, retry.baseMs, Math.min(maxMs, retry.maxMs), clock.random())
    gate.opensAt = Math.max(gate.opensAt, clock.now() + wait)
  }

  #retryAll(batch: Batch, outcome: Outcome & { kind: 'retry' }, ticket: number): void {
    const { clock, window, warn, settlement } = this.#parts
    if (outcome.ambiguous) this.ambiguous++
    if (outcome.action === 'throttle') this.throttledRecords += batch.records
    const slowMs =
      outcome.action === 'slow-retry' ? Math.round(SLOW_RETRY_MS * (0.5 + clock.random() / 2)) : 0
    if (window.isNews(ticket)) {
      window.failed(clock.now(), clock.random(), Math.max(slowMs, outcome.retryAfterMs ?? 0))
    }
    if (window.failures === FAILURES_WORTH_A_WARNING || slowMs > 0) warn(warning(outcome))

    const old: number[] = []
    for (let record = batch.records - 1; record >= 0; record--) {
      if (this.#tooOld(batch, record)) old.unshift(record)
      else this.#putBack(batch, record)
    }
    settlement.reject(batch, old, outcome.code, `${outcome.message} (older than retry.maxAgeMs)`)
  }

  async #unauthorized(
    batch: Batch,
    outcome: Outcome & { kind: 'unauthorized' },
    ticket: number
  ): Promise<void> {
    const { clock, window, circuit, credentials, warn } = this.#parts
    for (let record = batch.records - 1; record >= 0; record--) this.#putBack(batch, record)
    if (this.#clockWasWrong(outcome)) return
    const wasOpen = circuit.isOpen
    const isNews = window.isNews(ticket)
    // Nothing else is sent while new credentials are being looked for.
    window.pause(Number.POSITIVE_INFINITY)
    const refreshed = await credentials.refresh().catch(() => false)
    window.pause(clock.now() + circuit.refused(isNews, refreshed))
    if (circuit.isOpen && !wasOpen) warn(warning(outcome))
  }

  /** Once, until a request is accepted again: two clocks that disagree must not keep us asking for ever. */
  #clockWasWrong(outcome: Outcome & { kind: 'unauthorized' }): boolean {
    const { correctClock, warn } = this.#parts
    const wrongMs = this.#clockCorrected ? 0 : correctClock(outcome.serverDate)
    if (wrongMs === 0) return false
    this.#clockCorrected = true
    warn({
      code: 'CLOCK',
      message: `this machine's clock differs from the service's by ${Math.round(wrongMs / 1_000)} s (${outcome.code})`,
      cure: 'requests are signed with the time of the service from now on; set the clock of this machine'
    })
    return true
  }

  #putBack(batch: Batch, record: number): void {
    this.retriedRecords++
    this.#parts.settlement.putBack(batch, record)
  }

  #exhausted(batch: Batch, record: number): boolean {
    let attempts = 0
    for (let index = batch.begin(record); index < batch.end(record); index++) {
      attempts = Math.max(attempts, this.#parts.store.countAttempt(batch.line(index)))
    }
    return attempts >= this.#parts.retry.maxAttempts
  }

  #tooOld(batch: Batch, record: number): boolean {
    const { maxAgeMs } = this.#parts.retry
    if (maxAgeMs === null) return false
    return this.#parts.clock.now() - this.#parts.store.writtenAt(batch.line(batch.begin(record))) > maxAgeMs
  }
}

function allRecords(batch: Batch): number[] {
  return Array.from({ length: batch.records }, (_, record) => record)
}

function warning({ code, message, cure }: Failure): WarningEvent {
  return { code, message, cure }
}
