/** The producer's own promises: write, flush, close, stats. The stages behind them are put together in compose.ts. */
import type { EventEmitter } from 'node:events'
import { every } from './clock.ts'
import { composeStages, type ProducerParts, type Stages } from './compose.ts'
import { invalidOption } from './errors.ts'
import { checkRoute } from './options/check-route.ts'
import type { DisOptions } from './options/options.ts'
import { resolveSettings, type Settings } from './options/settings.ts'
import { type ExitListener, joinProcessExit } from './process-exit.ts'
import { ProducerEmitter } from './producer-emitter.ts'
import { textOf } from './record/line-text.ts'
import { plainRoute, type Route } from './record/route.ts'
import { cureOf } from './report/diagnoses.ts'
import type { DropReason, ProducerEvents } from './report/events.ts'
import type { FlushReport, Stats } from './report/stats.ts'

/** Ships log lines to one DIS stream. Made by {@link createProducer}. */
export interface Producer extends EventEmitter<ProducerEvents> {
  /**
   * Takes one log line without its newline; empty lines are skipped. Never throws and never waits.
   * @returns false when the buffer is full: wait for `drain` before writing more
   */
  write(line: string | Uint8Array): boolean
  /**
   * {@link write} for each line of a text, for less than they cost one by one. Each line ends with `\n` or `\r\n`, the last one also with the text.
   * @returns false when the buffer is full: wait for `drain` before writing more. All lines of this text have been written.
   */
  writeLines(text: string): boolean
  /**
   * For adapters: counts a line that is not written as dropped, and tells of it as of any other. `cause`: what was thrown, of a
   * line that never became text (`''`, reason `format`). Never throws.
   */
  drop(line: string | Uint8Array, reason: DropReason, cause?: unknown): void
  /** For adapters: reports a warning of theirs as if it were one of the producer's. `code` is one of docs/errors.md. */
  warn(code: string, message: string): void
  /**
   * Waits until every line written before this call is settled. Never rejects.
   * @param options.timeoutMs gives up waiting after this time; what is left is `pending` in the report
   */
  flush(options?: { readonly timeoutMs?: number | undefined }): Promise<FlushReport>
  /**
   * Takes no more lines and delivers what it has within `timeoutMs` (default: `closeTimeoutMs`). What is left then
   * goes to the spool, else to the dead-letter file, else it is dropped and counted. Releases the connections.
   * Repeated calls share one result. Never rejects.
   */
  close(options?: { readonly timeoutMs?: number | undefined }): Promise<FlushReport>
  stats(): Stats
}

/** A producer that also takes lines with a route of their own. Made by {@link createRoutedProducer}. */
export interface RoutedProducer extends Producer {
  /**
   * As {@link Producer.write}, but the line goes where `route` says, whatever the options say. Lines of one route keep their order as
   * those of one key do.
   * @throws DisConfigError for a route that the options would not take
   */
  writeTo(route: Route, line: string | Uint8Array): boolean
}

/**
 * Creates a producer for lines that know where they go, such as dead letters. One producer for all of them: its memory is
 * bounded by `buffer.maxBytes`, however many routes there are. It has no spool.
 * @throws DisConfigError if the options cannot work, or name a spool
 */
export function createRoutedProducer(options?: Omit<DisOptions, 'spool'>): RoutedProducer {
  const settings = resolveSettings(options, process.env)
  if (settings.spool !== undefined) {
    throw invalidOption('spool', 'a spool', 'leave it out: a line with a route of its own waits in memory')
  }
  return new DisProducer(settings, {})
}

/**
 * Creates a producer. Nothing is sent, and no connection is made, before the first line is due.
 * @throws DisConfigError if the options cannot work
 */
export function createProducer(options?: DisOptions): Producer {
  return assembleProducer(options)
}

/** {@link createProducer} with time, network and environment as parameters. */
export function assembleProducer(options: DisOptions | undefined, parts: ProducerParts = {}): RoutedProducer {
  return new DisProducer(resolveSettings(options, parts.env ?? process.env), parts)
}

class DisProducer extends ProducerEmitter implements RoutedProducer, ExitListener {
  readonly #settings: Settings
  readonly #stages: Stages
  readonly #cancel: readonly (() => void)[]
  readonly #whenEmpty = new Set<() => void>()
  /** Lines that had come and gone when the end of the process was last waited for. */
  #progress = -1
  #closing: Promise<FlushReport> | undefined
  /** The process is about to be gone: every line is taken, because nobody can wait any more. */
  #isLeaving = false

