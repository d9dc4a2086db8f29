/**
 * One partition: cursor → page → the next cursor, for as long as it can be read. A call that fails is made again after a wait with full
 * jitter, as a producer does; what cannot pass ends the reader.
 *
 * Bounded by: one page ahead of the consumer.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { fullJitterMs } from '../delivery/backoff.ts'
import { DisRequestError } from '../errors.ts'
import type { WarningCode } from '../report/codes.ts'
import { cureOf } from '../report/diagnoses.ts'
import type { WarningEvent } from '../report/events.ts'
import type { DisRecord, RecordsPage } from './answers.ts'
import type { DisClient } from './client.ts'
import { failureOf, type ReadFailure, TIME_CODE } from './failure.ts'
import type { PageQueue } from './page-queue.ts'
import type { CursorPosition } from './position.ts'
import { Position, sequenceOf } from './position.ts'

// A partition allows five reading calls a second, and somebody else may be reading too.
const EMPTY_WAIT_MS = 500
const PAGE_RECORDS = 1_000
const BASE_MS = 200
const MAX_MS = 15_000
/** Failures in a row that pass without a word. */
const QUIET_FAILURES = 2

const GAP: WarningCode = 'READ_GAP'

export interface PartitionParts {
  readonly client: Pick<DisClient, 'getCursor' | 'getRecords'>
  readonly pages: PageQueue
  readonly signal: AbortSignal
  warn(event: WarningEvent): void
  /** A record that is read again only to know it: what came before the checkpoint. */
  note(record: DisRecord): void
  /** Resolves when all partitions have read what came before their checkpoints. */
  readonly allNoted: Promise<void>
  /** Numbers start anew. */
  restarted(partitionId: string): void
}

/** Where a partition is begun. */
export interface Start {
  readonly position: CursorPosition
  /** Where to begin if the service does not take that. Otherwise with the oldest record, and a warning. */
  readonly otherwise?: CursorPosition
  /** The place of the checkpoint, if reading begins before it. */
  readonly noteUpTo?: bigint | undefined
}

export class PartitionReader {
  readonly partitionId: string
  readonly #parts: PartitionParts
  readonly #position: Position
  readonly #noted: () => void
  #noteUpTo: bigint | undefined
  #otherwise: CursorPosition | undefined
  #cursor: string | undefined
  #hasRead = false
  #failures = 0
  #refusals = 0
  #pageRecords = PAGE_RECORDS
  /** It takes no records any more: once it is empty, it stays so. */
  isClosed = false

  /** `noted` is called once, when all up to the checkpoint was read. */
  constructor(partitionId: string, start: Start, parts: PartitionParts, noted: () => void) {
    this.partitionId = partitionId
    this.#parts = parts
    this.#noteUpTo = start.noteUpTo
    this.#otherwise = start.otherwise
    this.#noted = noted
    this.#position = new Position(start.position, Date.now())
  }

  /** Resolves when stopped, or when there is nothing left to read; rejects with a failure that cannot pass. */
  async run(): Promise<void> {
    const { pages, signal } = this.#parts
    try {
      if (this.#noteUpTo === undefined) this.#noted()
      while (!signal.aborted) {
        await pages.room()
        const wasClosed = this.isClosed
        const page = await this.#attempt()
        if (page === 'ended' || signal.aborted) return
        if (page === 'again') continue
        await this.#give(page.records)
        if (page.records.length > 0) continue
        this.#noted()
        if (wasClosed) return
        await this.#wait(EMPTY_WAIT_MS)
      }
    } finally {
      this.#noted()
    }
  }

  async #give(all: readonly DisRecord[]): Promise<void> {
    const { allNoted, note, pages } = this.#parts
    const limit = this.#noteUpTo
    const records =
      limit === undefined
        ? all
        : all.filter(({ sequenceNumber }) => (sequenceOf(sequenceNumber) ?? limit + 1n) > limit)
    for (const record of all.slice(0, all.length - records.length)) note(record)
    if (records.length === 0) return
    this.#noteUpTo = undefined
    this.#noted()
    await allNoted
    const bytes = records.reduce((sum, { data }) => sum + data.length, 0)
    await pages.put({ partitionId: this.partitionId, records, bytes })
  }

