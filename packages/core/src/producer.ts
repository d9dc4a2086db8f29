/**
 * The composition root: puts the stages together and holds no rule itself.
 *
 * line → route → record → lane → batch → request → attempt → outcome → settled
 */
import { EventEmitter } from 'node:events'
import { hostname } from 'node:os'
import { createCredentialSource } from './auth/credentials.ts'
import { type Clock, systemClock } from './clock.ts'
import { Attempts } from './delivery/attempt.ts'
import { Circuit } from './delivery/circuit.ts'
import { Dispatcher } from './delivery/dispatcher.ts'
import { OutcomeHandler } from './delivery/outcomes.ts'
import { Settlement } from './delivery/settlement.ts'
import { Window } from './delivery/window.ts'
import type { ProducerEvents } from './events.ts'
import { HttpTransport } from './net/http.ts'
import type { DisOptions } from './options.ts'
import { Batcher } from './queue/batcher.ts'
import { Intake } from './queue/intake.ts'
import { Lanes } from './queue/lanes.ts'
import { LineStore } from './queue/line-store.ts'
import { Overflow } from './queue/overflow.ts'
import { createRouter } from './record/route.ts'
import { resolveSettings, type Settings } from './settings.ts'
import { type FlushReport, Ledger, type Stats } from './stats.ts'
import { Trouble } from './trouble.ts'
import type { Transport } from './wire/message.ts'

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

/** What a test puts in place of the world. */
export interface ProducerParts {
  readonly clock?: Clock
  readonly transport?: Transport
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly hostname?: string
  readonly stderr?: (text: string) => void
}

// One probe every five minutes while credentials are refused: as long as a locked key stays locked.
const PROBE_INTERVAL_MS = 300_000

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
  readonly #clock: Clock
  readonly #transport: Transport
  readonly #store = new LineStore()
  readonly #ledger = new Ledger()
  readonly #batcher: Batcher
  readonly #overflow: Overflow
  readonly #window: Window
  readonly #attempts: Attempts
  readonly #outcomes: OutcomeHandler
  readonly #settlement: Settlement
  readonly #dispatcher: Dispatcher
  readonly #intake: Intake
  readonly #cancelStats: () => void
  #closing: Promise<FlushReport> | undefined

  constructor(settings: Settings, parts: ProducerParts) {
    super()
    const { target, batch, retry } = settings
    const clock = parts.clock ?? systemClock
    const trouble = new Trouble(
      clock,
      (name, ...payload) => this.#tell(name, ...payload),
      parts.stderr ?? ((text) => process.stderr.write(text))
    )
    this.#settings = settings
    this.#clock = clock
    this.#transport =
      parts.transport ??
      new HttpTransport({
        origin: target.origin,
        maxConnections: settings.maxConcurrency,
        requestTimeoutMs: settings.requestTimeoutMs
      })
    const store = this.#store
    this.#batcher = new Batcher(store, {
      ...batch,
      aggregateBytes: settings.aggregateBytes,
      ordered: settings.ordered
    })
    this.#overflow = new Overflow(store, settings.buffer)
    this.#window = new Window({ ...retry, maxConcurrency: settings.maxConcurrency })
    this.#settlement = new Settlement(store, this.#ledger, {
      rejected: (group) => trouble.rejected(group),
      dropped: (reason, lines, bytes) => trouble.dropped({ reason, lines, bytes }),
      released: () => this.#released()
    })
    const credentials = createCredentialSource(settings.credentials)
    this.#attempts = new Attempts({
      store,
      clock,
      credentials,
      transport: this.#transport,
      identity: { ...target, signing: settings.signing },
      streamName: target.streamName,
      streamId: target.streamId
    })
    this.#outcomes = new OutcomeHandler({
      clock,
      store,
      retry,
      credentials,
      batcher: this.#batcher,
      window: this.#window,
      circuit: new Circuit(PROBE_INTERVAL_MS),
      settlement: this.#settlement,
      lanesHavePartitions: settings.routing.kind !== 'spread',
      warn: (event) => trouble.warn(event)
    })
    this.#dispatcher = new Dispatcher({
      clock,
      store,
      batcher: this.#batcher,
      window: this.#window,
      attempts: this.#attempts,
      outcomes: this.#outcomes,
      onBug: (error) =>
        trouble.warn({
          code: 'BUG',
          message: String(error),
          cure: 'please report it; lines of one batch may be stuck'
        })
    })
    this.#intake = new Intake({
      clock,
      store,
      ledger: this.#ledger,
      overflow: this.#overflow,
      settlement: this.#settlement,
      trouble,
      lanes: new Lanes(settings.routing, store, this.#batcher),
      batcher: this.#batcher,
      router: createRouter(settings.routing, parts.hostname ?? hostname()),
      oversize: settings.oversize
    })
    this.#cancelStats = this.#startStats()
  }

  write(line: string | Uint8Array): boolean {
    const taken = this.#intake.write(line)
    this.#dispatcher.wake()
    return taken
  }

  flush({ timeoutMs }: { readonly timeoutMs?: number } = {}): Promise<FlushReport> {
    return new Promise((resolve) => {
      let cancelTimer = () => {}
      let finished = false
      const finish = (report: FlushReport) => {
        if (finished) return
        finished = true
        cancelTimer()
        this.#batcher.urgent--
        resolve(report)
      }
      this.#batcher.urgent++
      // Everything may be settled already, and then the barrier calls back before it has returned.
      const epoch = this.#ledger.barrier((report) => queueMicrotask(() => finish(report)))
      if (timeoutMs !== undefined) {
        cancelTimer = this.#clock.timer(timeoutMs, () => finish(this.#ledger.report(epoch)))
      }
      this.#dispatcher.wake()
    })
  }

  close(options: { readonly timeoutMs?: number } = {}): Promise<FlushReport> {
    this.#closing ??= this.#close(options.timeoutMs ?? this.#settings.closeTimeoutMs)
    return this.#closing
  }

  async #close(timeoutMs: number): Promise<FlushReport> {
    this.#intake.close()
    await this.flush({ timeoutMs })
    this.#cancelStats()
    this.#settlement.drop([...this.#dispatcher.abandon(), ...this.#intake.takeWaiting()], 'closing')
    const { written: _, ...report } = this.#ledger.totals()
    if (this.#settings.statsIntervalMs > 0) this.#tell('stats', this.stats())
    await this.#transport.close()
    return report
  }

  stats(): Stats {
    const { pending, ...totals } = this.#ledger.totals()
    return {
      ...totals,
      buffered: pending,
      bufferedBytes: this.#store.bytes,
      oversized: this.#intake.oversized,
      deliveredBytes: this.#settlement.deliveredBytes,
      sentBytes: this.#attempts.sentBytes,
      attempts: this.#attempts.count,
      retriedRecords: this.#outcomes.retriedRecords,
      throttledRecords: this.#outcomes.throttledRecords,
      ambiguous: this.#outcomes.ambiguous,
      inFlight: this.#window.inFlight,
      window: this.#window.limit
    }
  }

  #released(): void {
    if (this.#overflow.unblocks()) this.#tell('drain')
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
