/** The producer's own promises: write, flush, close, stats. The stages behind them are put together in pipeline.ts. */
import { EventEmitter } from 'node:events'
import { every } from './clock.ts'
import { assemblePipeline, type Pipeline, type ProducerParts } from './compose.ts'
import type { DisOptions } from './options/options.ts'
import { resolveSettings, type Settings } from './options/settings.ts'
import { type ExitListener, joinProcessExit } from './process-exit.ts'
import type { ProducerEvents } from './report/events.ts'
import type { FlushReport, Stats } from './report/stats.ts'

/** Ships log lines to one DIS stream. Made by {@link createProducer}. */
export interface Producer extends EventEmitter<ProducerEvents> {
  /**
   * Takes one log line without its newline; empty lines are skipped. Never throws and never waits.
   * @returns false when the buffer is full: wait for `drain` before writing more
   */
  write(line: string | Uint8Array): boolean
  /**
   * Waits until every line written before this call is settled. Never rejects.
   * @param options.timeoutMs gives up waiting after this time; what is left is `pending` in the report
   */
  flush(options?: { readonly timeoutMs?: number }): Promise<FlushReport>
  /**
   * Takes no more lines and delivers what it has within `timeoutMs` (default: `closeTimeoutMs`). What is left then
   * goes to the spool, else to the dead-letter file, else it is dropped and counted. Releases the connections.
   * Repeated calls share one result. Never rejects.
   */
  close(options?: { readonly timeoutMs?: number }): Promise<FlushReport>
  stats(): Stats
}

/**
 * Creates a producer. Nothing is sent, and no connection is made, before the first line is due.
 * @throws DisConfigError if the options cannot work
 */
export function createProducer(options?: DisOptions): Producer {
  return assembleProducer(options)
}

/** {@link createProducer} with time, network and environment as parameters. */
export function assembleProducer(options: DisOptions | undefined, parts: ProducerParts = {}): Producer {
  return new DisProducer(resolveSettings(options, parts.env ?? process.env), parts)
}

class DisProducer extends EventEmitter<ProducerEvents> implements Producer, ExitListener {
  readonly #settings: Settings
  readonly #pipeline: Pipeline
  readonly #cancel: readonly (() => void)[]
  readonly #whenEmpty: (() => void)[] = []
  /** The books when the end of the process was last waited for. */
  #progress = ''
  #closing: Promise<FlushReport> | undefined

