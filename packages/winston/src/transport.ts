/**
 * winston → producer. Calls back when a line is admitted, not when it is delivered: winston stops all transports of a logger
 * while one of them holds its callback. While the producer is full the callback waits. So `buffer.onFull: 'block'` reaches the
 * logger.
 */
import type { DisOptions, FlushReport, Stats } from '@dis-logs/core'
import Transport from 'winston-transport'
import { inWorker } from './in-worker.ts'
import { lineOf } from './line.ts'
import { type Emit, inProcess, type Sender } from './sender.ts'

/** Options of the producer and winston-transport's own: `level`, `format`, `silent`, `handleExceptions` … */
export interface DisTransportOptions
  extends DisOptions,
    Pick<
      Transport.TransportStreamOptions,
      'format' | 'level' | 'silent' | 'handleExceptions' | 'handleRejections'
    > {
  /** Whether the producer runs in a worker thread. `false`: it runs in the logger's thread, and options may be functions. @default true */
  readonly worker?: boolean
}

interface BufferedWrite {
  readonly chunk: unknown
}

/**
 * Add it to a logger: `winston.createLogger({ transports: [new DisTransport(options)] })`.
 *
 * Emits `rejected`, `dropped`, `stats` and `warning`, and never `error`. `logger.end()` flushes. The logger emits `finish` when
 * every line is settled.
 */
export class DisTransport extends Transport {
  readonly #sender: Sender

  /** @throws DisConfigError if the options cannot work */
  constructor(options: DisTransportOptions) {
    const { format, level, silent, handleExceptions, handleRejections, worker = true, ...own } = options
    super(withoutUndefined({ format, level, silent, handleExceptions, handleRejections }))
    const emit: Emit = (name, ...event) => void this.emit(name, ...event)
    this.#sender = worker ? inWorker(own, emit) : inProcess(own, emit)
  }

  /** winston calls this for each info that passes the level. */
  override log(info: unknown, next: () => void): void {
    const admitted = this.#write(info)
    if (admitted) next()
    else this.#sender.whenDrained(next)
  }

  /** winston calls this for infos that waited together. If there is no room for all of them, the rest goes on waiting. */
  override logv(writes: readonly BufferedWrite[], next: () => void): void {
    this.#logFrom(writes, 0, next)
  }

  #logFrom(writes: readonly BufferedWrite[], from: number, next: () => void): void {
    for (let index = from; index < writes.length; index++) {
      if (this.#write(this.#formatted(writes[index]?.chunk))) continue
      this.#sender.whenDrained(() => this.#logFrom(writes, index + 1, next))
      return
    }
    next()
  }

  /** Waits until every line logged before this call is settled. Never rejects. */
  flush(options?: { readonly timeoutMs?: number }): Promise<FlushReport> {
    return this.#sender.flush(options)
  }

  stats(): Stats {
    return this.#sender.stats()
  }

  /** winston calls this when it removes the transport, also during `logger.end()`. */
  override close(): void {
    void this.#sender.close()
  }

  /** The stream has ended. Its `finish` event waits for the callback. */
  override _final(callback: (error?: Error | null) => void): void {
    void this.#sender.close().then(() => callback())
  }

  #write(info: unknown): boolean {
    const line = lineOf(info)
    if (line === undefined) return true
    const admitted = this.#sender.write(line)
    if (this.listenerCount('logged') > 0) setImmediate(() => this.emit('logged', info))
    return admitted
  }

  /** Applies the transport's own format to a copy, because the info belongs to the other transports, too. */
  #formatted(info: unknown): unknown {
    if (this.format === undefined || typeof info !== 'object' || info === null) return info
    const transformed = this.format.transform({ level: '', message: '', ...info }, this.format.options)
    return transformed === false ? undefined : transformed
  }
}

/** Removes undefined options, which winston-transport's types do not allow. */
function withoutUndefined<T extends object>(
  options: { readonly [Key in keyof T]: T[Key] | undefined }
): Partial<T> {
  const present: Partial<T> = {}
  for (const key in options) {
    const value = options[key]
    if (value !== undefined) present[key] = value
  }
  return present
}
