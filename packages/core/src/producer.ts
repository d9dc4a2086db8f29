/** The producer's own promises: write, flush, close, stats. The stages behind them are put together in pipeline.ts. */
import { EventEmitter } from 'node:events'
import type { ProducerEvents } from './events.ts'
import type { DisOptions } from './options.ts'
import { assemblePipeline, type Pipeline, type ProducerParts } from './pipeline.ts'
import { resolveSettings, type Settings } from './settings.ts'
import type { FlushReport, Stats } from './stats.ts'

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
   * Takes no more lines, flushes within `timeoutMs` (default: `closeTimeoutMs`), gives up what is left and
   * counts it as dropped, and releases the connections. Repeated calls share one result. Never rejects.
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

class DisProducer extends EventEmitter<ProducerEvents> implements Producer {
  readonly #settings: Settings
  readonly #pipeline: Pipeline
  readonly #cancelStats: () => void
  #closing: Promise<FlushReport> | undefined

  constructor(settings: Settings, parts: ProducerParts) {
    super()
    this.#settings = settings
    this.#pipeline = assemblePipeline(settings, parts, {
      tell: (name, ...payload) => this.#tell(name, ...payload),
      released: () => this.#released()
    })
    this.#cancelStats = this.#startStats()
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
      const finish = (report: FlushReport) => {
        if (finished) return
        finished = true
        cancelTimer()
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

  async #close(timeoutMs: number): Promise<FlushReport> {
    const { credentials, dispatcher, intake, ledger, settlement, transport } = this.#pipeline
    intake.close()
    await this.flush({ timeoutMs })
    this.#cancelStats()
    settlement.drop([...dispatcher.abandon(), ...intake.takeWaiting()], 'closing')
    const { written: _, ...report } = ledger.totals()
    if (this.#settings.statsIntervalMs > 0) this.#tell('stats', this.stats())
    await Promise.all([transport.close(), credentials.close()])
    return report
  }

  stats(): Stats {
    const { attempts, intake, ledger, outcomes, settlement, store, window } = this.#pipeline
    const { pending, ...totals } = ledger.totals()
    return {
      ...totals,
      buffered: pending,
      bufferedBytes: store.bytes,
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
  }

  #startStats(): () => void {
    const { statsIntervalMs } = this.#settings
    if (statsIntervalMs === 0) return () => {}
    // Statistics alone must not keep a process alive, so this one is not the clock's timer.
    const timer = setInterval(() => this.#tell('stats', this.stats()), statsIntervalMs)
    timer.unref()
    return () => clearInterval(timer)
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
