/**
 * What follows from the result of each record: settled, back to its lane, or given up; and how the pace of its
 * partition changes.
 *
 * Bounded by: `maxAttempts` for records that fail by themselves, `maxAgeMs` for all. Throttled records keep their
 * attempts.
 */
import type { Clock } from '../clock.ts'
import type { Batch } from '../queue/batch.ts'
import type { Batcher } from '../queue/batcher.ts'
import type { Lane } from '../queue/lane.ts'
import type { LineStore } from '../queue/line-store.ts'
import type { Partition } from '../queue/partition.ts'
import { UNIT_BYTES } from '../queue/rate-limiter.ts'
import type { RecordResult } from '../wire/response.ts'
import { ruleFor } from '../wire/service-codes.ts'
import { fullJitterMs } from './backoff.ts'
import type { Settlement } from './settlement.ts'

export interface RecordOutcomeParts {
  readonly clock: Clock
  readonly store: LineStore
  readonly batcher: Batcher
  readonly settlement: Settlement
  readonly retry: {
    readonly baseMs: number
    readonly maxMs: number
    readonly maxAttempts: number
    readonly maxAgeMs: number | null
  }
  /** False where records of one lane spread over partitions. */
  readonly lanesHavePartitions: boolean
}

/** What an answer said of one partition. */
interface Tally {
  taken: number
  throttled: number
  failing: boolean
}

export class RecordOutcomes {
  readonly #parts: RecordOutcomeParts
  retried = 0
  throttled = 0
  /** Answers that left records in the dark. */
  ambiguous = 0

  constructor(parts: RecordOutcomeParts) {
    this.#parts = parts
  }

  /** Follows an answer: one result a record, missing ones are unknown. */
  apply(batch: Batch, results: readonly RecordResult[]): void {
    const tallies = new Map<Partition, Tally>()
    this.#applyStored(batch, results, tallies)
    this.#applyFailures(batch, results, tallies)
    const { clock } = this.#parts
    const now = clock.monotonic()
    const units = Math.max(1, batch.bytes / batch.records / UNIT_BYTES)
    for (const [gate, { taken, throttled, failing }] of tallies) {
      gate.pacer.answered(now, taken * units, throttled * units, batch.takenAt)
      if (failing) this.#shut(gate)
      else if (taken > 0) gate.failures = 0
      if (throttled > 0) gate.opensAt = Math.max(gate.opensAt, gate.pacer.readyAt(now))
    }
  }

  putBack(batch: Batch, record: number): void {
    this.retried++
    this.#parts.settlement.putBack(batch, record)
  }

  isTooOld(batch: Batch, record: number): boolean {
    const { maxAgeMs } = this.#parts.retry
    if (maxAgeMs === null) return false
    return (
      this.#parts.clock.monotonic() - this.#parts.store.writtenAt(batch.line(batch.begin(record))) > maxAgeMs
    )
  }

  #applyStored(batch: Batch, results: readonly RecordResult[], tallies: Map<Partition, Tally>): void {
    const { settlement, batcher, lanesHavePartitions } = this.#parts
    let known: Lane | undefined
    let partitionId: string | undefined
    let tally: Tally | undefined
    for (let record = 0; record < batch.records; record++) {
      const result = results[record]
      if (result?.kind !== 'stored') continue
      const lane = batch.lane(record)
      // Neighbours are mostly of one lane and partition: nothing to look up then.
      if (tally === undefined || lane !== known || result.partitionId !== partitionId) {
        // Counts for the gate that it was sent through, also if the answer shows that it leads elsewhere.
        tally = tallyOf(tallies, lane.gate)
        if (lanesHavePartitions && result.partitionId !== '') batcher.assign(lane, result.partitionId)
        known = lane
        partitionId = result.partitionId
      }
      tally.taken++
      settlement.delivered(batch, record)
    }
  }

  /** Last record first, so that several of one lane stand in their old order again. */
  #applyFailures(batch: Batch, results: readonly RecordResult[], tallies: Map<Partition, Tally>): void {
    const refused = new Map<string, { records: number[]; code: string; message: string }>()
    let unknown = 0
    for (let record = batch.records - 1; record >= 0; record--) {
      const result = results[record]
      if (result?.kind === 'stored') continue
      const tally = tallyOf(tallies, batch.lane(record).gate)
      if (result === undefined || result.kind === 'unknown') {
        unknown++
        tally.failing = true
        this.putBack(batch, record)
        continue
      }
      if (this.#turnsBack(batch, record, result.code, tally)) {
        this.putBack(batch, record)
        continue
      }
      const group = refused.get(result.code) ?? { records: [], code: result.code, message: result.message }
      group.records.unshift(record)
      refused.set(result.code, group)
    }
    if (unknown > 0) this.ambiguous++
    for (const { records, code, message } of refused.values()) {
      this.#parts.settlement.reject(batch, records, code, message)
    }
  }

  /** Whether a failed record is sent again. */
  #turnsBack(batch: Batch, record: number, code: string, tally: Tally): boolean {
    const { action } = ruleFor(code, 0)
    if (action === 'throttle') {
      this.throttled++
      tally.throttled++
      return !this.isTooOld(batch, record)
    }
    if (action !== 'retry' && action !== 'slow-retry') return false
    tally.failing = true
    return !this.#isExhausted(batch, record) && !this.isTooOld(batch, record)
  }

  #isExhausted(batch: Batch, record: number): boolean {
    let attempts = 0
    for (let index = batch.begin(record); index < batch.end(record); index++) {
      attempts = Math.max(attempts, this.#parts.store.countAttempt(batch.line(index)))
    }
    return attempts >= this.#parts.retry.maxAttempts
  }

  /** Shuts a partition for a random time that grows with its failures in a row. */
  #shut(gate: Partition): void {
    const { clock, retry } = this.#parts
    gate.failures++
    const wait = fullJitterMs(gate.failures, retry.baseMs, retry.maxMs, clock.random())
    gate.opensAt = Math.max(gate.opensAt, clock.monotonic() + wait)
  }
}

function tallyOf(tallies: Map<Partition, Tally>, gate: Partition): Tally {
  let tally = tallies.get(gate)
  if (tally === undefined) {
    tally = { taken: 0, throttled: 0, failing: false }
    tallies.set(gate, tally)
  }
  return tally
}
