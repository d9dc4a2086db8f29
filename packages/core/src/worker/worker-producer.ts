/**
 * line → a producer in a thread of its own. The application's thread pays for one copy of each line.
 *
 * Bounded by: the ring of 4 MiB and a quarter of `buffer.maxBytes` in front of it (4 to 16 MiB), besides the producer's own buffer. At
 * the bound: `write` returns false until `drain`. At the end of the process: it waits for the thread, 10 s at most, as pino does. If
 * there can be no thread, or it dies, a producer in this thread takes its place, with a warning: it gets the lines that the other one
 * had not taken.
 */
import { systemClock } from '../clock.ts'
import { type Forward, forwardEvents } from '../forward-events.ts'
import { DEFAULT_CLOSE_MS } from '../limits.ts'
import type { DisOptions } from '../options/options.ts'
import { type ExitListener, joinProcessExit } from '../process-exit.ts'
import { assembleProducer, type Producer } from '../producer.ts'
import { ProducerEmitter } from '../producer-emitter.ts'
import { nextProducerId } from '../producer-id.ts'
import { byteLength, decode, isBytes, reasonOf, textOf } from '../record/line-text.ts'
import { cureOf, warningOf } from '../report/diagnoses.ts'
import type { DropReason } from '../report/events.ts'
import { Reporter } from '../report/reporter.ts'
import { type FlushReport, noneDropped, type Stats } from '../report/stats.ts'
import { writeStderr } from '../report/stderr.ts'
import { firstStats, statsOf, sumOf, totalOf } from './counters.ts'
import { ProducerThread } from './thread.ts'

/** Time for the way to the thread and back, besides the work itself. */
const GRACE_MS = 500
/** A thread that is merely late, on a busy machine, still saves what it has; one that is ended early does not. */
const CLOSE_GRACE_MS = 5_000
/** Longest close while the process waits in `exit`: thread-stream gives up after 10 s. */
const MAX_CLOSE_AT_EXIT_MS = 9_000

type FlushOptions = { readonly timeoutMs?: number | undefined }

export class WorkerProducer extends ProducerEmitter implements Producer, ExitListener {
  readonly #options: DisOptions
  readonly #closeTimeoutMs: number
  readonly #reporter: Reporter
  readonly #leaveProcessExit: () => void
  readonly #forward: Forward = (name, ...event) => Reflect.apply(this.tell, this, [name, ...event])
  #thread: ProducerThread | undefined
  /** In this thread, in place of a thread that is not there. */
  #fallback: Producer | undefined
  /** What the thread said last; before that, what is known without it. */
  #last: Stats
  /** Lines that the thread had, once it is gone. */
  #handed = 0
  /** Lines that this thread has dropped. */
  readonly #droppedBy = noneDropped()
  readonly #producerId = nextProducerId()
  /** A writer was told to wait. */
  #isAwaited = false
  /** Lines that were settled when the process had nothing else to do. */
  #progress = -1
  /** A whole `closeTimeoutMs` has passed since then, and nothing more is settled: there is no use in waiting again. */
  #isInVain = false
  #isLeaving = false
  /** The process has waited for the thread: nobody takes a line any more. */
  #hasLeft = false
  #closing: Promise<FlushReport> | undefined

  /** `options` are valid, and hold no functions. */
  constructor(options: DisOptions) {
    super()
    this.#options = options
    this.#last = firstStats(options, this.#producerId)
    this.#closeTimeoutMs = options.closeTimeoutMs ?? DEFAULT_CLOSE_MS
    this.#reporter = new Reporter(systemClock, this.#forward, writeStderr)
    this.#leaveProcessExit = joinProcessExit(this)
    this.#startThread()
    this.#reporter.start()
  }

