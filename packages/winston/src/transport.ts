/**
 * winston → producer. Calls back when a line is admitted, not when it is delivered: winston stops all transports of a logger
 * while one of them holds its callback.
 *
 * Bounded by: the producer's buffer. At the bound, with `buffer.onFull: 'block'`, the callback is held until there is room, so
 * lines wait in winston's own streams. At the end of a logger, or of the process, callbacks are let go, and every line is taken.
 */
import { setImmediate, setTimeout } from 'node:timers/promises'
import type { DisOptions, FlushReport, PlainDisOptions, Producer, Stats } from '@dis-logs/core'
import { createProducer, forwardEvents, validateOptions } from '@dis-logs/core'
import { createWorkerProducer } from '@dis-logs/core/worker'
import Transport from 'winston-transport'
import { LEVEL, lineOf } from './line.ts'

type FromWinston = Omit<Transport.TransportStreamOptions, 'log' | 'logv' | 'close'>
type Next = () => void
type Written = (error: Error | null | undefined) => void
type Info = Readonly<Record<string | symbol, unknown>>

/** Options of the producer and winston-transport's own: `level`, `format`, `silent`, `handleExceptions` … */
export type DisTransportOptions = FromWinston & (InWorker | InProcess)

interface InWorker extends PlainDisOptions {
  /** The producer runs in a worker thread. `false`: it runs in the logger's thread, and options may be functions. @default true */
  readonly worker?: true
}

interface InProcess extends DisOptions {
  /** The producer runs in the logger's thread, so options may be functions. */
  readonly worker: false
}

/** A logger that pipes to the transport. */
interface Source extends NodeJS.ReadableStream {
  /** `ending` after `end`. Private to streams, but `writable` stays true if a child logger ends its parent. */
  readonly _writableState?: { readonly ending: boolean }
  readonly writableLength: number
  readonly readableLength: number
  readonly level?: string
}

/** Time between two looks at what has no event: the end of a logger, and the length of its buffers. */
const LOOK_MS = 20

/**
 * Add it to a logger: `winston.createLogger({ transports: [new DisTransport(options)] })`.
 *
 * Emits `rejected`, `dropped`, `stats` and `warning`, and never `error`. After `logger.end()` the logger emits `finish` when
 * every line is settled, within `closeTimeoutMs` and a second.
 */
export class DisTransport extends Transport {
  declare levels?: Readonly<Record<string, number>>
  declare parent?: Source | undefined
  readonly #producer: Producer
  readonly #sources = new Set<Source>()
  readonly #leaving = new Set<Source>()
  #held: Next[] = []
  #watch: NodeJS.Timeout | undefined
  /** Infos that came out of this stream, shipped or not. */
  #passed = 0
  #isEnding = false
  #hasWarned = false

