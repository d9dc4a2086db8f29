/**
 * A producer's thread, as seen from the application's: lines go in through a ring in shared memory, commands and answers as
 * messages. It never keeps the process alive by itself.
 *
 * Bounded by: see {@link Feed}; the time of each command. If the thread dies: `gone` is called once, every command ends
 * without an answer, and `untaken` gives back what it had not taken.
 */
import ThreadStream from 'thread-stream'
import { LONGEST_TIMER_MS } from '../clock.ts'
import type { Forward } from '../forward-events.ts'
import type { DisOptions } from '../options/options.ts'
import type { FlushReport, Stats } from '../report/stats.ts'
import { refreshRelay } from './channel-relay.ts'
import { Feed, type Ring } from './feed.ts'
import { locateThreadModule } from './locate.ts'
import type { Command, Replies, ThreadOptions } from './messages.ts'

/** thread-stream, with the members that its own types leave out. */
type Stream = ThreadStream & Ring & { readonly worker: Thread; ref(): void; unref(): void }

interface Thread {
  on(event: 'error', listener: (error: Error) => void): unknown
  terminate(): Promise<number>
}

/**
 * Of the buffer, what may wait in front of the thread, as bytes: a quarter, from 4 to 16 MiB. It has to hold what is logged while the
 * thread starts, and while it has no turn on a busy machine. When a burst of 200,000 lines meets the start, 16 instead of 4 MiB save a
 * third of the memory (208 instead of 298 MB) and a fifth of the time, because winston keeps what has no room as objects.
 */
const aheadBytesOf = (bufferBytes: number) => Math.min(Math.max(bufferBytes / 4, 4 * MIB), 16 * MIB)
const MIB = 1_048_576

/**
 * Room for new objects in the thread, a quarter of Node's default. Few of them live long: lines are bytes. It saves 12 MB of 211 in a
 * burst of 250 bytes a line, and 30 of 411 of 2 KB, at the same processor time; a quarter of it again would cost 6 % of that.
 */
const YOUNG_MB = 12

/** How a command ended in the thread. */
export interface Answer {
  /** Undefined if the time was over before the lines were taken. */
  readonly report: FlushReport | undefined
}

export interface ThreadListener {
  readonly event: Forward
  stats(stats: Stats): void
  /** There is room again. */
  drained(): void
  /** It ended without having been told to. */
  gone(error: Error): void
}

export class ProducerThread {
  readonly #stream: Stream
  readonly #feed: Feed
  readonly #listener: ThreadListener
  readonly #waiting = new Map<number, (answer: Answer | undefined) => void>()
  #commands = 0
  #isOver = false
  /** It has answered `close`: nothing is left there. */
  #hasClosed = false
  #isTerminated = false

