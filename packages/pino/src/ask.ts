/** What the application asks a transport that runs in pino's worker: its counters, and to wait until all is settled. */
import type { EventEmitter } from 'node:events'
import { BroadcastChannel } from 'node:worker_threads'
import type { FlushReport, Stats } from '@dis-logs/core'
import { type Answer, channelName, fieldOf, isAnswer, type Question } from './protocol.ts'

/** What `pino.transport()` returns, as far as it is needed here. */
export interface Transport extends EventEmitter {
  flush(callback: (error?: Error) => void): void
}

/**
 * The counters of a transport in pino's worker: `statsOf(pino.transport({ target: 'pino-dis', options }))`.
 * @param index which target of this package, if there are several
 * @throws Error if the transport has ended, or has no such target
 */
export async function statsOf(transport: Transport, index = 0): Promise<Stats> {
  const { stats } = await ask(transport, { kind: 'stats', index, timeoutMs: undefined })
  if (stats === undefined) throw new Error(`this transport has no pino-dis target with the index ${index}`)
  return stats
}

/**
 * Waits until every line logged before this call is settled, in every arrangement and with every version of pino. The sum of all
 * targets of this package.
 * @param options.timeoutMs gives up waiting after this time. What the worker has then is `pending` in the report; what pino has
 * not handed over is not in it
 * @throws Error if the transport ends meanwhile
 */
export async function flushOf(
  transport: Transport,
  { timeoutMs }: { readonly timeoutMs?: number } = {}
): Promise<FlushReport> {
  const startedAt = performance.now()
  let timer: NodeJS.Timeout | undefined
  await unlessClosed(transport, (done) => {
    void takenFrom(transport).then(done)
    if (timeoutMs !== undefined) timer = setTimeout(done, Math.min(timeoutMs, LONGEST_TIMER_MS))
  }).finally(() => clearTimeout(timer))
  const left = timeoutMs === undefined ? undefined : Math.max(0, timeoutMs - (performance.now() - startedAt))
  const { report } = await ask(transport, { kind: 'flush', index: 0, timeoutMs: left })
  if (report === undefined) throw new Error('this transport has no pino-dis target')
  return report
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

async function ask(transport: Transport, question: Omit<Question, 'id'>): Promise<Answer> {
  if (fieldOf(transport, 'ready') !== true) {
    await unlessClosed(transport, (done) => void transport.once('ready', done))
  }
  if (fieldOf(transport, 'destroyed') === true) throw new Error(ENDED)
  const { channel, waiting } = lineTo(transport)
  const id = questions++
  channel.ref()
  try {
    return await unlessClosed<Answer>(transport, (done) => {
      waiting.set(id, done)
      channel.postMessage({ ...question, id })
    })
  } finally {
    waiting.delete(id)
    if (waiting.size === 0) channel.unref()
  }
}

function lineTo(transport: Transport): Line {
  const known = lines.get(transport)
  if (known !== undefined) return known
  const threadId = fieldOf(fieldOf(transport, 'worker'), 'threadId')
  if (typeof threadId !== 'number') throw new TypeError('this is no transport of pino.transport()')
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

/** The value that `start` hands to its callback. @throws Error if the transport is closed before */
function unlessClosed<T>(transport: Transport, start: (done: (value: T) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    const closed = () => reject(new Error(ENDED))
    if (fieldOf(transport, 'destroyed') === true) {
      closed()
      return
    }
    transport.once('close', closed)
    start((value) => {
      transport.off('close', closed)
      resolve(value)
    })
  })
}