  /** @throws DisConfigError if the options cannot work */
  constructor(options: DisTransportOptions = {}) {
    if (typeof options !== 'object' || options === null) validateOptions(options)
    super(options)
    this.#producer =
      options.worker === false
        ? createProducer(forProducer(options))
        : createWorkerProducer(forProducer(options))
    forwardEvents(this.#producer, (name, event) => void this.emit(name, event))
    this.#producer.on('drain', () => this.#letGo())
    // winston-transport would close when the first of several loggers removes it.
    this.removeAllListeners('unpipe')
    this.on('close', () => this.close())
    this.on('pipe', (source: Source) => void this.#sources.add(source))
    this.on('unpipe', (source: Source) => void this.#removed(source))
    // What waited goes through `_write` one by one, so that each can be held.
    Object.assign(this, { _writev: undefined })
  }

  /** winston calls this with what a logger's format made. Its handlers of exceptions call it past the stream. */
  override log(info: unknown, next?: Next): true {
    const hasRoom = this.#producer.write(lineOf(info)) || this.#isEnding
    if (this.listenerCount('logged') > 0) process.nextTick(() => this.emit('logged', info))
    if (hasRoom) next?.()
    else if (next !== undefined) this.#hold(next)
    return true
  }

  override _write(info: Info, _encoding: BufferEncoding, next: Next): void {
    this.#passed++
    let formatted: Info | false = false
    try {
      // A logger's format that filters an info hands its `false` over.
      if (info && this.#accepts(info)) formatted = this.#formatted(info)
    } catch (error) {
      this.#producer.drop('', 'format', error ?? 'nothing')
    }
    if (formatted) this.log(formatted, next)
    else next()
  }

  /** After the end, a line of another logger's is counted by the producer, as `closed`. A stream would emit `error`. */
  override write(info: Info, done?: Written): boolean
  override write(info: Info, encoding: BufferEncoding, done?: Written): boolean
  override write(info: Info, encoding?: BufferEncoding | Written, done?: Written): boolean {
    if (!this.writable || this.destroyed) {
      this._write(info, 'utf8', () => {})
      return true
    }
    return typeof encoding === 'string' ? super.write(info, encoding, done) : super.write(info, encoding)
  }

  /** Waits until every line logged before this call is settled, also those that winston holds back. Never rejects. */
  async flush({ timeoutMs }: { readonly timeoutMs?: number } = {}): Promise<FlushReport> {
    const since = performance.now()
    const behind = await this.#throughWinston(timeoutMs ?? Number.POSITIVE_INFINITY)
    const restMs = timeoutMs && Math.max(0, timeoutMs - (performance.now() - since))
    const report = await this.#producer.flush({ timeoutMs: restMs })
    return { ...report, pending: report.pending + behind }
  }

  stats(): Stats {
    return this.#producer.stats()
  }

  /** Takes no more lines, and delivers what it has. When a logger ends, winston calls `end` instead. */
  override close(): void {
    void this.#close()
  }

  /** The stream has ended. Its `finish` event waits for the callback. */
  override _final(callback: Next): void {
    void this.#close().then(() => callback())
  }

  #close(): Promise<FlushReport> {
    this.#isEnding = true
    this.#letGo()
    return this.#producer.close()
  }

  #accepts(info: Info): boolean {
    if (this.silent === true) return false
    if (info['exception'] === true && this.handleExceptions !== true) return false
    const { levels } = this
    const level = this.level ?? this.parent?.level
    const own = info[LEVEL]
    if (levels === undefined || level === undefined || typeof own !== 'string') return true
    const most = levels[level]
    const given = levels[own]
    if (most !== undefined && given !== undefined) return most >= given
    const message = `'${most === undefined ? level : own}' is none of ${Object.keys(levels).join(', ')}`
    if (!this.#hasWarned) this.#producer.warn('LEVEL', message)
    this.#hasWarned = true
    return true
  }

  /** Applies the transport's own format to a copy, because the info belongs to the other transports, too. False: no line. */
  #formatted(info: Info): Info | false {
    if (this.format === undefined) return info
    const copy = { level: '', message: '', ...info }
    // Of an Error these two are hidden.
    if (info instanceof Error) Object.assign(copy, { message: info.message, stack: info.stack })
    const transformed = this.format.transform(copy, this.format.options)
    return transformed === true ? info : transformed
  }

  #hold(next: Next): void {
    this.#held.push(next)
    // A logger that ends waits for the callbacks that are held, and says so to nobody.
    this.#watch ??= setInterval(() => this.#isAtEnd() && this.#letGo(), LOOK_MS).unref()
  }

  #isAtEnd(): boolean {
    this.#isEnding ||= !this.writable || [...this.#sources].some((source) => source._writableState?.ending)
    return this.#isEnding
  }

  #letGo(): void {
    this.#isAtEnd()
    clearInterval(this.#watch)
    this.#watch = undefined
    const held = this.#held
    this.#held = []
    for (const next of held) next()
  }

  /** Resolves with the number of infos of now that winston still holds back after `timeoutMs`. */
  async #throughWinston(timeoutMs: number): Promise<number> {
    const since = performance.now()
    const pause = () => performance.now() - since < timeoutMs && setTimeout(LOOK_MS, true)
    const followed = [...this.#sources, ...this.#leaving].map((source) => follow(source))
    const inLoggers = () => followed.reduce((sum, { left }) => sum + left(), 0)
    while (inLoggers() > 0 && (await pause()));
    // The one whose callback is held has come through.
    const last = this.#passed + this.writableLength - (this.#held.length > 0 ? 1 : 0)
    while (last > this.#passed && (await pause()));
    for (const { stop } of followed) stop()
    return inLoggers() + Math.max(0, last - this.#passed)
  }

  /** A logger has removed this transport. What it logged before and holds back still belongs here. */
  async #removed(source: Source): Promise<void> {
    this.#sources.delete(source)
    this.#leaving.add(source)
    if (this.parent === source) this.parent = [...this.#sources][0]
    const { left, stop } = follow(source, (info) => this.#sources.has(source) || this.write(info))
    // A logger that is configured anew, or another one, may add the transport in the same turn.
    await setImmediate()
    while (left() > 0) await setTimeout(LOOK_MS, undefined, { ref: false })
    stop()
    this.#leaving.delete(source)
    if (this.#sources.size + this.#leaving.size === 0) this.close()
  }
}

/** The options without those of winston's. */
function forProducer<Options extends DisTransportOptions>(options: Options) {
  const { worker, format, level, silent, handleExceptions, handleRejections, ...own } = options
  return own
}

/** Calls `take` with each info that waits in a logger now, when it comes out. */
function follow(source: Source, take: (info: Info) => void = () => {}) {
  const waiting = () => source.writableLength + source.readableLength
  let count = waiting()
  const listener = (info: Info) => void (count-- > 0 && take(info))
  if (count > 0) source.on('data', listener)
  return {
    // The logger's format may filter some of them out, so their number is not enough.
    left: () => Math.max(0, Math.min(count, waiting())),
    stop() {
      source.off('data', listener)
      // As without a listener: what is logged now waits for the next transport.
      if (source.listenerCount('data') === 0) source.pause()
    }
  }
}