  /** @throws Error if its file is missing, as in a bundle, or if Node's permissions forbid threads */
  constructor(
    options: DisOptions,
    { producerId, bufferMaxBytes }: Pick<Stats, 'producerId' | 'bufferMaxBytes'>,
    listener: ThreadListener
  ) {
    const path = locateThreadModule()
    if (path === undefined) throw new Error('its file is missing, as in a bundle')
    this.#listener = listener
    const taken = new Int32Array(new SharedArrayBuffer(4))
    const workerData: ThreadOptions = { options, producerId, taken: taken.buffer }
    this.#stream = new ThreadStream({
      filename: path,
      workerData,
      workerOpts: {
        // Flags of this process, as in `node --input-type=module -e`, may not fit a file.
        execArgv: [],
        resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB }
      }
    }) as Stream
    this.#feed = new Feed({
      ring: this.#stream,
      taken: () => Atomics.load(taken, 0),
      aheadBytes: aheadBytesOf(bufferMaxBytes),
      handing: refreshRelay,
      drained: () => listener.drained()
    })
    this.#listen()
    this.#stream.unref()
    refreshRelay()
  }

  /** Lines handed over so far. */
  get lines(): number {
    return this.#feed.lines
  }

  /** Takes a line. False: wait for `drained`. */
  write(line: string): boolean {
    return this.#feed.write(line)
  }

  /** Bytes that the thread has not taken. */
  untakenBytes(): number {
    return this.#feed.untakenBytes()
  }

  /** The lines that the thread has not taken, once it is gone. */
  untaken(): string[] {
    return this.#feed.untaken()
  }

  /**
   * Has a command carried out behind all lines so far, and keeps the process alive meanwhile.
   * @returns undefined if there is no answer after `patienceMs`, or if the thread is gone
   */
  command(
    kind: 'flush' | 'close',
    timeoutMs: number | undefined,
    patienceMs: number | undefined
  ): Promise<Answer | undefined> {
    if (this.#isOver) return Promise.resolve(undefined)
    return new Promise((resolve) => {
      const id = this.#commands++
      const giveUp = () => this.#answered(id, undefined)
      const timer =
        patienceMs === undefined ? undefined : setTimeout(giveUp, Math.min(patienceMs, LONGEST_TIMER_MS))
      this.#waiting.set(id, (answer) => {
        clearTimeout(timer)
        if (this.#waiting.size === 0) this.#stream.unref()
        resolve(answer)
      })
      this.#stream.ref()
      this.#feed.flush()
      this.#send({ code: 'DIS', kind, id, after: this.#feed.lines | 0, timeoutMs })
    })
  }

  /** From now on the thread takes every line, even if its buffer is full. */
  beginEnd(): void {
    this.#send({ code: 'DIS', kind: 'ending', timeoutMs: undefined })
  }

  /** Ends a thread that has answered `close`. Blocks this one meanwhile, which is short: nothing is left there. */
  async end(): Promise<void> {
    if (this.#isOver) return
    this.#isOver = true
    this.#hasClosed = true
    const closed = new Promise<void>((resolve) => this.#stream.on('close', () => resolve()))
    if (this.#stream.destroyed) return
    // Somebody waits for the end, so the process has to live that long.
    this.#stream.ref()
    this.#stream.end()
    await closed
  }

  /** Ends a thread that does not answer. Then it is gone, as if it had died. */
  async terminate(): Promise<void> {
    this.#isTerminated = true
    await this.#stream.worker.terminate()
    this.#gone(new Error('it did not come to its end in time'))
  }

  /**
   * Hands everything over and has the thread close its producer within `closeTimeoutMs`. Synchronous, for the end of the process.
   * @throws Error if the thread is gone, or takes nothing for 10 s (thread-stream's own bound)
   */
  handOverSync(closeTimeoutMs: number): void {
    if (this.#hasClosed) return
    // Its last event may not have come yet, and now it never will.
    if (this.#isOver || this.#isTerminated || this.#stream.destroyed) throw new Error('it ended')
    this.#send({ code: 'DIS', kind: 'ending', timeoutMs: closeTimeoutMs })
    this.#feed.flush()
    this.#stream.flushSync()
    this.#send({
      code: 'DIS',
      kind: 'close',
      id: this.#commands++,
      after: this.#feed.lines | 0,
      timeoutMs: closeTimeoutMs
    })
  }

  /**
   * Waits until the thread has closed its producer, after {@link handOverSync}.
   * @throws Error if it does not come to its end in 10 s (thread-stream's own bound)
   */
  endSync(): void {
    if (this.#hasClosed) return
    this.#isOver = true
    this.#feed.flush()
    this.#stream.end()
    // thread-stream says so in an event, for which there is no time.
    if (this.#stream.destroyed) throw new Error('it did not come to its end')
  }

  #listen(): void {
    const { event } = this.#listener
    const on = <Name extends keyof Replies>(name: Name, listener: (...args: Replies[Name]) => void) =>
      this.#stream.on(name, listener)
    on('dis:event', (name, payload) => Reflect.apply(event, undefined, [name, payload]))
    on('dis:stats', (counters) => {
      refreshRelay()
      this.#listener.stats(counters)
    })
    on('dis:done', (id, report, counters) => {
      this.#listener.stats(counters)
      this.#answered(id, { report })
    })
    // thread-stream does not listen to this one: without a listener a missing file ends the process.
    this.#stream.worker.on('error', (error) => this.#gone(error))
    this.#stream.on('error', (error: Error) => this.#gone(error))
    // A thread that ends while it starts emits no error.
    this.#stream.on('close', () => this.#gone(new Error('it ended')))
  }

  #answered(id: number, answer: Answer | undefined): void {
    const done = this.#waiting.get(id)
    this.#waiting.delete(id)
    done?.(answer)
  }

  #gone(error: Error): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#listener.gone(error)
    for (const id of [...this.#waiting.keys()]) this.#answered(id, undefined)
  }

  #send(command: Command): void {
    if (!this.#stream.destroyed) this.#stream.emit('message', command)
  }
}