  async #attempt(): Promise<RecordsPage | 'again' | 'ended'> {
    const { client, signal } = this.#parts
    try {
      this.#cursor ??= await client.getCursor(this.partitionId, this.#position.cursor)
      this.#position.opened()
      const limit = this.#pageRecords
      const page = await client.getRecords(this.#cursor, { limit })
      this.#cursor = page.nextCursor
      const last = page.records.at(-1)
      if (last !== undefined) this.#position.advance(last.sequenceNumber)
      this.#hasRead = true
      this.#failures = 0
      this.#refusals = 0
      // Large records have passed, perhaps: a full page earns a larger one.
      if (page.records.length === limit) this.#pageRecords = Math.min(PAGE_RECORDS, limit * 2)
      return page
    } catch (error) {
      if (signal.aborted) return 'ended'
      const kind = this.#startsTooEarly(error) ? 'too-early' : failureOf(error)
      if (kind === 'page-too-large' && this.#pageRecords > 1) {
        this.#pageRecords = Math.ceil(this.#pageRecords / 4)
        return 'again'
      }
      this.#failures++
      if (!this.#goesOn(kind, error)) return 'ended'
      await this.#wait(fullJitterMs(this.#failures, BASE_MS, MAX_MS, Math.random()))
      return 'again'
    }
  }

  #goesOn(kind: ReadFailure | 'too-early', error: unknown): boolean {
    const { warn } = this.#parts
    switch (kind) {
      case 'passing':
        if (this.#failures > QUIET_FAILURES) warn(warningOf(error, this.partitionId))
        return true
      case 'unauthorized':
        if (++this.#refusals > 1) throw error
        return true
      case 'cursor-lost':
        this.#cursor = undefined
        return true
      case 'too-early':
        this.#moveTo({ type: 'TRIM_HORIZON' })
        return true
      case 'out-of-range':
        return this.#leaveOut()
      case 'partition-gone':
        // What was read to its end is missing nothing.
        if (!this.isClosed) warn(this.#gap('it has expired'))
        return false
      case 'page-too-large':
      case 'final':
        throw error
      default: {
        const never: never = kind
        return never
      }
    }
  }

  /** A time before the oldest record is no mistake: all that is kept has come since. */
  #startsTooEarly(error: unknown): boolean {
    if (this.#hasRead || this.#position.cursor.type !== 'AT_TIMESTAMP') return false
    return (
      error instanceof DisRequestError &&
      (error.serviceCode === TIME_CODE || failureOf(error) === 'out-of-range')
    )
  }

  /** What comes next is not kept any more, or never was. */
  #leaveOut(): boolean {
    const { restarted, warn } = this.#parts
    const noteUpTo = this.#noteUpTo
    const otherwise = this.#otherwise
    this.#otherwise = undefined
    if (otherwise !== undefined && !this.#hasRead) {
      this.#moveTo(otherwise)
      return true
    }
    if (noteUpTo !== undefined) {
      // Only what was read before is gone.
      this.#noteUpTo = undefined
      this.#noted()
      this.#moveTo({ type: 'AFTER_SEQUENCE_NUMBER', sequenceNumber: String(noteUpTo) })
      return true
    }
    warn(
      this.#gap(
        'records are gone that were not read yet, or the stream was made again; the oldest one is next'
      )
    )
    restarted(this.partitionId)
    this.#moveTo({ type: 'TRIM_HORIZON' })
    return true
  }

  #moveTo(position: CursorPosition): void {
    this.#position.moveTo(position)
    this.#cursor = undefined
  }

  #gap(what: string): WarningEvent {
    return { code: GAP, message: `partition ${this.partitionId}: ${what}`, cure: cureOf(GAP) }
  }

  #wait(ms: number): Promise<void> {
    return sleep(ms, undefined, { signal: this.#parts.signal }).catch(() => {})
  }
}

/** A call that fails again and again, as a warning. */
export function warningOf(error: unknown, what: string): WarningEvent {
  const message = `${what}: ${error instanceof Error ? error.message : String(error)}; trying again`
  if (error instanceof DisRequestError) return { code: error.serviceCode, message, cure: error.cure }
  return { code: GAP, message, cure: cureOf(GAP) }
}
