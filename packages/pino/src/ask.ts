/** What the application asks its transport, which mostly runs in pino's worker: its counters, and to wait until all is settled. */
import type { EventEmitter } from 'node:events'
import { BroadcastChannel } from 'node:worker_threads'
import { type FlushReport, relayChannelsNow, type Stats } from '@dis-logs/core'
import { type Answer, channelName, fieldOf, isAnswer, type Question } from './protocol.ts'
import type { DisStream } from './stream.ts'

/** What `pino.transport()` returns, as far as it is needed here. */
export interface Transport extends EventEmitter {
  flush(callback: (error?: Error) => void): void
}

/** Somebody who counts in this thread: a `DisStream`, a `Producer`, a `DisTransport` of winston-dis. */
export interface CountsItself {
  stats(): Stats
}

/** An answer comes within milliseconds. A thread that is later stands still, or has nobody who would answer. */
const ANSWER_MS = 5_000

/**
 * The counters of a transport, asked in the main thread: `statsOf(pino.transport({ target: 'pino-dis', options }))`. Whatever
 * counts in this thread may be given, too.
 * @param index which target of this package, if there are several
 * @param options.timeoutMs how long to wait for the thread, its start included
 * @throws TypeError if this is something else
 * @throws Error if the transport has ended, has no such target, or does not answer in time
 */
export async function statsOf(
  transport: Transport | CountsItself,
  index = 0,
  { timeoutMs = ANSWER_MS }: { readonly timeoutMs?: number } = {}
): Promise<Stats> {
  const own = statsHere(transport)
  if (own !== undefined && index === 0) return own
  const stats =
    own === undefined
      ? (await ask(inWorker(transport), { kind: 'stats', index, timeoutMs: undefined }, timeoutMs)).stats
      : undefined
  if (stats === undefined) throw new Error(`this transport has no pino-dis target with the index ${index}`)
  return stats
}

/**
 * Waits until every line logged before this call is settled, in every arrangement and with every version of pino. The sum of all
 * targets of this package.
 * @param options.timeoutMs gives up waiting after this time. What the worker has then is `pending` in the report; what pino has
 * not handed over is not in it
 * @throws TypeError if this is no transport of pino's, and no stream of this package
 * @throws Error if the transport ends meanwhile
 */
export async function flushOf(
  transport: Transport | DisStream,
  { timeoutMs }: { readonly timeoutMs?: number } = {}
): Promise<FlushReport> {
  if (isStream(transport)) return flushHere(transport, timeoutMs)
  inWorker(transport)
  const startedAt = performance.now()
  let timer: NodeJS.Timeout | undefined
  await unlessClosed<void>(transport, (done) => {
    void takenFrom(transport).then(done)
    if (timeoutMs !== undefined) timer = setTimeout(done, Math.min(timeoutMs, LONGEST_TIMER_MS))
    return () => clearTimeout(timer)
  })
  const left = timeoutMs === undefined ? undefined : Math.max(0, timeoutMs - (performance.now() - startedAt))
  const { report } = await ask(transport, { kind: 'flush', index: 0, timeoutMs: left })
  if (report === undefined) throw new Error('this transport has no pino-dis target')
  return report
}

async function flushHere(stream: DisStream, timeoutMs: number | undefined): Promise<FlushReport> {
  if (timeoutMs === undefined) return stream.flush()
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<FlushReport>((resolve) => {
    const giveUp = () => {
      const { delivered, rejected, dropped, spooled, buffered } = stream.stats()
      resolve({ delivered, rejected, dropped, spooled, pending: buffered })
    }
    timer = setTimeout(giveUp, Math.min(timeoutMs, LONGEST_TIMER_MS))
  })
  return Promise.race([stream.flush(), late]).finally(() => clearTimeout(timer))
}

/** Resolves when the worker has taken all that is in pino's own queue. thread-stream before 4.1 looks at its ring alone. */
async function takenFrom(transport: Transport): Promise<void> {
  // What was logged before this call is moved to the ring in a turn of its own.
  await new Promise((resolve) => setImmediate(resolve))
  while (fieldOf(transport, 'writableNeedDrain') === true) {
    await new Promise((resolve) => transport.once('drain', resolve))
  }
  await new Promise<void>((resolve) => transport.flush(() => resolve()))
}

/** A timer of Node's with a longer delay fires at once. */
const LONGEST_TIMER_MS = 2_147_483_647
const ENDED = 'the transport has ended'

/** The way to a worker, and who waits for its answers, by the id of the question. */
interface Line {
  readonly channel: BroadcastChannel
  readonly waiting: Map<number, (answer: Answer) => void>
}

