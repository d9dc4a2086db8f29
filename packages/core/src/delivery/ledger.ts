import type { FlushReport } from '../report/stats.ts'

/** How a line was settled. Exactly one of these happens to every line. */
export type Disposition = 'delivered' | 'rejected' | 'dropped' | 'spooled'

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

  /** Enters lines and gives the epoch that {@link settle} needs. */
  write(lines = 1): number {
    this.#written += lines
    const index = this.#epochs.length - 1
    const epoch = this.#epochs[index]
    if (epoch !== undefined) epoch.unsettled += lines
    return this.#first + index
  }

  /** Enters a line that an earlier process left in the spool: settled already. Its epoch is {@link PAST}. */
  recover(): void {
    this.#written++
    this.recovered++
    this.#past.spooled++
  }

  /** Settles lines of `epoch`. */
  settle(epoch: number, as: Disposition, lines = 1): void {
    if (epoch === UNCOUNTED) return
    const entry = this.#entry(epoch)
    if (entry.unsettled < lines) throw new Error(`epoch ${epoch} is settled already`)
    entry[as] += lines
    entry.unsettled -= lines
    if (entry.unsettled === 0 && epoch === this.#first) this.#advance()
  }

  /** Spooled lines of `epoch` have come to their end. */
  endSpooled(epoch: number, as: Disposition, lines = 1): void {
    if (epoch === UNCOUNTED) return
    const entry = this.#entry(epoch)
    entry.spooled -= lines
    entry[as] += lines
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
