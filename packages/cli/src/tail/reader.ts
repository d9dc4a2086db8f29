/**
 * One partition: cursor → records → the next cursor, for ever. Bounded by one page of records, because the
 * next one is asked for when the last one is printed.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { type CursorPosition, type DisClient, type DisRecord, DisRequestError } from '@dis-logs/core'
import { backoffMs, describeFailure, type FailureKind, kindOf } from './failure.ts'
import { Position } from './position.ts'
import type { Printer } from './printer.ts'

// A partition allows five reading calls a second, and somebody else may be reading too.
const EMPTY_WAIT_MS = 500
const PAGE_RECORDS = 1_000

/** A time that is not kept any more: `timestamp is expired`, or out of range. */
const TIME_CODES = ['DIS.4300', 'DIS.4224']

/** What a reader needs, and whom it tells. */
export interface ReaderParts {
  readonly client: DisClient
  readonly printer: Printer
  readonly signal: AbortSignal
  /** Something the user should know; reading goes on. */
  warn(text: string): void
}

/** Reads one partition until it is stopped. */
export class PartitionReader {
  readonly partitionId: string
  readonly #parts: ReaderParts
  readonly #position: Position
  #cursor: string | undefined
  #opened = false
  #failures = 0
  #failure: unknown
  #pageRecords = PAGE_RECORDS
  #isCaughtUp = false
  #hasGap = false
  #nextToPrint: bigint | undefined
  #printedTimestamp: number | undefined

  constructor(partitionId: string, from: CursorPosition, parts: ReaderParts) {
    this.partitionId = partitionId
    this.#parts = parts
    this.#position = new Position(from, Date.now())
  }

  /** Why the last call failed, if that can pass; `undefined` if it succeeded. */
  get failure(): unknown {
    return this.#failures > 0 ? this.#failure : undefined
  }

  /** True if records were gone, or may be, before they were read. */
  get hasGap(): boolean {
    return this.#hasGap
  }

  /** True if the last answer was empty. */
  get isCaughtUp(): boolean {
    return this.#isCaughtUp
  }

  /** Sequence number of the record that is printed next; undefined before there is any. */
  get nextToPrint(): bigint | undefined {
    return this.#nextToPrint
  }

  /** When DIS stored the record that was printed last, in ms since the epoch. */
  get printedTimestamp(): number | undefined {
    return this.#printedTimestamp
  }

  /** Opens the first cursor: what arrives from now on is read. Resolves early when stopped; rejects as {@link run}. */
  async open(): Promise<void> {
    const { signal } = this.#parts
    while (!signal.aborted && this.#cursor === undefined) {
      if (!(await this.#attempt(() => this.#openCursor()))) return
    }
  }

  /** Resolves when stopped or when the partition is gone; rejects with a failure that cannot pass. */
  async run(): Promise<void> {
    const { signal } = this.#parts
    while (!signal.aborted) {
      if (!(await this.#attempt(() => this.#step()))) return
    }
  }

  async #step(): Promise<void> {
    const { client, printer, signal } = this.#parts
    const cursor = this.#cursor ?? (await this.#openCursor())
    // Once the limit is reached the others are about to be stopped.
    const limit = Math.max(1, Math.min(this.#pageRecords, printer.wantedRecords))
    const page = await client.getRecords(cursor, { limit })
    if (signal.aborted) return
    this.#cursor = page.nextCursor
    const last = page.records.at(-1)
    if (last !== undefined) this.#position.advance(last.sequenceNumber)
    this.#failures = 0
    // Large records have passed, perhaps: a full page earns a larger one.
    if (page.records.length === limit) this.#pageRecords = Math.min(PAGE_RECORDS, this.#pageRecords * 2)
    this.#isCaughtUp = last === undefined
    this.#nextToPrint ??= sequenceOf(page.records[0])
    await printer.print(this.partitionId, page.records, signal)
    if (last !== undefined) {
      this.#nextToPrint = (sequenceOf(last) ?? -1n) + 1n
      this.#printedTimestamp = last.timestamp
    }
    if (this.#isCaughtUp) await sleep(EMPTY_WAIT_MS, undefined, { signal })
  }

  async #openCursor(): Promise<string> {
    const position = this.#opened ? this.#position.next : this.#position.start
    const cursor = await this.#parts.client.getCursor(this.partitionId, position)
    this.#opened = true
    this.#cursor = cursor
    return cursor
  }

  /** One call; false ends the reader. After a failure that can pass, it has waited. */
  async #attempt(call: () => Promise<unknown>): Promise<boolean> {
    const { signal } = this.#parts
    try {
      await call()
      return true
    } catch (error) {
      if (signal.aborted) return false
      const wasCaughtUp = this.#isCaughtUp
      this.#isCaughtUp = false
      const kind = kindOf(error)
      if (kind === 'page-too-large' && this.#pageRecords > 1) {
        this.#pageRecords = Math.ceil(this.#pageRecords / 4)
        return true
      }
      this.#failures++
      this.#failure = kind === 'passing' ? error : undefined
      if (kind === 'partition-gone' && !wasCaughtUp) this.#hasGap = true
      if (this.#startsTooEarly(error)) return true
      if (!this.#goesOn(kind, error)) return false
      return sleep(backoffMs(this.#failures, Math.random()), true, { signal }).catch(() => false)
    }
  }

  /** A time before the oldest record is no mistake: all that is kept has come since. Then reading starts with that. */
  #startsTooEarly(error: unknown): boolean {
    const isRefused = error instanceof DisRequestError && TIME_CODES.includes(error.serviceCode)
    if (!isRefused || this.#opened || this.#position.start.type !== 'AT_TIMESTAMP') return false
    this.#position.fallBack()
    this.#opened = true
    return true
  }

  #goesOn(kind: FailureKind, error: unknown): boolean {
    const { warn } = this.#parts
    switch (kind) {
      case 'passing':
        warn(`${describeFailure(error)}; trying again`)
        return true
      case 'cursor-lost':
        this.#cursor = undefined
        return true
      case 'out-of-range':
        if (!this.#position.hasMoved) throw error
        warn(
          `partition ${this.partitionId}: records are gone before they were read; going on with the oldest`
        )
        this.#hasGap = true
        this.#position.fallBack()
        this.#cursor = undefined
        return true
      case 'partition-gone':
        warn(`partition ${this.partitionId} has expired`)
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
}

/** A service may write anything there. */
function sequenceOf(record: DisRecord | undefined): bigint | undefined {
  return record !== undefined && /^\d{1,40}$/.test(record.sequenceNumber)
    ? BigInt(record.sequenceNumber)
    : undefined
}
