/**
 * outcome → settled, or back to the front of the lane.
 *
 * The only place where lines leave the pipeline or turn back. Each line is settled exactly once, and its
 * memory is free from then on.
 */

import type { Batch } from '../queue/batch.ts'
import type { Lane } from '../queue/lane.ts'
import type { LineStore } from '../queue/line-store.ts'
import type { Route } from '../record/route.ts'
import type { DropReason, RejectedEvent } from '../report/events.ts'
import type { Disposition, Ledger } from './ledger.ts'

/** Told of lines that did not make it, in groups. */
export interface SettlementListener {
  rejected(group: RejectedEvent): void
  /** Each rejected line, before its memory is free. */
  deadLetter(letter: DeadLetter): void
  /** A line that is on disk too has reached its end. */
  acknowledged(spoolId: number): void
  dropped(reason: DropReason, lines: number, bytes: number): void
  /** Memory was freed. */
  released(): void
}

/** A line that was refused for good, with the reason. */
export interface DeadLetter {
  readonly code: string
  readonly message: string
  readonly attempts: number
  /** `undefined` for a line that never got one. */
  readonly route: Route | undefined
  /** Valid during the call only. */
  readonly line: Uint8Array
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
      const lane = batch.lane(record)
      for (let index = batch.begin(record); index < batch.end(record); index++) {
        this.rejectWaiting(lane, batch.line(index), code, message)
        lines++
      }
      lane.outstanding--
    }
    const partitionKey = 'partitionKey' in key ? key.partitionKey : null
    this.#listener.rejected({ code, message, lines, attempts: Math.max(1, attempts), partitionKey, sample })
  }

  /** Gives up a line that is in no batch, without a report. */
  rejectWaiting({ route }: Lane, line: number, code: string, message: string): void {
    const attempts = Math.max(1, this.#store.attempts(line))
    this.#listener.deadLetter({ code, message, attempts, route, line: this.#store.view(line) })
    this.#settle(line, 'rejected')
  }

  /** Refuses a line at the door. */
  rejectUnsent(line: Uint8Array, event: RejectedEvent): void {
    const { code, message, attempts } = event
    this.#listener.deadLetter({ code, message, attempts, route: undefined, line })
    this.#ledger.settle(this.#ledger.write(), 'rejected')
    this.#listener.rejected(event)
  }

  /** The memory of a line that is safe elsewhere is free. */
  forget(line: number): void {
    this.#store.release(line)
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

  #settle(line: number, as: Disposition): void {
    const spoolId = this.#store.spoolId(line)
    if (spoolId < 0) this.#ledger.settle(this.#store.epoch(line), as)
    else {
      this.#ledger.endSpooled(this.#store.epoch(line), as)
      this.#listener.acknowledged(spoolId)
    }
    this.#store.release(line)
  }
}
