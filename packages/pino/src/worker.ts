/**
 * A target in pino's worker thread: what it says to the main thread, and what it is asked from there.
 *
 * thread-stream starts the thread and moves text through a ring of 4 MB. In the main thread it emits what is posted here as
 * `EVENT`. With `targets` and `pipeline` it is pino's own worker that calls us: it passes no flush on, and may not wait.
 */
import { BroadcastChannel, isMainThread, parentPort, threadId, workerData } from 'node:worker_threads'
import {
  DisConfigError,
  type DisOptions,
  type FlushReport,
  forwardEvents,
  offerChannels
} from '@dis-logs/core'
import { onSilence } from './main-thread.ts'
import { type Answer, channelName, fieldOf, isQuestion, type Question } from './protocol.ts'
import { type DisStream, type LineStream, lineStream } from './stream.ts'

/** What thread-stream was given for its thread; `undefined` in any other thread, also in a worker of the application's. */
const given: unknown =
  !isMainThread && fieldOf(workerData, 'stateBuf') instanceof SharedArrayBuffer
    ? fieldOf(workerData, 'workerData')
    : undefined
const version: unknown = fieldOf(fieldOf(given, '$context'), 'threadStreamVersion')

/** True in the worker thread of a pino transport. */
export const isPinoWorker: boolean = parentPort !== null && typeof version === 'string'

/** Passes on what was published on channels here, before the thread is ended. */
let publish: (isEnd: boolean) => void = () => {}

/** The streams of this thread, in the order in which pino made them. */
const streams: LineStream[] = []

/**
 * Makes the stream of a target. `isDestination`: thread-stream itself flushes and ends it.
 * @throws Error with the code and the problems of a DisConfigError as its `cause`: all that crosses to the main thread
 */
export function workerStream(options: DisOptions, isDestination: boolean): DisStream {
  const { patienceMs, watch } = onSilence((isSilent) => made.gate.takeAll(isSilent))
  const writer = writerWaits() ? { waits: true, patienceMs, onFull: watch } : { waits: false, patienceMs }
  const made = orClonable(() => lineStream(options, writer))
  const { stream, producer } = made
  forwardEvents(producer, (name, ...args) =>
    parentPort?.postMessage({ code: 'EVENT', name: `dis:${name}`, args })
  )
  stream.once('close', () => {
    watch(false)
    publish(true)
  })
  if (streams.length === 0) {
    publish = offerChannels()
    answerQuestions()
  }
  streams.push(made)
  if (!flushes(String(version))) {
    producer.warn('PINO_FLUSH', `logger.flush(callback) waits for nothing with thread-stream ${version}`)
  } else if (!isDestination) delayFlushed()
  return stream
}

/** False where a pipeline stands between us and a writer who never waits: what we held back would pile up in it. */
function writerWaits(): boolean {
  const pipelines = listOf('pipelines')
  if (pipelines.length === 0) return true
  const isOnly = pipelines.length + listOf('targets').length === 1
  // With a level pino sorts the lines itself, also for a single pipeline.
  return isOnly && fieldOf(fieldOf(pipelines[0], '0'), 'level') === undefined
}

function listOf(name: 'targets' | 'pipelines'): readonly unknown[] {
  const list = fieldOf(given, name)
  return Array.isArray(list) ? list : []
}

/** Since 4.1 thread-stream asks the destination in its worker to flush, before it calls back. */
function flushes(threadStream: string): boolean {
  const [major = 0, minor = 0] = threadStream.split('.').map(Number)
  return major > 4 || (major === 4 && minor >= 1)
}

function orClonable<T>(make: () => T): T {
  try {
    return make()
  } catch (error) {
    if (!(error instanceof DisConfigError)) throw error
    const { name, code, message, problems } = error
    throw new Error(message, { cause: { name, code, problems } })
  }
}

function answerQuestions(): void {
  const channel = new BroadcastChannel(channelName(threadId))
  channel.onmessage = (event: unknown) => {
    const question = fieldOf(event, 'data')
    if (!isQuestion(question)) return
    void answer(question).then((answer) => channel.postMessage(answer))
  }
}

async function answer({ id, kind, index, timeoutMs }: Question): Promise<Answer> {
  if (kind === 'stats') return { answers: id, stats: streams[index]?.producer.stats() }
  return { answers: id, report: await flushAll(timeoutMs) }
}

let isDelayed = false

/** Lets thread-stream say that a flush is done only when it is. In between stands pino's worker, which passes no flush on. */
function delayFlushed(): void {
  if (isDelayed || parentPort === null) return
  isDelayed = true
  const port = parentPort
  const post = port.postMessage.bind(port)
  port.postMessage = (message: unknown, ...rest) => {
    if (fieldOf(message, 'code') !== 'FLUSHED') post(message, ...rest)
    else void flushAll().then(() => post(message, ...rest))
  }
}

/** The sum of the reports. */
async function flushAll(timeoutMs?: number): Promise<FlushReport> {
  await passedOn()
  const reports = await Promise.all(streams.map(({ producer }) => producer.flush({ timeoutMs })))
  publish(false)
  return reports.reduce((sum, report) => ({
    delivered: sum.delivered + report.delivered,
    rejected: sum.rejected + report.rejected,
    dropped: sum.dropped + report.dropped,
    spooled: sum.spooled + report.spooled,
    pending: sum.pending + report.pending
  }))
}

/** Resolves when lines that were written before are through pino's own streams. These work in ticks, not in turns of the loop. */
async function passedOn(): Promise<void> {
  for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve))
}
