/**
 * What an application tells of itself, judged as it comes: the equation of its ledger, memory, its event loop. And what the report
 * needs of all lives together.
 *
 * Bounded by: one sum for each application.
 */
import type { Life, Plan } from './draw.ts'
import type { Promises } from './promises.ts'
import type { Told, ToldStats } from './told.ts'

const MIB = 1_048_576
/** Node with pino or winston, a worker thread, HTTP and the codecs, and garbage that is not collected yet. */
const BASE_BYTES = 220 * MIB
const LONGEST_STALL_MS = 500

/** Sums over the lives of an application. */
export interface Sums {
  delivered: number
  rejected: number
  dropped: number
  recovered: number
  records: number
  retriedRecords: number
  throttledRecords: number
  attempts: number
  ambiguous: number
  spoolDamaged: number
  blockedMs: number
  worstStallMs: number
  peakRss: number
}

const SUMMED = [
  'delivered',
  'rejected',
  'dropped',
  'recovered',
  'records',
  'retriedRecords',
  'throttledRecords',
  'attempts',
  'ambiguous',
  'spoolDamaged'
] as const

export class Accounts {
  readonly #plan: Plan
  readonly #promises: Promises
  readonly sums: Sums = {
    delivered: 0,
    rejected: 0,
    dropped: 0,
    recovered: 0,
    records: 0,
    retriedRecords: 0,
    throttledRecords: 0,
    attempts: 0,
    ambiguous: 0,
    spoolDamaged: 0,
    blockedMs: 0,
    worstStallMs: 0,
    peakRss: 0
  }
  #life: Life | undefined
  #stats: ToldStats | undefined
  #blockedMs = 0

  constructor(plan: Plan, promises: Promises) {
    this.#plan = plan
    this.#promises = promises
  }

  /** The counters of the life of now, as last told. */
  get stats(): ToldStats | undefined {
    return this.#stats
  }

  begin(life: Life): void {
    this.#life = life
    this.#stats = undefined
    this.#blockedMs = 0
  }

  told(message: Told): void {
    if (message.kind === 'warning')
      this.#promises.look('crashes', message.code !== 'BUG', () => `${this.#plan.name}: ${message.message}`)
    if (message.kind !== 'stats' && message.kind !== 'closed') return
    this.#judgeMemory(message)
    // Not of a close: pino's main thread stands still there, for as long as its worker takes what is in its ring.
    if (message.kind === 'stats') this.#judgeLoop(message)
    if (message.kind === 'stats') this.#blockedMs = message.blockedMs
    if (message.stats === undefined) return
    this.#stats = message.stats
    this.#judgeLedger(message.stats)
    // While it logs, lines are on their way into the producer. What is told when it is calm and has flushed, or closed, is final.
    const isFinal = message.kind === 'closed' || (message.wasCalm && message.stats.buffered === 0)
    if (isFinal) this.#judgeCount(message.stats, message.logged)
  }

  /** The life is over: into the sums. */
  end(): void {
    const { sums } = this
    if (this.#stats !== undefined) {
      for (const name of SUMMED) sums[name] += this.#stats[name]
    }
    sums.blockedMs += this.#blockedMs
    this.#stats = undefined
  }

  #judgeLoop({ stallMs }: { readonly stallMs: number }): void {
    this.sums.worstStallMs = Math.max(this.sums.worstStallMs, stallMs)
    this.#promises.within('loop', this.#plan.name, stallMs, LONGEST_STALL_MS, 'ms')
  }

  #judgeMemory({ rss }: { readonly rss: number }): void {
    const { name } = this.#plan
    this.sums.peakRss = Math.max(this.sums.peakRss, rss)
    const bound = BASE_BYTES + 3 * (this.#life?.options.buffer?.maxBytes ?? 0)
    this.#promises.within('memory', name, rss / MIB, bound / MIB, 'MiB')
  }

  #judgeLedger(stats: ToldStats): void {
    const { written, delivered, rejected, dropped, spooled, buffered } = stats
    const sum = delivered + rejected + dropped + spooled + buffered
    this.#promises.look('ledger', written === sum, () => `${this.#plan.name}: ${JSON.stringify(stats)}`)
  }

  #judgeCount({ written, recovered }: ToldStats, logged: number): void {
    const text = () => `${this.#plan.name}: ${written} written, ${recovered} recovered, ${logged} logged`
    this.#promises.look('counted', written - recovered === logged, text)
  }
}
