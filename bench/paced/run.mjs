/**
 * One case under a load of so many lines a second: the script of a child process. An application that is not busy logs a few lines,
 * waits, and logs again; what its transport then takes is mostly waking up, and not what a line takes in a burst.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { caseNamed } from '../cases/cases.mjs'
import { THIS_CHECKOUT } from '../cases/ours.mjs'
import { arrivals, now, resetSink } from '../measure/arrivals.mjs'
import { finish, job } from '../measure/child.mjs'
import { Histogram } from '../measure/histogram.mjs'
import { makeEntries } from '../measure/lines.mjs'
import { peakMemory } from '../measure/threads.mjs'
import { SENT_AT } from '../sink/sent-times.mjs'

/**
 * @typedef {object} PacedRun
 * @property {number} linesPerSecond really logged
 * @property {number} cpuShare of one core, by all threads of the process
 * @property {number | null} delayP50Ms from the log call until the sink had answered; null where there is no sink
 * @property {number | null} delayP99Ms
 * @property {number} peakMb
 * @property {number} lost lines that never arrived
 */

/** @typedef {{ name: string, sink: string, bytes: number, rate: number, warmUpMs: number, measureMs: number, lingerMs?: number, build?: string }} PacedJob */

/** Time between two looks at what is due: that of an application with some hundred requests a second. */
const TICK_MS = 2
/** Lines are logged on after the measurement, so that the last of those that count meet nothing of the end. */
const AFTER_MS = 1_200
/** Until the first line: what starts needs some time of its own. */
const BEFORE_MS = 100

/** @type {PacedJob} */
const { name, sink, bytes, rate, warmUpMs, measureMs, lingerMs, build = THIS_CHECKOUT } = job()
const entries = makeEntries(bytes)
for (const { fields } of entries) fields[SENT_AT] = now()
const lines = Math.ceil((rate * (warmUpMs + measureMs + AFTER_MS)) / 1_000)
const subject = caseNamed(name)
const running = await subject.start({ sink, lines, entries, build, lingerMs })
const startAt = now() + BEFORE_MS
const timed = { from: startAt + warmUpMs, until: startAt + warmUpMs + measureMs }
await resetSink(sink, { aggregated: subject.aggregated === true, timed })

// pino's worker does not keep the process alive while it ends.
setInterval(() => {}, 10_000)
let logged = 0
await logUntil(timed.from)
const before = { at: now(), logged, cpu: process.cpuUsage() }
await logUntil(timed.until)
const { user, system } = process.cpuUsage(before.cpu)
const tookMs = now() - before.at
const linesPerSecond = ((logged - before.logged) / tookMs) * 1_000
await logUntil(timed.until + AFTER_MS)
await running.end()
const seen = subject.toSink ? await arrivals(sink, logged) : undefined
const delays = new Histogram(seen?.delays ?? [])

finish(
  /** @type {PacedRun} */ ({
    linesPerSecond,
    cpuShare: (user + system) / 1_000 / tookMs,
    delayP50Ms: seen === undefined ? null : delays.quantile(0.5),
    delayP99Ms: seen === undefined ? null : delays.quantile(0.99),
    peakMb: peakMemory() / 1_048_576,
    lost: seen === undefined ? 0 : logged - seen.lines
  })
)

/** @param {number} end */
async function logUntil(end) {
  for (let time = now(); time < end; time = now()) {
    // What a busy machine has kept from being logged is made up for, so that each case logs as many.
    for (const due = ((time - startAt) * rate) / 1_000; logged < due; logged++) {
      const entry = entries[logged % entries.length]
      entry.fields[SENT_AT] = now()
      running.log(entry, logged)
    }
    await sleep(TICK_MS)
  }
}