  constructor(settings: Settings, parts: ProducerParts) {
    super()
    this.#settings = settings
    this.#pipeline = assemblePipeline(settings, parts, {
      tell: (name, ...payload) => this.#tell(name, ...payload),
      released: () => this.#released()
    })
    this.#cancel = [this.#startStats(), joinProcessExit(this)]
  }

  write(line: string | Uint8Array): boolean {
    const taken = this.#pipeline.intake.write(line)
    this.#pipeline.dispatcher.wake()
    return taken
  }

  flush({ timeoutMs }: { readonly timeoutMs?: number } = {}): Promise<FlushReport> {
    const { batcher, clock, dispatcher, ledger } = this.#pipeline
    return new Promise((resolve) => {
      let cancelTimer = () => {}
      let finished = false
      const letGo = clock.keepAlive()
      const finish = (report: FlushReport) => {
        if (finished) return
        finished = true
        cancelTimer()
        letGo()
        batcher.urgent--
        resolve(report)
      }
      batcher.urgent++
      // Everything may be settled already, and then the barrier calls back before it has returned.
      const epoch = ledger.barrier((report) => queueMicrotask(() => finish(report)))
      if (timeoutMs !== undefined) {
        cancelTimer = clock.timer(timeoutMs, () => finish(ledger.report(epoch)))
      }
      dispatcher.wake()
    })
  }

  close(options: { readonly timeoutMs?: number } = {}): Promise<FlushReport> {
    this.#closing ??= this.#close(options.timeoutMs ?? this.#settings.closeTimeoutMs)
    return this.#closing
  }

  /** See {@link ExitListener}: the process has nothing else to do. */
  finish(): Promise<void> | undefined {
    const { ledger, spool, store } = this.#pipeline
    if (this.#closing !== undefined || this.#isEmpty) return undefined
    const { written, delivered, rejected } = ledger.totals()
    const progress = `${written} ${delivered} ${rejected} ${store.lines} ${spool?.stage.bytes}`
    // A service that is slow is waited for, and so is a writer who waits for `drain`; one that hangs is not.
    if (progress === this.#progress) return undefined
    this.#progress = progress
    return this.#empty(this.#settings.closeTimeoutMs)
  }

  /** See {@link ExitListener}: the process is about to be gone. */
  leave(): void {
    this.#pipeline.ending.giveUp()
  }

  async #close(timeoutMs: number): Promise<FlushReport> {
    const { clock, credentials, ending, intake, ledger, notice, transport } = this.#pipeline
    const letGo = clock.keepAlive()
    notice.tell()
    intake.close()
    await this.#empty(timeoutMs)
    for (const cancel of this.#cancel) cancel()
    ending.giveUp()
    const { written: _, ...report } = ledger.totals()
    if (this.#settings.statsIntervalMs > 0) this.#tell('stats', this.stats())
    await Promise.all([transport.close(), credentials.close()])
    letGo()
    return report
  }

  /** Nothing is in memory and nothing waits on disk. */
  get #isEmpty(): boolean {
    const { spool, store } = this.#pipeline
    return store.lines === 0 && spool?.stage.isWaiting !== true
  }

  /**
   * Waits until everything is delivered, rejected or dropped, for at most `timeoutMs`. More than a flush: lines on
   * disk are settled, but the next start may be far away, or on another machine.
   */
  #empty(timeoutMs: number): Promise<void> {
    const { batcher, clock, dispatcher } = this.#pipeline
    if (this.#isEmpty) return Promise.resolve()
    return new Promise((resolve) => {
      const letGo = clock.keepAlive()
      const finish = () => {
        cancelTimer()
        letGo()
        batcher.urgent--
        this.#whenEmpty.splice(this.#whenEmpty.indexOf(finish), 1)
        resolve()
      }
      const cancelTimer = clock.timer(timeoutMs, finish)
      batcher.urgent++
      this.#whenEmpty.push(finish)
      dispatcher.wake()
    })
  }

  stats(): Stats {
    const { attempts, deadLetters, intake, ledger, outcomes, settlement, spool, store, window } =
      this.#pipeline
    const { pending, ...totals } = ledger.totals()
    return {
      ...totals,
      buffered: pending,
      bufferedBytes: store.bytes,
      recovered: ledger.recovered,
      spoolBytes: spool?.stage.bytes ?? 0,
      spoolDamaged: spool?.warnings.damaged ?? 0,
      deadLetters: deadLetters?.count ?? 0,
      oversized: intake.oversized,
      deliveredBytes: settlement.deliveredBytes,
      sentBytes: attempts.sentBytes,
      attempts: attempts.count,
      retriedRecords: outcomes.retriedRecords,
      throttledRecords: outcomes.throttledRecords,
      ambiguous: outcomes.ambiguous,
      inFlight: window.inFlight,
      window: window.limit
    }
  }

  #released(): void {
    if (this.#pipeline.overflow.unblocks()) this.#tell('drain')
    if (this.#whenEmpty.length > 0 && this.#isEmpty) for (const finish of [...this.#whenEmpty]) finish()
  }

  #startStats(): () => void {
    const { statsIntervalMs } = this.#settings
    if (statsIntervalMs === 0) return () => {}
    return every(this.#pipeline.clock, statsIntervalMs, () => this.#tell('stats', this.stats()))
  }

  /** A listener of the user's that throws must not stop the delivery: its error surfaces by itself. */
  #tell<Name extends keyof ProducerEvents>(name: Name, ...payload: ProducerEvents[Name]): void {
    try {
      // Of the untyped base: TypeScript cannot relate a generic name to its payload.
      EventEmitter.prototype.emit.call(this, name, ...payload)
    } catch (error) {
      process.emitWarning(error instanceof Error ? error : String(error), 'DisListenerError')
    }
  }
}
