/**
 * The bookkeeper: every line that reaches its end is entered here, whatever ends it: an answer, a full buffer, the disk, or
 * the end of the process. Nobody else writes the ledger. Each line is settled exactly once, and its memory is free from then on.
 */
import type { Batch } from '../queue/batch.ts'
import type { LineStore } from '../queue/line-store.ts'
import type { QueuedLine } from '../queue/queue.ts'
import type { DeadLetter } from '../record/dead-letter.ts'
import type { Route } from '../record/route.ts'
import type { DropReason, RejectedEvent, WarningEvent } from '../report/events.ts'
import { printableLine } from '../report/printable.ts'
import type { Drop } from '../report/reporter.ts'
import { noneDropped } from '../report/stats.ts'
import { type Disposition, type Ledger, PAST, UNCOUNTED } from './ledger.ts'
import type { Counts, Rejection, Verdict } from './verdict.ts'

export interface SettlementParts {
  readonly store: LineStore
  readonly ledger: Ledger
  /** Told of lines that did not make it, in groups. */
  readonly reporter: {
    rejected(event: RejectedEvent): void
    dropped(drop: Drop): void
  }
  /** Keeps each rejected line. */
  readonly deadLetters: { write(letter: DeadLetter): unknown } | undefined
  /** Counts lines that are missing in the stream. */
  readonly dropNotice: { count(reason: DropReason, lines: number, bytes: number): void }
}

const SAMPLE_CHARACTERS = 1_024

export class Settlement {
  readonly #store: LineStore
  readonly #ledger: Ledger
  readonly #parts: SettlementParts
  #settledOnDisk: number[] = []
  // Delivered lines of one epoch that are not in the ledger yet.
  #runEpoch = 0
  #runLines = 0
  /** Bytes of delivered lines. */
  deliveredBytes = 0
  /** Dropped lines by reason. What was dropped on disk follows a microtask later. */
  readonly droppedBy = noneDropped()
  /** Records sent again, records over a limit, and answers that left records in the dark. */
  retried = 0
  throttled = 0
  ambiguous = 0

  constructor(parts: SettlementParts) {
    this.#parts = parts
    this.#store = parts.store
    this.#ledger = parts.ledger
  }

  /** Enters lines; returns the epoch that they belong to. */
  enter(lines = 1): number {
    return this.#ledger.write(lines)
  }

  /** The epoch of the next line. */
  get epoch(): number {
    return this.#ledger.epoch
  }

  /** Settles what a verdict settles. The lines that go again stay as they are. */
  apply(batch: Batch, verdict: Verdict): void {
    if (verdict.kind === 'cut') return
    for (let record = 0; record < batch.records; record++) {
      if (verdict.records[record]?.kind === 'stored') this.#deliver(batch, record)
    }
    this.#endRun()
    this.#count(verdict.counts)
    for (const rejection of verdict.rejections) this.#reject(rejection, batch)
  }

  /** Gives up lines that waited until the end, one report for all of them. */
  rejectRest(lines: readonly QueuedLine[], { code, message, cure }: WarningEvent): void {
    const [first] = lines
    if (first === undefined) return
    const sample = this.#sample(first.line)
    const partitionKey = keyOf(first.route)
    let count = 0
    for (const { route, line } of lines) {
      count += this.#deadLetter(line, route, code, message, this.#store.attempts(line))
    }
    if (count === 0) return
    this.#parts.reporter.rejected({ code, message, cure, lines: count, attempts: 0, partitionKey, sample })
  }

  /** Refuses a line that was never taken. */
  rejectUnstored(line: Uint8Array, event: RejectedEvent): void {
    const { code, message, attempts } = event
    this.#parts.deadLetters?.write({ code, message, attempts, route: undefined, line })
    this.#ledger.settle(this.#ledger.write(), 'rejected')
    this.#parts.reporter.rejected(event)
  }

  /** Gives up lines by the user's policy. */
  drop(lines: readonly number[], reason: DropReason): void {
    if (lines.length === 0) return
    let count = 0
    let bytes = 0
    for (const line of lines) {
      if (this.#store.epoch(line) !== UNCOUNTED) {
        count++
        bytes += this.#store.length(line)
      }
      this.#settle(line, 'dropped')
    }
    if (count > 0) this.#reportDropped(reason, count, bytes)
  }

  /** Gives up a line that was never taken. */
  dropUnstored(bytes: number, reason: DropReason, detail?: string): void {
    this.#ledger.settle(this.#ledger.write(), 'dropped')
    this.#reportDropped(reason, 1, bytes, detail)
  }

