/** How a line was settled. Exactly one of these happens to every line. */
export type Settlement = 'delivered' | 'rejected' | 'dropped' | 'spooled'

/** Counters of a producer since its creation; lines unless the name says otherwise. */
export interface Stats {
  /** Lines taken by `write`, and those of earlier processes found in the spool (`recovered`); no empty lines. */
  readonly written: number
  readonly delivered: number
  readonly rejected: number
  readonly dropped: number
  /** Lines that are safe on disk and not delivered yet, whether or not they are in memory as well. */
  readonly spooled: number
  /** Lines not settled: waiting, in flight or waiting for a retry. written = the four above + this. */
  readonly buffered: number
  /** Bytes of all lines in memory. */
  readonly bufferedBytes: number
  /** Lines of earlier processes that were read from the spool so far. */
  readonly recovered: number
  /** Bytes on disk. */
  readonly spoolBytes: number
  /** Damaged places of the spool that were skipped. */
  readonly spoolDamaged: number
  /** Lines written to the dead-letter file. */
  readonly deadLetters: number
  /** Lines cut or refused because they were above the record limit. */
  readonly oversized: number
  /** Bytes of all delivered lines. */
  readonly deliveredBytes: number
  /** Body bytes of all attempts, as they were on the wire. */
  readonly sentBytes: number
  /** HTTP requests sent, retries included. */
  readonly attempts: number
  /** Records sent again after a failure of their own or of their request. */
  readonly retriedRecords: number
  /** Records turned away by a rate limit (`DIS.4303`, `DIS.4305`, 429). */
  readonly throttledRecords: number
  /** Attempts whose answer never came, so their records may arrive twice. */
  readonly ambiguous: number
  /** Requests in flight now, and how many are allowed at the moment. */
  readonly inFlight: number
  readonly window: number
}

/** What became of every line written before a `flush` or `close` was called, since the producer was created. */
export interface FlushReport {
  readonly delivered: number
  readonly rejected: number
  readonly dropped: number
  readonly spooled: number
  /** Not settled when the time was over; 0 otherwise. */
  readonly pending: number
}

/** In place of an epoch: a line of an earlier process. */
export const PAST: number = -1

/** In place of an epoch: a line of our own making, which nobody has written and nobody counts. */
export const UNCOUNTED: number = -2

/** Lines written between two flushes. */
interface Epoch {
  unsettled: number
  delivered: number
  rejected: number
  dropped: number
  spooled: number
  readonly waiters: Array<(report: FlushReport) => void>
}

/**
 * The books of a producer: every line is entered once and settled once.
 *
 * A flush has to wait for the lines written before it and for no others. So each line carries the number
 * of the epoch it was written in, a flush ends the epoch, and its waiter is called when that epoch and all
 * before it are settled: O(1) a line, whatever the number of concurrent flushes.
 */
export class Ledger {
  // Everything settled up to (not including) epoch #first.
  readonly #past: Epoch = newEpoch()
  #epochs: Epoch[] = [newEpoch()]
  #first = 0
  #written = 0
  /** Lines of earlier processes so far. */
  recovered = 0

  /** The epoch that the next line will belong to. */
  get epoch(): number {
    return this.#first + this.#epochs.length - 1
  }

  /** Enters one line and gives the epoch that {@link settle} needs. */
  write(): number {
    this.#written++
    const index = this.#epochs.length - 1
    const epoch = this.#epochs[index]
    if (epoch !== undefined) epoch.unsettled++
    return this.#first + index
  }

  /** Enters a line that an earlier process left in the spool: settled already. Its epoch is {@link PAST}. */
  recover(): void {
    this.#written++
    this.recovered++
    this.#past.spooled++
  }

  /** Settles lines of `epoch`. */
  settle(epoch: number, as: Settlement, lines = 1): void {
    if (epoch === UNCOUNTED) return
    const entry = this.#entry(epoch)
    if (entry.unsettled < lines) throw new Error(`epoch ${epoch} is settled already`)
    entry[as] += lines
    entry.unsettled -= lines
    if (entry.unsettled === 0 && epoch === this.#first) this.#advance()
  }

  /** A spooled line of `epoch` has come to its end. */
  endSpooled(epoch: number, as: Settlement): void {
    const entry = this.#entry(epoch)
    entry.spooled--
    entry[as]++
  }

  /** A spooled line of `epoch` is on disk no more; it is buffered, as it was before. */
  unsettle(epoch: number): void {
    if (epoch === UNCOUNTED) return
    const entry = this.#entry(epoch)
    entry.spooled--
    entry.unsettled++
  }

  /**
   * Ends the current epoch and calls `done` (perhaps at once) when it and all before it are settled, with the
   * counts at that moment: later epochs are not in them.
   */
  barrier(done: (report: FlushReport) => void): number {
    const index = this.#epochs.length - 1
    const current = this.#epochs[index]
    if (current === undefined) throw new Error('a ledger always has a current epoch')
    current.waiters.push(done)
    this.#epochs.push(newEpoch())
    const epoch = this.#first + index
    this.#advance()
    return epoch
  }

  /** Counts over everything written up to and including `epoch`, which must not be settled yet. */
  report(epoch: number): FlushReport {
    // What was folded can become unsettled again: see `unsettle`.
    const total = { ...tally(this.#past), pending: this.#past.unsettled }
    const last = Math.min(epoch - this.#first, this.#epochs.length - 1)
    for (let index = 0; index <= last; index++) {
      const entry = this.#epochs[index]
      if (entry === undefined) continue
      total.delivered += entry.delivered
      total.rejected += entry.rejected
      total.dropped += entry.dropped
      total.spooled += entry.spooled
      total.pending += entry.unsettled
    }
    return total
  }

  /** Totals of all time. */
  totals(): FlushReport & { readonly written: number } {
    return { written: this.#written, ...this.report(Number.POSITIVE_INFINITY) }
  }

  #entry(epoch: number): Epoch {
    return epoch < this.#first ? this.#past : (this.#epochs[epoch - this.#first] ?? this.#past)
  }

  /** Folds settled epochs at the front into the past and tells their waiters, oldest first. */
  #advance(): void {
    while (this.#epochs.length > 1) {
      const epoch = this.#epochs[0]
      if (epoch === undefined || epoch.unsettled > 0) return
      this.#epochs.shift()
      this.#first++
      this.#past.delivered += epoch.delivered
      this.#past.rejected += epoch.rejected
      this.#past.dropped += epoch.dropped
      this.#past.spooled += epoch.spooled
      for (const done of epoch.waiters) done({ ...tally(this.#past), pending: this.#past.unsettled })
    }
  }
}

function newEpoch(): Epoch {
  return { unsettled: 0, delivered: 0, rejected: 0, dropped: 0, spooled: 0, waiters: [] }
}

function tally({ delivered, rejected, dropped, spooled }: Epoch): Omit<FlushReport, 'pending'> {
  return { delivered, rejected, dropped, spooled }
}