/** Kept as long as the transport lives: in Deno a channel that follows on another one of its name may hear nothing. */
const lines = new WeakMap<Transport, Line>()
let questions = 0

async function ask(
  transport: Transport,
  question: Omit<Question, 'id'>,
  patienceMs?: number
): Promise<Answer> {
  relayChannelsNow()
  const since = performance.now()
  const left = () => patienceMs && Math.max(0, patienceMs - (performance.now() - since))
  if (fieldOf(transport, 'ready') !== true) {
    await unlessClosed(
      transport,
      (done) => {
        const ready = () => done(undefined)
        transport.once('ready', ready)
        return () => void transport.off('ready', ready)
      },
      left()
    )
  }
  if (fieldOf(transport, 'destroyed') === true) throw new Error(ENDED)
  const { channel, waiting } = lineTo(transport)
  const id = questions++
  channel.ref()
  try {
    return await unlessClosed<Answer>(
      transport,
      (done) => {
        waiting.set(id, done)
        channel.postMessage({ ...question, id })
        return () => void waiting.delete(id)
      },
      left()
    )
  } finally {
    if (waiting.size === 0) channel.unref()
  }
}

function lineTo(transport: Transport): Line {
  const known = lines.get(transport)
  if (known !== undefined) return known
  const threadId = fieldOf(fieldOf(transport, 'worker'), 'threadId')
  if (typeof threadId !== 'number') throw foreign(transport)
  const line: Line = { channel: new BroadcastChannel(channelName(threadId)), waiting: new Map() }
  line.channel.onmessage = (event: unknown) => {
    const message = fieldOf(event, 'data')
    if (isAnswer(message)) line.waiting.get(message.answers)?.(message)
  }
  line.channel.unref()
  transport.once('close', () => line.channel.close())
  lines.set(transport, line)
  return line
}

/** The counters of what counts in this thread. */
function statsHere(transport: unknown): Stats | undefined {
  if (!hasMethods(transport, ['stats'])) return undefined
  const stats: unknown = Reflect.apply(transport['stats'], transport, [])
  return isStats(stats) ? stats : undefined
}

function isStats(value: unknown): value is Stats {
  return typeof fieldOf(value, 'written') === 'number' && typeof fieldOf(value, 'buffered') === 'number'
}

function isStream(transport: unknown): transport is DisStream {
  return hasMethods(transport, ['flush']) && statsHere(transport) !== undefined
}

/** @throws TypeError for what pino.transport() did not make: it would never answer */
function inWorker(transport: unknown): Transport {
  if (!isTransport(transport)) throw foreign(transport)
  return transport
}

function isTransport(value: unknown): value is Transport {
  const threadId = fieldOf(fieldOf(value, 'worker'), 'threadId')
  return hasMethods(value, ['on', 'once', 'off', 'flush']) && typeof threadId === 'number'
}

function foreign(given: unknown): TypeError {
  const hint = hasMethods(given, ['child', 'bindings'])
    ? ' This is a logger: give the transport that it has.'
    : ''
  return new TypeError(`this is no transport of pino.transport(), and no stream of disStream().${hint}`)
}

type Methods<Name extends string> = Readonly<Record<Name, (...args: readonly unknown[]) => unknown>>

function hasMethods<Name extends string>(value: unknown, names: readonly Name[]): value is Methods<Name> {
  return names.every((name) => typeof fieldOf(value, name) === 'function')
}

/**
 * The value that `start` hands to its callback. `start` returns how to forget the callback.
 * @throws Error if the transport is closed before, or the time is over
 */
function unlessClosed<T>(
  transport: Transport,
  start: (done: (value: T) => void) => () => void,
  timeoutMs?: number
): Promise<T> {
  return new Promise((resolve, reject) => {
    if (fieldOf(transport, 'destroyed') === true) {
      reject(new Error(ENDED))
      return
    }
    let timer: NodeJS.Timeout | undefined
    let forget = () => {}
    const over = (settle: () => void) => {
      clearTimeout(timer)
      transport.off('close', closed)
      forget()
      settle()
    }
    const closed = () => over(() => reject(new Error(ENDED)))
    transport.once('close', closed)
    if (timeoutMs !== undefined) {
      const late = `the transport has not answered in time: its thread stands still, or it has no pino-dis target`
      timer = setTimeout(() => over(() => reject(new Error(late))), Math.min(timeoutMs, LONGEST_TIMER_MS))
    }
    forget = start((value) => over(() => resolve(value)))
  })
}
