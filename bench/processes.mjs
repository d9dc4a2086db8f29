/**
 * `pnpm bench:processes`: several processes at once, each with a logger and a transport of its own, against one sink: what a machine
 * with more cores runs, with `cluster`, PM2 or several containers.
 */
import { CASES, caseNamed } from './cases/cases.mjs'
import { installPeers } from './cases/peers.mjs'
import { arrivals, resetSink } from './measure/arrivals.mjs'
import { chance, shuffled } from './measure/chance.mjs'
import { runTogether, startServer } from './measure/child.mjs'
import { readFlags } from './measure/flags.mjs'
import { machine } from './measure/machine.mjs'
import {
  processesCharts,
  processesLine,
  processesReport,
  summarizeProcesses,
  togetherOf
} from './report/processes.mjs'
import { RESULTS, store } from './report/store.mjs'

/** @import { OneOfThem } from './processes/run.mjs' */
/** @import { Together } from './report/processes.mjs' */

const flags = readFlags('pnpm bench:processes -- several processes at once, one logger in each', {
  counts: { default: [1, 2, 4], about: 'processes at once' },
  lines: { default: 100_000, about: 'that each of them logs, as fast as it can' },
  rounds: { default: 6, about: 'runs of each case; 6 or more for intervals' },
  bytes: { default: 250, about: 'size of a line' },
  only: {
    default: 'pino/file,pino-loki,pino-dis,winston → nothing,winston-dis,createProducer',
    about: 'names of cases, comma-separated'
  },
  seed: { default: 1, about: 'of the order of the cases in each round' },
  timeout: { default: 120, about: 'seconds after which a run is given up' },
  out: { default: RESULTS, about: 'folder for the results' }
})

installPeers()
const names = flags.only.split(',')
const cases = CASES.filter(({ name }) => names.includes(name))
const on = machine()
const sink = await startServer(new URL('sink/main.mjs', import.meta.url))
/** @type {Map<string, Together[]>} */
const runs = new Map()
const random = chance(flags.seed)
try {
  for (let round = 1; round <= flags.rounds; round++) {
    for (const count of flags.counts) {
      for (const { name } of shuffled(cases, random)) {
        const run = await runOnce(name, count)
        if (run === undefined) continue
        const key = JSON.stringify([name, count])
        runs.set(key, [...(runs.get(key) ?? []), run])
        console.log(`${round}/${flags.rounds}  ${count} × ${name.padEnd(20)} ${processesLine(run)}`)
      }
    }
  }
} finally {
  sink.stop()
}

const rows = summarizeProcesses(
  cases,
  flags.counts,
  (name, count) => runs.get(JSON.stringify([name, count])) ?? []
)
const { rounds, lines, bytes } = flags
const results = { machine: on, rounds, lines, bytes, rows }
const report = processesReport(results)
console.log(`\n${report}`)
store(flags.out, { 'processes.json': results, 'processes.md': report, ...processesCharts(results) })

/**
 * @param {string} name
 * @param {number} count
 * @returns {Promise<Together | undefined>}
 */
async function runOnce(name, count) {
  const total = flags.lines * count
  const given = { name, bytes: flags.bytes, lines: flags.lines, total, sink: sink.url }
  const { toSink, aggregated = false } = caseNamed(name)
  await resetSink(sink.url, { aggregated })
  try {
    /** @type {OneOfThem[]} */
    const each = await runTogether(
      new URL('processes/run.mjs', import.meta.url),
      Array.from({ length: count }, () => given),
      { timeoutMs: flags.timeout * 1_000 }
    )
    const arrived = toSink ? (await arrivals(sink.url, total)).lines : total
    return togetherOf(each, total, arrived)
  } catch (error) {
    // One peer that fails must not cost the figures of all others; it is missing from the table.
    console.error(`${count} × ${name}: ${error instanceof Error ? error.message : error}`)
    return undefined
  }
}
