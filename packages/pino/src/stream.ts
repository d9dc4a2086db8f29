/**
 * text → lines: splits pino's text into lines and hands each to the producer at once. Nothing waits in the stream.
 *
 * Bounded by: `buffer.maxBytes` of the producer. When that is full, `write` returns false until `drain`. Above it are at most the
 * text of the write that filled it, and `AHEAD_LENGTH` of a writer who does not wait. What such a writer adds on top is dropped:
 * counted (`buffer-full`), with one warning (`BACKPRESSURE`). At the end: the producer closes within `closeTimeoutMs`, before the
 * stream emits `finish`.
 */
import { Writable } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'
import {
  createProducer,
  type DisOptions,
  type DroppedEvent,
  type FlushReport,
  forwardEvents,
  type InProcessProducer,
  type RejectedEvent,
  type Stats,
  type WarningEvent
} from '@dis-logs/core'

/** The events of a {@link DisStream}, and of a transport in the main thread. */
export interface DisStreamEvents {
  'dis:rejected': [RejectedEvent]
  'dis:dropped': [DroppedEvent]
  'dis:stats': [Stats]
  'dis:warning': [WarningEvent]
}

/** A writable stream of newline-separated log lines, which it sends to DIS. */
export interface DisStream extends Writable {
  /**
   * Waits until every line written before this call is settled. `callback` is for `logger.flush(callback)`.
   * Never rejects.
   */
  flush(callback?: (error?: Error | null) => void): Promise<FlushReport>
  stats(): Stats
  on<Name extends keyof DisStreamEvents>(
    name: Name,
    listener: (...event: DisStreamEvents[Name]) => void
  ): this
  on(name: string | symbol, listener: Parameters<Writable['on']>[1]): this
}

export const eventNames: readonly (keyof DisStreamEvents)[] = [
  'dis:rejected',
  'dis:dropped',
  'dis:stats',
  'dis:warning'
]

/** How the writer of a stream behaves, as far as that is known beforehand. */
export interface Writer {
  /** False: it never waits for `drain`, so nothing is taken above the bound. */
  readonly waits: boolean
  /** Called when the buffer is full, and when there is room again. */
  readonly onFull?: (isFull: boolean) => void
}

/**
 * A stream to DIS that works without a worker thread: `pino(disStream(options))`. Options may hold functions.
 * @throws DisConfigError if the options cannot work
 */
export function disStream(options: DisOptions): DisStream {
  return new LineStream(options, { waits: true })
}

/** What a writer may add who does not wait, in UTF-16 units: as much as pino's ring holds. */
const AHEAD_LENGTH = 4 * 1_048_576

type Callback = (error?: Error | null) => void

export class LineStream extends Writable implements DisStream {
  readonly #producer: InProcessProducer
  readonly #writer: Writer
  readonly #decoder = new StringDecoder('utf8')
  /** Text after the last newline. */
  #rest = ''
  #isFull = false
  /** True from a `write` that returned false until `drain`. */
  #hasAsked = false
  /** Callbacks of writes that are held until then, for a writer who waits for these. */
  #held: Callback[] = []
  /** True once somebody wrote without waiting. */
  #isIgnored = false
  /** Length of the lines of such a writer since the stream was full. */
  #ahead = 0
  #hasWarned = false
  /** True while full or not is no matter: see {@link takeAll}. */
  #takesAll = false

