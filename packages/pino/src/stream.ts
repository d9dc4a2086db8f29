/** text → lines: pino-abstract-transport keeps what is no whole line yet; lines go through the {@link Gate} to the producer, many at a time. */
import { Transform } from 'node:stream'
import {
  createProducer,
  type DisOptions,
  type DroppedEvent,
  type FlushReport,
  forwardEvents,
  type Producer,
  type RejectedEvent,
  type Stats,
  type WarningEvent
} from '@dis-logs/core'
import build from 'pino-abstract-transport'
import { Gate, type Writer } from './gate.ts'

/** The events of a {@link DisStream}, and of a transport in the main thread. */
export interface DisStreamEvents {
  'dis:rejected': [RejectedEvent]
  'dis:dropped': [DroppedEvent]
  'dis:stats': [Stats]
  'dis:warning': [WarningEvent]
}

/** A writable stream of newline-separated log lines, which it sends to DIS. */
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

/** A stream, and what stands behind it. */
export interface LineStream {
  readonly stream: DisStream
  readonly producer: Producer
  readonly gate: Gate
}

type Callback = (error?: Error | null) => void

/**
 * A stream to DIS that works without a worker thread: `pino(disStream(options))`. Options may hold functions. It emits `finish`
 * when its producer has closed, within `closeTimeoutMs`.
 * @throws DisConfigError if the options cannot work
 */
export function disStream(options: DisOptions): DisStream {
  return lineStream(options, { waits: true }).stream
}

/** {@link disStream} for a writer that is known. */
export function lineStream(options: DisOptions, writer: Writer): LineStream {
  const producer = createProducer(options)
  const gate = new Gate(producer, writer, () => void base.emit('drain'))
  const base: Transform = build((source) => void source.resume(), {
    parse: 'lines',
    metadata: false,
    // The gate gets the last line here, if it has no end, and each line where they cannot be had together (below). Null keeps it out of
    // the readable side, which has no reader: there each line would cost a push and an event (0.3 µs).
    parseLine: (line) => {
      gate.take(line)
      return null
    },
    close: () => close(() => {})
  })
  // Both are options of a stream, which the base class does not pass on. Strings: to make bytes of them and text again takes
  // 0.3 µs for a line of 250 bytes, and 4 µs for one of 2 KB. Room: full or not is the producer's to say.
  setPrivately(base, { decodeStrings: false, highWaterMark: Number.MAX_SAFE_INTEGER })

  takeTogether(base, (lines) => gate.takeLines(lines))

  const splitRest = base._flush
  let isSplit = false

  /** `finish` waits for this: whoever hears it may end the thread. The base class itself waits only with `close`. */
  async function close(done: Callback): Promise<void> {
    if (!isSplit) splitRest.call(base, () => {})
    isSplit = true
    gate.resume()
    const patienceMs = writer.patienceMs?.()
    await producer.close(
      patienceMs === undefined
        ? {}
        : { timeoutMs: Math.min(patienceMs, options.closeTimeoutMs ?? patienceMs) }
    )
    done()
  }

  /** False: wait for `drain`. After the end lines are counted as dropped, and no error is emitted: a logger must not throw. */
  function write(text: unknown, encoding?: BufferEncoding | Callback, callback?: Callback): boolean {
    const done = typeof encoding === 'function' ? encoding : callback
    if (base.writableEnded || base.destroyed) {
      for (const line of String(text).split(/\r?\n/)) if (line !== '') producer.drop(line, 'closed')
      if (done !== undefined) process.nextTick(done)
      return false
    }
    return gate.pass(() => Transform.prototype.write.call(base, text, 'utf8'), done)
  }

  async function flush(callback?: Callback): Promise<FlushReport> {
    const report = await producer.flush()
    callback?.()
    return report
  }

  const stream = Object.assign(base, { write, flush, stats: () => producer.stats(), _flush: close })
  Object.defineProperty(stream, 'writableNeedDrain', { get: () => gate.hasAsked })
  forwardEvents(producer, (name, ...event) => stream.emit(`dis:${name}`, ...event))
  return { stream, producer, gate }
}

/**
 * Gives whole lines to `take` as one text, in place of one call for each (0.2 µs). split2, which the base class is, asks its matcher for
 * the parts of a text, and keeps the last one until there is more. If a later one has no such field, lines come one by one.
 */
function takeTogether(stream: Transform, take: (lines: string) => void): void {
  if (!('matcher' in stream)) return
  const matcher = {
    [Symbol.split](text: string): string[] {
      const end = text.lastIndexOf('\n') + 1
      if (end > 0) take(text.slice(0, end))
      return [text.slice(end)]
    }
  }
  Reflect.set(stream, 'matcher', matcher)
}

/** If a later Node has no such field, nothing changes. */
function setPrivately(stream: Transform, options: Readonly<Record<string, unknown>>): void {
  const state: unknown = Reflect.get(stream, '_writableState')
  if (typeof state !== 'object' || state === null) return
  for (const [name, value] of Object.entries(options)) if (name in state) Reflect.set(state, name, value)
}
