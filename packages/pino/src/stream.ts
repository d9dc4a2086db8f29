/**
 * line ← text: splits what pino writes into lines and hands each to the producer.
 *
 * Bounded by: the stream's own buffer, because it is paused while the producer says that it is full. At
 * end: the producer is closed, within `closeTimeoutMs`, before the stream emits `close`.
 */
import type { Transform } from 'node:stream'
import {
  createProducer,
  type DisOptions,
  type DroppedEvent,
  type FlushReport,
  type Producer,
  type RejectedEvent,
  type Stats,
  type WarningEvent
} from '@dis-logs/core'
import build from 'pino-abstract-transport'

/** What a {@link DisStream} emits, and a transport in the main thread. */
export interface DisStreamEvents {
  'dis:rejected': [RejectedEvent]
  'dis:dropped': [DroppedEvent]
  'dis:stats': [Stats]
  'dis:warning': [WarningEvent]
}

/** A writable stream of newline-separated log lines that end up in DIS. */
export interface DisStream extends Transform {
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
  on(name: string | symbol, listener: Parameters<Transform['on']>[1]): this
}

export const eventNames: readonly (keyof DisStreamEvents)[] = [
  'dis:rejected',
  'dis:dropped',
  'dis:stats',
  'dis:warning'
]

// The base wants something to have been parsed for each line; nothing reads it.
const NOT_PARSED = Object.freeze({})

/**
 * A stream to DIS that works without a worker thread: `pino(disStream(options))`. Options may hold functions.
 * @throws DisConfigError if the options cannot work
 */
export function disStream(options: DisOptions): DisStream {
  const producer = createProducer(options)
  let split = 0
  const stream: Transform = build(
    (source) => {
      source.on('data', (line: string) => take(line))
    },
    {
      parse: 'lines',
      metadata: false,
      parseLine: () => {
        split++
        return NOT_PARSED
      },
      // Not the report itself: what this resolves to would be taken for an error.
      close: async () => void (await producer.close())
    }
  )
  const taken = new Taken()

  function take(line: string): void {
    const hasRoom = producer.write(line)
    taken.count()
    if (hasRoom || stream.writableEnded) return
    stream.pause()
    producer.once('drain', () => stream.resume())
  }

  async function flush(callback?: (error?: Error | null) => void): Promise<FlushReport> {
    if (stream.writable) {
      // An empty write comes out of the splitter behind all earlier text; then the lines split so far are
      // those that were written before this call. A pause may still hold them back.
      await new Promise<void>((resolve) => stream.write('', () => resolve()))
    }
    await taken.reached(split)
    const report = await producer.flush()
    callback?.()
    return report
  }

  forward(producer, stream)
  return Object.assign(stream, { flush, stats: () => producer.stats() })
}

/** Counts lines handed to the producer, and lets a flush wait for a count. */
class Taken {
  #lines = 0
  #waiting: { readonly lines: number; readonly resolve: () => void }[] = []

  count(): void {
    this.#lines++
    while (this.#waiting[0] !== undefined && this.#waiting[0].lines <= this.#lines)
      this.#waiting.shift()?.resolve()
  }

  reached(lines: number): Promise<void> {
    if (this.#lines >= lines) return Promise.resolve()
    return new Promise((resolve) => this.#waiting.push({ lines, resolve }))
  }
}

function forward(producer: Producer, stream: Transform): void {
  producer.on('rejected', (event) => stream.emit('dis:rejected', event))
  producer.on('dropped', (event) => stream.emit('dis:dropped', event))
  producer.on('stats', (event) => stream.emit('dis:stats', event))
  producer.on('warning', (event) => stream.emit('dis:warning', event))
}