  write(line: string | Uint8Array): boolean {
    if (this.#fallback !== undefined) return this.#fallback.write(line) || this.#isLeaving
    const text = typeof line === 'string' ? line : isBytes(line) ? decode(line) : textOf(line)
    if (text === '') return true
    const isClosed = this.#closing !== undefined || this.#hasLeft
    if (this.#thread === undefined || isClosed) {
      this.#drop(isClosed ? 'closed' : 'worker', 1, byteLength(text))
      return true
    }
    const hasRoom = this.#thread.write(text) || this.#isLeaving
    this.#isAwaited ||= !hasRoom
    return hasRoom
  }

  drop(line: string | Uint8Array, reason: DropReason, cause?: unknown): void {
    if (this.#fallback !== undefined) this.#fallback.drop(line, reason, cause)
    else this.#drop(reason, 1, byteLength(line), cause === undefined ? undefined : reasonOf(cause))
  }

  warn(code: string, message: string): void {
    this.#reporter.warn({ code, message, cure: cureOf(code) })
  }

  async flush({ timeoutMs }: FlushOptions = {}): Promise<FlushReport> {
    if (this.#closing !== undefined) return this.#closing
    const since = performance.now()
    const thread = this.#thread
    if (thread !== undefined) {
      const dropped = totalOf(this.#droppedBy)
      const patienceMs = timeoutMs === undefined ? undefined : timeoutMs + GRACE_MS
      const answer = await thread.command('flush', timeoutMs, patienceMs)
      if (answer?.report !== undefined) return { ...answer.report, dropped: answer.report.dropped + dropped }
    }
    // Here the thread is gone, and its lines are in this one, or the time is over.
    if (this.#fallback === undefined) return this.#report()
    const restMs = timeoutMs && Math.max(0, timeoutMs - (performance.now() - since))
    const { pending } = await this.#fallback.flush({ timeoutMs: restMs })
    return { ...this.#report(), pending }
  }

  close({ timeoutMs = this.#closeTimeoutMs }: FlushOptions = {}): Promise<FlushReport> {
    this.#closing ??= this.#close(timeoutMs)
    return this.#closing
  }

  stats(): Stats {
    const thread = this.#thread
    const own = statsOf(this.#last, {
      handed: thread?.lines ?? this.#handed,
      droppedBy: this.#droppedBy,
      bytes: thread?.untakenBytes() ?? 0
    })
    return this.#fallback === undefined ? own : sumOf(own, this.#fallback.stats())
  }

  /** A writer who waits for room keeps the process alive while there is progress. Without progress nobody can wait any more. */
  onBeforeExit(): void {
    const thread = this.#thread
    if (thread === undefined || !this.#isAwaited || this.#isInVain || this.#closing !== undefined) return
    const { written, buffered } = this.stats()
    const progress = written - buffered
    this.#isInVain = progress === this.#progress
    this.#progress = progress
    if (this.#isInVain) this.#drained()
    else void thread.command('flush', this.#closeTimeoutMs, this.#closeTimeoutMs + GRACE_MS)
  }

  onLeaving(): void {
    this.#isLeaving = true
    this.#drained()
  }

  /** The thread sends what it can; what it has not taken is left to a producer in this thread. */
  onHandOver(): void {
    const closeTimeoutMs = this.#isInVain ? 0 : Math.min(this.#closeTimeoutMs, MAX_CLOSE_AT_EXIT_MS)
    this.#orLose(() => this.#thread?.handOverSync(closeTimeoutMs))
  }

  onExit(): void {
    this.#orLose(() => this.#thread?.endSync())
    this.#hasLeft = true
    this.#reporter.flush()
  }

  #orLose(leave: () => void): void {
    try {
      leave()
    } catch (error) {
      this.#lose(reasonOf(error))
    }
  }

  #drained(): void {
    this.#isAwaited = false
    this.tell('drain')
  }

  /** Makes the thread; where there can be none, a producer in this thread takes its place at once. */
  #startThread(): void {
    try {
      this.#thread = new ProducerThread(this.#options, this.#last, {
        event: this.#forward,
        stats: (stats) => {
          this.#last = stats
        },
        drained: () => {
          this.#isInVain = false
          this.#drained()
        },
        gone: (error) => this.#lose(`it failed: ${error.message}`)
      })
    } catch (error) {
      this.#replace(`it cannot be made: ${reasonOf(error)}`)
    }
  }

  async #close(timeoutMs: number): Promise<FlushReport> {
    const since = performance.now()
    const thread = this.#thread
    if (thread !== undefined) {
      thread.beginEnd()
      const answer = await thread.command('close', timeoutMs, timeoutMs + CLOSE_GRACE_MS)
      if (answer?.report !== undefined) await thread.end()
      else await thread.terminate()
    }
    this.#leaveProcessExit()
    if (this.#fallback !== undefined) {
      await this.#fallback.close({ timeoutMs: Math.max(0, timeoutMs - (performance.now() - since)) })
    }
    this.#reporter.flush()
    return this.#report()
  }

  #report(): FlushReport {
    const { delivered, rejected, dropped, spooled, buffered } = this.stats()
    return { delivered, rejected, dropped, spooled, pending: buffered }
  }

  /** The thread is gone. What it had taken and not settled went with it; the next start sends what is in a spool. */
  #lose(reason: string): void {
    const thread = this.#thread
    if (thread === undefined) return
    const untaken = thread.untaken()
    const { bufferedBytes } = this.#last
    this.#handed = thread.lines - untaken.length
    this.#thread = undefined
    this.#last = { ...this.#last, bufferedBytes: 0, bufferUsedBytes: 0, inFlight: 0, window: 0, oldestMs: 0 }
    const { buffered } = this.stats()
    this.#replace(`${reason}; up to ${buffered} log lines went with it`)
    // Dropped, and written as lines that were handed over: they must not be counted twice.
    this.#handed -= buffered
    if (buffered > 0) this.#drop('worker', buffered, bufferedBytes)
    for (const line of untaken) this.write(line)
    this.#drained()
  }

  /** Puts a producer in this thread in the place of the other one. */
  #replace(reason: string): void {
    this.#reporter.warn(warningOf('WORKER', `the worker thread: ${reason}`))
    try {
      this.#fallback = assembleProducer(this.#options, { producerId: this.#producerId })
    } catch (error) {
      // The options were valid; a folder or a package has gone since. Later lines are counted as dropped.
      this.#reporter.warn(warningOf('BUG', `no producer could take its place: ${reasonOf(error)}`))
      return
    }
    forwardEvents(this.#fallback, this.#forward)
    this.#fallback.on('drain', () => this.tell('drain'))
  }

  #drop(reason: DropReason, lines: number, bytes: number, detail?: string): void {
    this.#droppedBy[reason] += lines
    this.#reporter.dropped({ reason, lines, bytes, detail })
  }
}
