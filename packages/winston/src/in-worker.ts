/**
 * line → worker thread. The application's thread does the formatting and one copy; the producer runs in the worker.
 *
 * Bounded by: the ring of 4 MiB and 4 MiB in chunks, besides the producer's own buffer. At the bound: `write` returns false, and
 * winston waits. At the end of the process: it waits for the worker, 10 s at most, as pino does. If the worker cannot start, or
 * dies, lines go to a producer in this process, with a warning.
 */
import { fileURLToPath } from 'node:url'
import {
  cureOf,
  DisConfigError,
  type DisOptions,
  type FlushReport,
  renderCure,
  type Stats,
  validateOptions
} from '@dis-logs/core'
import ThreadStream from 'thread-stream'
import { Feed, type Ring } from './feed.ts'
import { onProcessExit } from './process-exit.ts'
import type { Command, Replies, WorkerOptions } from './protocol.ts'
import { type Emit, inProcess, type Sender } from './sender.ts'
import { NO_STATS, settledBy, sumOf } from './stats.ts'

/** thread-stream, with the members that its own types leave out. */
type Thread = ThreadStream & Ring & { ref(): void; unref(): void }

type Done = (report: FlushReport) => void

const DEFAULT_CLOSE_MS = 8_000
/** Time for the way to the worker and back, besides the closing itself. */
const CLOSE_GRACE_MS = 1_000

/** @throws DisConfigError if the options cannot work, or cannot cross into a thread */
export function inWorker(options: DisOptions, emit: Emit): Sender {
  refuseFunctions(options)
  validateOptions(options)
  return new ThreadSender(options, emit)
}

class ThreadSender implements Sender {
  readonly #thread: Thread
  readonly #feed: Feed
  readonly #emit: Emit
  readonly #closeTimeoutMs: number
  readonly #waiting = new Map<number, Done>()
  readonly #forgetExit: () => void
  #fallback: Sender | undefined
  #stats: Stats = NO_STATS
  #written = 0
  // Lines that came after the end.
  #late = 0
  #commands = 0
  #closing: Promise<FlushReport> | undefined

