/**
 * outcome → settled, or back to the front of the lane.
 *
 * The only place where lines leave the pipeline or turn back. Each line is settled exactly once, and its
 * memory is free from then on.
 */
import type { DropReason } from '../events.ts'
import type { Batch } from '../queue/batch.ts'
import type { LineStore } from '../queue/line-store.ts'
import type { Settlement as Fate, Ledger } from '../stats.ts'

/** Told of lines that did not make it, in groups. */
export interface SettlementListener {
  rejected(group: RejectedGroup): void
  dropped(reason: DropReason, lines: number, bytes: number): void
  /** Memory was freed. */
  released(): void
}

export interface RejectedGroup {
  readonly code: string
  readonly message: string
  readonly lines: number
  readonly attempts: number
  readonly partitionKey: string | null
  readonly sample: string
}

const SAMPLE_CHARACTERS = 1_024

export class Settlement {
  readonly #store: LineStore
  readonly #ledger: Ledger
  readonly #listener: SettlementListener
  /** Bytes of delivered lines. */
  deliveredBytes = 0

  constructor(store: LineStore, ledger: Ledger, listener: SettlementListener) {
    this.#store = store
    this.#ledger = ledger
    this.#listener = listener
  }

  delivered(batch: Batch, record: number): void {
    for (let index = batch.begin(record); index < batch.end(record); index++) {
      const line = batch.line(index)
      this.deliveredBytes += this.#store.length(line)
      this.#settle(line, 'delivered')
    }
    batch.lane(record).outstanding--
  }

  /** Puts the lines of a record back to the front of its lane. Several records: the last one first. */
  putBack(batch: Batch, record: number): void {
    const lane = batch.lane(record)
    for (let index = batch.end(record) - 1; index >= batch.begin(record); index--)
      lane.unshift(batch.line(index))
    lane.outstanding--
  }

  /** Gives up records for good, one report for all of them. */
  reject(batch: Batch, records: readonly number[], code: string, message: string): void {
    const [first] = records
    if (first === undefined) return
    const key = batch.lane(first).route
    const firstLine = batch.line(batch.begin(first))
    const sample = this.#store
      .view(firstLine)
      .toString('utf8', 0, SAMPLE_CHARACTERS * 4)
      .slice(0, SAMPLE_CHARACTERS)
    const attempts = this.#store.attempts(firstLine)
    let lines = 0
    for (const record of records) {
      for (let index = batch.begin(record); index < batch.end(record); index++) {
        this.#settle(batch.line(index), 'rejected')
        lines++
      }
      batch.lane(record).outstanding--
    }
    const partitionKey = 'partitionKey' in key ? key.partitionKey : null
    this.#listener.rejected({ code, message, lines, attempts: Math.max(1, attempts), partitionKey, sample })
  }

  /** Gives up lines by the user's policy. */
  drop(lines: readonly number[], reason: DropReason): void {
    if (lines.length === 0) return
    let bytes = 0
    for (const line of lines) {
      bytes += this.#store.length(line)
      this.#settle(line, 'dropped')
    }
    this.#listener.dropped(reason, lines.length, bytes)
  }

  /** To be called once after a group of the above. */
  done(): void {
    this.#listener.released()
  }

  #settle(line: number, as: Fate): void {
    this.#ledger.settle(this.#store.epoch(line), as)
    this.#store.release(line)
  }
}
