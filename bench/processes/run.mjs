/** One of several processes that log at once: the script of a child process. */
import { caseNamed } from '../cases/cases.mjs'
import { THIS_CHECKOUT } from '../cases/ours.mjs'
import { arrivals, now } from '../measure/arrivals.mjs'
import { finish, job, together } from '../measure/child.mjs'
import { makeEntries } from '../measure/lines.mjs'
import { CpuWatch, peakMemory, startPool } from '../measure/threads.mjs'

/**
 * @typedef {object} OneOfThem
 * @property {number} startedAt ms since 1970: when it logged its first line
 * @property {number} endedAt when its last line was there, as far as it can say so
 * @property {number} mainUs CPU for each line
 * @property {number} workerUs
 * @property {number} allUs
 * @property {number} peakMb
 */

/** Lines between two turns of the event loop, as in `pnpm bench`. */
const SLICE = 100

/** `total`: lines of all processes. @type {{ name: string, bytes: number, lines: number, total: number, sink: string }} */
const { name, bytes, lines, total, sink } = job()
const entries = makeEntries(bytes)
const subject = caseNamed(name)
await startPool()
// Its timer keeps the process alive as well: pino's worker does not.
const watch = new CpuWatch()
const running = await subject.start({ sink, lines, entries, build: THIS_CHECKOUT })
await together()

const before = watch.now()
const startedAt = now()
for (let index = 0; index < lines; index++) {
  if (running.log(entries[index % entries.length], index) === false) await running.room?.()
  if (index % SLICE === SLICE - 1) await new Promise(setImmediate)
}
await running.end()
// Some libraries deliver after they have ended: nobody goes before the sink has the lines of all.
const endedAt = subject.toSink ? (await arrivals(sink, total)).lastAt : now()
const cpu = watch.now()
watch.stop()

finish(
  /** @type {OneOfThem} */ ({
    startedAt,
    endedAt,
    mainUs: (cpu.main - before.main) / lines,
    workerUs: (cpu.worker - before.worker) / lines,
    allUs: (cpu.all - before.all) / lines,
    peakMb: peakMemory() / 1_048_576
  })
)