  constructor(options: DisOptions, emit: Emit) {
    this.#emit = emit
    this.#closeTimeoutMs = options.closeTimeoutMs ?? DEFAULT_CLOSE_MS
    const workerData: WorkerOptions = { options }
    this.#thread = new ThreadStream({
      filename: fileURLToPath(new URL('./worker.mjs', import.meta.url)),
      workerData,
      // Flags of this process, as in `node --input-type=module -e`, may not fit a file.
      workerOpts: { execArgv: [] }
    }) as Thread
    this.#feed = new Feed(this.#thread)
    this.#listen(options)
    this.#thread.unref()
    this.#forgetExit = onProcessExit(() => this.#onExit())
  }

  write(line: string): boolean {
    if (this.#fallback !== undefined) return this.#fallback.write(line)
    if (line === '') return true
    this.#written++
    if (this.#closing === undefined) return this.#feed.write(line)
    this.#late++
    const bytes = Buffer.byteLength(line)
    this.#emit('dropped', { reason: 'closed', lines: 1, bytes, cure: cureOf('closed') })
    return true
  }

  whenDrained(next: () => void): void {
    if (this.#fallback !== undefined) {
      this.#fallback.whenDrained(next)
      return
    }
    this.#feed.whenDrained(next)
  }

  flush({ timeoutMs }: { readonly timeoutMs?: number } = {}): Promise<FlushReport> {
    if (this.#fallback !== undefined)
      return this.#overall(this.#fallback.flush(timeoutMs === undefined ? {} : { timeoutMs }))
    return this.#closing ?? this.#command('flush', timeoutMs, timeoutMs)
  }

  close(): Promise<FlushReport> {
    this.#closing ??= this.#fallback === undefined ? this.#close() : this.#overall(this.#fallback.close())
    return this.#closing
  }

  stats(): Stats {
    if (this.#fallback !== undefined) return sumOf(this.#stats, this.#fallback.stats())
    const stats = this.#stats
    const written = this.#written + stats.recovered
    const dropped = stats.dropped + this.#late
    return { ...stats, written, dropped, buffered: written - settledBy({ ...stats, dropped }) }
  }

  async #close(): Promise<FlushReport> {
    this.#send({ code: 'DIS', kind: 'ending' })
    await this.#command('close', this.#closeTimeoutMs, this.#closeTimeoutMs + CLOSE_GRACE_MS)
    this.#forgetExit()
    const closed = new Promise<void>((resolve) => this.#thread.once('close', () => resolve()))
    if (!this.#thread.destroyed) {
      // Keeps the process alive until the worker has ended, because the logger's `finish` waits for that.
      this.#thread.ref()
      // Blocks this thread until the worker has ended. That is short: the worker has no lines left.
      this.#thread.end()
      await closed
    }
    return this.#report()
  }

  /** Sends a command behind all lines so far, and waits for its reply, `patienceMs` at most. */
  #command(
    kind: 'flush' | 'close',
    timeoutMs: number | undefined,
    patienceMs: number | undefined
  ): Promise<FlushReport> {
    return new Promise((resolve) => {
      const id = this.#commands++
      const timer =
        patienceMs === undefined ? undefined : setTimeout(() => this.#done(id, this.#report()), patienceMs)
      this.#waiting.set(id, (report) => {
        clearTimeout(timer)
        this.#thread.unref()
        resolve(report)
      })
      this.#thread.ref()
      this.#feed.flush()
      this.#thread.flush((error) => {
        if (error) this.#done(id, this.#report())
        else this.#send({ code: 'DIS', kind, id, timeoutMs })
      })
    })
  }

  #done(id: number, report: FlushReport): void {
    const done = this.#waiting.get(id)
    this.#waiting.delete(id)
    done?.(report)
  }

  #send(command: Command): void {
    if (!this.#thread.destroyed) this.#thread.emit('message', command)
  }

  #report(): FlushReport {
    const { delivered, rejected, dropped, spooled, buffered } = this.stats()
    return { delivered, rejected, dropped, spooled, pending: buffered }
  }

  #listen(options: DisOptions): void {
    const on = <Name extends keyof Replies>(name: Name, listener: (...args: Replies[Name]) => void) =>
      this.#thread.on(name, listener)
    on('dis:event', (name, event) => Reflect.apply(this.#emit, undefined, [name, event]))
    on('dis:stats', (stats) => {
      this.#stats = stats
    })
    on('dis:done', (id, report, stats) => {
      this.#stats = stats
      this.#done(id, report)
    })
    this.#thread.on('error', (error: Error) => this.#failed(error, options))
    // A thread that ends while it starts emits no error.
    this.#thread.on('close', () => {
      if (this.#closing === undefined) this.#failed(new Error('it ended'), options)
    })
  }

  /** The report of the producer in this process, plus the counters of the worker before it. */
  async #overall(report: Promise<FlushReport>): Promise<FlushReport> {
    const { pending } = await report
    return { ...this.#report(), pending }
  }

  /** The worker could not start, or died with the lines that it held. The next start sends those in a spool. */
  #failed(error: Error, options: DisOptions): void {
    if (this.#fallback !== undefined) return
    this.#forgetExit()
    const { buffered: lines, bufferedBytes: bytes, ...rest } = this.stats()
    this.#stats = { ...rest, dropped: rest.dropped + lines, buffered: 0, bufferedBytes: 0 }
    if (this.#closing === undefined) this.#fallback = inProcess(options, this.#emit)
    const cure = cureOf('WORKER')
    const message = `the worker thread failed: ${error.message}; up to ${lines} log lines went with it`
    process.stderr.write(`[dis-logs] WORKER: ${message} — ${renderCure(cure)}\n`)
    this.#emit('warning', { code: 'WORKER', message, cure })
    if (lines > 0) this.#emit('dropped', { reason: 'worker', lines, bytes, cure: cureOf('worker') })
    for (const id of [...this.#waiting.keys()]) this.#done(id, this.#report())
  }

  /** The process ends. Synchronous. */
  #onExit(): void {
    try {
      this.#send({ code: 'DIS', kind: 'ending' })
      this.#feed.flush()
      this.#thread.flushSync()
      this.#thread.end()
    } catch {
      process.stderr.write('[dis-logs] the worker did not take all log lines before the process ended\n')
    }
  }
}

/** @throws DisConfigError if an option is, or holds, a function */
function refuseFunctions(options: object, path = ''): void {
  for (const [name, value] of Object.entries(options)) {
    if (typeof value === 'function') {
      const cure = 'a function cannot cross into the worker: set worker: false, or use a plain value'
      throw new DisConfigError([{ option: `${path}${name}`, given: 'a function', cure }])
    }
    if (typeof value === 'object' && value !== null) refuseFunctions(value, `${path}${name}.`)
  }
}
