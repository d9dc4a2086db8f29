/**
 * `pnpm bench`: peers and ours against one sink, each run in a process of its own. The rounds are
 * interleaved (every case once, then every case again), so that what slows the machine for a minute slows
 * one round of all cases and not all rounds of one.
 */
import { CASES } from './cases/cases.mjs'
import { installPeers } from './cases/peers.mjs'
import { runChild, startServer } from './measure/child.mjs'
import { readFlags } from './measure/flags.mjs'
import { machine } from './measure/machine.mjs'
import { againstBases } from './report/against.mjs'
import { RESULTS, store } from './report/store.mjs'
import { chartsOf, reportOf, rowLine, summarize } from './report/throughput.mjs'

/** @import { Run } from './cases/run.mjs' */

const flags = readFlags('pnpm bench -- compares transports, side by side against one sink', {
  lines: { default: 200_000, about: 'lines of 250 bytes in a run; a quarter of it of 2 KB' },
  rounds: { default: 3, about: 'runs of each case; medians are taken' },
  bytes: { default: [250, 2_048], about: 'sizes of a line' },
  only: { default: '', about: 'cases whose name holds one of these, comma-separated; pino/file always runs' },
  timeout: { default: 60, about: 'seconds after which a run is given up' },
  profile: { default: '', about: 'folder for a CPU profile of every thread (slows the runs)' },
  out: { default: RESULTS, about: 'folder for the results' }
})

installPeers()
const wanted = flags.only === '' ? [] : flags.only.split(',')
const cases = CASES.filter(
  ({ name }) => wanted.length === 0 || name === 'pino/file' || wanted.some((part) => name.includes(part))
)
const on = machine()
const sink = await startServer(new URL('./sink/main.mjs', import.meta.url))
/** By case and size; a run that failed keeps its place in the round. @type {Map<string, (Run | undefined)[]>} */
const runs = new Map()
try {
  for (let round = 1; round <= flags.rounds; round++) {
    for (const bytes of flags.bytes) {
      for (const { name } of cases) {
        const run = await runOnce(name, bytes)
        const key = JSON.stringify([name, bytes])
        runs.set(key, [...(runs.get(key) ?? []), run])
        if (run === undefined) continue
        console.log(
          `${round}/${flags.rounds}  ${String(bytes).padStart(5)} B  ${name.padEnd(30)} ${rowLine(run)}`
        )
      }
    }
  }
} finally {
  sink.stop()
}

const runsOf = (/** @type {string} */ name, /** @type {number} */ bytes) =>
  runs.get(JSON.stringify([name, bytes])) ?? []
const rows = summarize(cases, flags.bytes, runsOf)
const against = flags.bytes.map((bytes) => ({
  bytes,
  rows: againstBases(cases, (name) => runsOf(name, bytes))
}))
const results = {
  machine: on,
  rounds: flags.rounds,
  lines: Object.fromEntries(flags.bytes.map(withLines)),
  rows,
  against
}
const report = reportOf(results)
console.log(`\n${report}`)
store(flags.out, { 'throughput.json': results, 'throughput.md': report, ...chartsOf(results) })

/** @param {number} bytes */
function withLines(bytes) {
  return [bytes, linesOf(bytes)]
}

/**
 * Fewer lines where they are long, so that a run takes about as long. A round hundred: some cases write so many at once.
 * @param {number} bytes
 */
function linesOf(bytes) {
  return Math.ceil(flags.lines / (bytes > 1_000 ? 4 : 1) / 100) * 100
}

/**
 * @param {string} name
 * @param {number} bytes
 * @returns {Promise<Run | undefined>}
 */
async function runOnce(name, bytes) {
  const execArgv = flags.profile === '' ? [] : ['--cpu-prof', `--cpu-prof-dir=${flags.profile}`]
  const job = { name, bytes, lines: linesOf(bytes), sink: sink.url }
  try {
    return await runChild(new URL('./cases/run.mjs', import.meta.url), job, {
      timeoutMs: flags.timeout * 1_000,
      execArgv
    })
  } catch (error) {
    // One peer that fails must not cost the figures of all others; it is missing from the table.
    console.error(`${name}, ${bytes} B: ${error instanceof Error ? error.message : error}`)
    return undefined
  }
}