  constructor(options: DisOptions, writer: Writer) {
    // Fullness is the producer's: the stream's own high-water mark must never ask anybody to wait, or end a wait.
    super({ decodeStrings: false, highWaterMark: Number.MAX_SAFE_INTEGER })
    Object.defineProperty(this, 'writableNeedDrain', { get: () => this.#hasAsked })
    this.#writer = writer
    this.#producer = createProducer(options)
    this.#producer.on('drain', () => this.#drained())
    forwardEvents(this.#producer, (name, ...event) => this.emit(`dis:${name}`, ...event))
  }

  /** False: wait for `drain`. After the end lines are counted as dropped, and no error is emitted: a logger must not throw. */
  override write(text: unknown, encoding?: BufferEncoding | Callback, callback?: Callback): boolean {
    const done = typeof encoding === 'function' ? encoding : callback
    if (this.writableEnded || this.destroyed) {
      this.#dropLate(String(text))
      if (done !== undefined) process.nextTick(done)
      return false
    }
    if (this.#hasAsked) this.#isIgnored = true
    super.write(text, typeof encoding === 'string' ? encoding : 'utf8')
    this.#hasAsked = this.#isFull && this.#writer.waits && !this.#takesAll
    if (done !== undefined) {
      if (this.#hasAsked) this.#held.push(done)
      else process.nextTick(done)
    }
    return !this.#hasAsked
  }

  async flush(callback?: Callback): Promise<FlushReport> {
    const report = await this.settled()
    callback?.()
    return report
  }

  /** Waits as `flush` does, `timeoutMs` at most. */
  settled(timeoutMs?: number): Promise<FlushReport> {
    return this.#producer.flush(timeoutMs === undefined ? {} : { timeoutMs })
  }

  stats(): Stats {
    return this.#producer.stats()
  }

  /** Tells what the adapter has to say, as a warning of the producer's. */
  get warn(): InProcessProducer['warn'] {
    return (code, message) => this.#producer.warn(code, message)
  }

  /**
   * From now on every line is taken, full or not, and a writer who waits is asked to go on. For one that is about to end: what
   * it still has can get its last place only here.
   */
  takeAll(isOn: boolean): void {
    if (this.#takesAll === isOn || this.#isIgnored) return
    this.#takesAll = isOn
    if (isOn) this.#resume()
  }

  override _write(text: string | Buffer, _: BufferEncoding, done: Callback): void {
    this.#split(typeof text === 'string' ? text : this.#decoder.write(text))
    done()
  }

  override _final(done: Callback): void {
    this.#close(done)
  }

  override _destroy(error: Error | null, done: Callback): void {
    this.#close(() => done(error))
  }

  #close(done: () => void): void {
    this.#split(this.#decoder.end())
    const rest = this.#rest
    this.#rest = ''
    if (rest !== '') this.#take(rest)
    this.#resume()
    void this.#producer.close().then(() => done())
  }

  #split(text: string): void {
    const all = this.#rest === '' ? text : this.#rest + text
    let begin = 0
    for (let end = all.indexOf('\n', this.#rest.length); end >= 0; end = all.indexOf('\n', begin)) {
      // pino's option `crlf` ends lines so.
      const hasReturn = end > begin && all.charCodeAt(end - 1) === 0x0d
      this.#take(all.slice(begin, hasReturn ? end - 1 : end))
      begin = end + 1
    }
    this.#rest = all.slice(begin)
  }

  #take(line: string): void {
    if (this.#isFull && !this.#takesAll && !this.#writer.waits) this.#dropUnasked(line)
    else if (this.#isFull && this.#ahead > AHEAD_LENGTH) this.#dropUnasked(line)
    else {
      if (this.#isFull && this.#isIgnored) this.#ahead += line.length
      if (!this.#producer.write(line)) this.#full()
    }
  }

  #full(): void {
    if (this.#isFull) return
    this.#isFull = true
    this.#writer.onFull?.(true)
  }

  #drained(): void {
    this.#isFull = false
    this.#ahead = 0
    this.#writer.onFull?.(false)
    this.#resume()
  }

  #resume(): void {
    if (!this.#hasAsked) return
    this.#hasAsked = false
    const held = this.#held
    this.#held = []
    for (const done of held) done()
    this.emit('drain')
  }

  #dropUnasked(line: string): void {
    if (line === '') return
    this.#producer.drop(line, 'buffer-full')
    if (this.#hasWarned) return
    this.#hasWarned = true
    this.#producer.warn(
      'BACKPRESSURE',
      'the buffer is full, and more lines come although nothing was asked for: those that do not fit are dropped'
    )
  }

  #dropLate(text: string): void {
    for (const line of text.split(/\r?\n/)) if (line !== '') this.#producer.drop(line, 'closed')
  }
}