  constructor(settings: Settings, parts: ProducerParts) {
    super()
    this.#settings = settings
    this.#stages = composeStages(settings, parts, {
      emit: (name, ...payload) => this.tell(name, ...payload),
      settled: () => this.#settled()
    })
    const { joinExit = joinProcessExit } = parts
    this.#cancel = [this.#startStats(), joinExit(this)]
    this.#stages.start()
  }

  write(line: string | Uint8Array): boolean {
    const isTaken = this.#stages.intake.write(line)
    this.#stages.dispatcher.wake()
    return isTaken || this.#isLeaving
  }

  override writeLines(text: string): boolean {
    const isTaken = this.#stages.intake.writeLines(typeof text === 'string' ? text : textOf(text))
    this.#stages.dispatcher.wake()
    return isTaken || this.#isLeaving
  }

  writeTo(route: Route, line: string | Uint8Array): boolean {
    const isTaken = this.#stages.intake.writeTo(plainRoute(checkRoute(route)), line)
    this.#stages.dispatcher.wake()
    return isTaken || this.#isLeaving
  }

  drop(line: string | Uint8Array, reason: DropReason, cause?: unknown): void {
    this.#stages.intake.drop(line, reason, cause)
  }

  warn(code: string, message: string): void {
    this.#stages.warn({ code, message, cure: cureOf(code) })
  }

  flush({ timeoutMs }: { readonly timeoutMs?: number | undefined } = {}): Promise<FlushReport> {
    const { clock, dispatcher, ledger, queue } = this.#stages
    return new Promise((resolve) => {
      let cancelTimer = () => {}
      let isFinished = false
      const release = clock.keepAlive()
      const calmDown = queue.hurry()
      const finish = (report: FlushReport) => {
        if (isFinished) return
        isFinished = true
        cancelTimer()
        release()
        calmDown()
        resolve(report)
      }
      // Everything may be settled already, and then the barrier calls back before it has returned.
      const epoch = ledger.barrier((report) => queueMicrotask(() => finish(report)))
      if (timeoutMs !== undefined) {
        cancelTimer = clock.timer(timeoutMs, () => finish(ledger.report(epoch)))
      }
      dispatcher.wake()
    })
  }

  close(options: { readonly timeoutMs?: number | undefined } = {}): Promise<FlushReport> {
    this.#closing ??= this.#close(options.timeoutMs ?? this.#settings.closeTimeoutMs)
    return this.#closing
  }

  /** See {@link ExitListener}: the process has nothing else to do. */
  onBeforeExit(): void {
    const { ledger, isEmpty } = this.#stages
    if (this.#closing !== undefined || isEmpty()) return
    const { written, delivered, rejected, dropped } = ledger.totals()
    const progress = written + delivered + rejected + dropped
    // A service that is slow is waited for, and so is a writer who waits for `drain`; one that hangs is not.
    if (progress === this.#progress) return
    this.#progress = progress
    void this.#empty(this.#settings.closeTimeoutMs)
  }

  /** See {@link ExitListener}: a writer who waits for room has lines of its own. */
  onLeaving(): void {
    this.#isLeaving = true
    this.tell('drain')
  }

  /** See {@link ExitListener}: the process is about to be gone. */
  onExit(): void {
    this.#stages.shutdown.run()
  }

  async #close(timeoutMs: number): Promise<FlushReport> {
    const { clock, disconnect, dropNotice, intake, ledger, shutdown } = this.#stages
    const release = clock.keepAlive()
    const missing = dropNotice.take()
    if (missing !== undefined) intake.writeDropNotice(missing)
    intake.close()
    await this.#empty(timeoutMs)
    for (const cancel of this.#cancel) cancel()
    shutdown.run()
    const { written: _, ...report } = ledger.totals()
    if (this.#settings.statsIntervalMs > 0) this.tell('stats', this.stats())
    await disconnect()
    release()
    return report
  }

  /**
   * Waits until everything is delivered, rejected or dropped, for at most `timeoutMs`, and tries at once what waits. More
   * than a flush: lines on disk are settled, but the next start may be far away, or on another machine.
   */
  #empty(timeoutMs: number): Promise<void> {
    const { clock, dispatcher, isEmpty } = this.#stages
    if (isEmpty()) return Promise.resolve()
    return new Promise((resolve) => {
      const release = clock.keepAlive()
      const calmDown = dispatcher.endWaits()
      const finish = () => {
        cancelTimer()
        release()
        calmDown()
        this.#whenEmpty.delete(finish)
        resolve()
      }
      const cancelTimer = clock.timer(timeoutMs, finish)
      this.#whenEmpty.add(finish)
    })
  }

  stats(): Stats {
    return this.#stages.stats()
  }

  #settled(): void {
    const { hasRoomOnDisk, isEmpty, queue } = this.#stages
    if (queue.limit.unblocks(hasRoomOnDisk())) this.tell('drain')
    if (this.#whenEmpty.size > 0 && isEmpty()) for (const finish of [...this.#whenEmpty]) finish()
  }

  #startStats(): () => void {
    const { statsIntervalMs } = this.#settings
    if (statsIntervalMs === 0) return () => {}
    return every(this.#stages.clock, statsIntervalMs, () => this.tell('stats', this.stats()))
  }
}
