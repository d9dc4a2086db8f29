/** One run of one case: the script of a child process. */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { arrivals, now, resetSink } from '../measure/arrivals.mjs'
import { finish, job } from '../measure/child.mjs'
import { makeEntries } from '../measure/lines.mjs'
import { CpuWatch, peakMemory, startPool } from '../measure/threads.mjs'
import { caseNamed } from './cases.mjs'
import { THIS_CHECKOUT } from './ours.mjs'

/**
 * @typedef {object} Run
 * @property {number} linesPerSecond from the first log call until the last line had arrived
 * @property {number} logCallsPerSecond the log calls alone
 * @property {number} mainUs CPU of the main thread for each line
 * @property {number} workerUs CPU of the worker thread for each line
 * @property {number} allUs CPU of the process for each line
 * @property {number} peakMb
 * @property {number} delayP99Ms how late the event loop was while logging
 * @property {number} lost lines that never arrived
 * @property {Record<string, number>} [peaks] peak memory in MB after so many lines
 */

/** Lines between two turns of the event loop: an application logs a few with each request. */
const SLICE = 100
const DELAY_RESOLUTION_MS = 2
/** From the start until the first line: time for all that is loaded then. */
const SETTLE_MS = 400

/** @type {{ name: string, bytes: number, lines: number, sink: string, build?: string, marks?: number[] }} */
const { name, bytes, lines, sink, build = THIS_CHECKOUT, marks = [] } = job()
const entries = makeEntries(bytes)
const subject = caseNamed(name)
await startPool()
await resetSink(sink, { aggregated: subject.aggregated === true })

// Its timer keeps the process alive as well: pino's worker does not.
const watch = new CpuWatch()
const running = await subject.start({ sink, lines, entries, build })
// Some load modules a little later, in this thread or in a worker: see bench:startup for what that costs.
await sleep(SETTLE_MS)
// Starting (loading modules, a worker) is no part of the cost of a line.
const cpuBefore = watch.now()
const delay = monitorEventLoopDelay({ resolution: DELAY_RESOLUTION_MS })
delay.enable()
const startedAt = now()
const peaks = await logAll()
const loggedAt = now()
delay.disable()
await running.end()
const endedAt = now()
const arrived = subject.toSink ? await arrivals(sink, lines) : { lines, lastAt: endedAt }
const cpu = costs()

finish(
  /** @type {Run} */ ({
    linesPerSecond: perSecond(arrived.lines, arrived.lastAt - startedAt),
    logCallsPerSecond: perSecond(lines, loggedAt - startedAt),
    mainUs: cpu.main / lines,
    workerUs: cpu.worker / lines,
    allUs: cpu.all / lines,
    peakMb: peakMemory() / 1_048_576,
    delayP99Ms: Math.max(0, delay.percentile(99) / 1e6 - DELAY_RESOLUTION_MS),
    lost: lines - arrived.lines,
    peaks
  })
)

async function logAll() {
  /** @type {Record<string, number>} */
  const seen = {}
  for (let index = 0; index < lines; index++) {
    const entry = entries[index % entries.length]
    if (running.log(entry, index) === false) await running.room?.()
    if (index % SLICE === SLICE - 1) {
      await new Promise(setImmediate)
      if (marks.includes(index + 1)) seen[index + 1] = peakMemory() / 1_048_576
    }
  }
  return seen
}

function costs() {
  const cpu = watch.now()
  watch.stop()
  return {
    main: cpu.main - cpuBefore.main,
    worker: cpu.worker - cpuBefore.worker,
    all: cpu.all - cpuBefore.all
  }
}

/**
 * @param {number} count
 * @param {number} ms
 */
function perSecond(count, ms) {
  return ms > 0 ? (count / ms) * 1_000 : 0
}