  /** `lines` lines of `epoch` are safe on disk. */
  spooled(epoch: number, lines: number): void {
    this.#ledger.settle(epoch, 'spooled', lines)
  }

  /** A line of `epoch` is on disk no more; it is buffered, as it was before. */
  unspooled(epoch: number): void {
    this.#ledger.unsettle(epoch)
  }

  /** A line was read from disk that an earlier process left. Its epoch is {@link PAST}. */
  recovered(): number {
    this.#ledger.recover()
    return PAST
  }

  /** Lines on disk were given up, or are lost. The report comes later, for many of them: {@link reportDroppedOnDisk}. */
  dropSpooled(epoch: number, lines = 1): void {
    this.#ledger.endSpooled(epoch, 'dropped', lines)
  }

  reportDroppedOnDisk(reason: 'spool-full' | 'spool-damaged', lines: number, bytes: number): void {
    this.#reportDropped(reason, lines, bytes)
  }

  /** The spool ids of lines that reached their end since the last call. */
  takeSettledOnDisk(): readonly number[] {
    const ids = this.#settledOnDisk
    if (ids.length > 0) this.#settledOnDisk = []
    return ids
  }

  #deliver(batch: Batch, record: number): void {
    const end = batch.end(record)
    for (let index = batch.begin(record); index < end; index++) {
      const line = batch.line(index)
      const spoolId = this.#store.spoolId(line)
      const epoch = this.#store.epoch(line)
      if (spoolId < 0) {
        if (epoch !== this.#runEpoch) this.#endRun()
        this.#runEpoch = epoch
        this.#runLines++
      } else {
        this.#ledger.endSpooled(epoch, 'delivered')
        this.#settledOnDisk.push(spoolId)
      }
      const bytes = this.#store.release(line)
      if (epoch !== UNCOUNTED) this.deliveredBytes += bytes
    }
  }

  /** Enters the delivered lines of one epoch together. */
  #endRun(): void {
    const lines = this.#runLines
    this.#runLines = 0
    if (lines > 0) this.#ledger.settle(this.#runEpoch, 'delivered', lines)
  }

  #count({ retried, throttled, ambiguous }: Counts): void {
    this.retried += retried
    this.throttled += throttled
    this.ambiguous += ambiguous
  }

  /** One report for all lines of a code. */
  #reject({ code, message: said, cure, lines, records }: Rejection, batch: Batch): void {
    const message = printableLine(said)
    const [first] = lines
    const [record] = records
    if (first === undefined || record === undefined) return
    const sample = this.#sample(first)
    // The last attempt was not counted on the line.
    const attempts = this.#store.attempts(first) + 1
    const partitionKey = keyOf(batch.route(record))
    let count = 0
    lines.forEach((line, index) => {
      const route = batch.route(records[index] ?? record)
      count += this.#deadLetter(line, route, code, message, this.#store.attempts(line) + 1)
    })
    if (count === 0) return
    this.#parts.reporter.rejected({ code, message, cure, lines: count, attempts, partitionKey, sample })
  }

  /** Returns how many of the user's lines that is: 0 for a line of our own. */
  #deadLetter(line: number, route: Route, code: string, message: string, attempts: number): 0 | 1 {
    const isOwn = this.#store.epoch(line) === UNCOUNTED
    if (!isOwn) {
      this.#parts.deadLetters?.write({ code, message, attempts, route, line: this.#store.view(line) })
    }
    this.#settle(line, 'rejected')
    return isOwn ? 0 : 1
  }

  #settle(line: number, as: Disposition): void {
    const spoolId = this.#store.spoolId(line)
    if (spoolId < 0) this.#ledger.settle(this.#store.epoch(line), as)
    else {
      this.#ledger.endSpooled(this.#store.epoch(line), as)
      this.#settledOnDisk.push(spoolId)
    }
    this.#store.release(line)
  }

  #reportDropped(reason: DropReason, lines: number, bytes: number, detail?: string): void {
    this.droppedBy[reason] += lines
    this.#parts.dropNotice.count(reason, lines, bytes)
    this.#parts.reporter.dropped({ reason, lines, bytes, detail })
  }

  #sample(line: number): string {
    return this.#store
      .view(line)
      .toString('utf8', 0, SAMPLE_CHARACTERS * 4)
      .slice(0, SAMPLE_CHARACTERS)
  }
}

function keyOf(route: Route): string | null {
  return 'partitionKey' in route ? route.partitionKey : null
}
