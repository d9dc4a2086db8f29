/**
 * `pnpm bench:startup`: what a logger's transport costs before the first line: time and CPU, each start in a process of its own. The
 * rounds are interleaved, in an order by chance, so that what slows the machine for a minute slows one round of all cases.
 */
import { resolve } from 'node:path'
import { THIS_CHECKOUT } from './cases/ours.mjs'
import { installPeers } from './cases/peers.mjs'
import { chance, shuffled } from './measure/chance.mjs'
import { runChild, startServer } from './measure/child.mjs'
import { readFlags } from './measure/flags.mjs'
import { machine } from './measure/machine.mjs'
import { otherBuild, startLine, startupChart, startupReport, summarizeStarts } from './report/startup.mjs'
import { RESULTS, store } from './report/store.mjs'
import { STARTUP_CASES } from './startup/cases.mjs'

/** @import { Started } from './startup/run.mjs' */

const flags = readFlags('pnpm bench:startup -- what a transport costs before the first line', {
  rounds: { default: 20, about: 'starts of each case; 6 or more for intervals' },
  only: { default: '', about: 'cases whose name holds one of these, comma-separated; pino/file always runs' },
  against: {
    default: '',
    about: 'folder of another checkout, built: its pino-dis and winston-dis run as well'
  },
  seed: { default: 1, about: 'of the order of the cases in each round' },
  timeout: { default: 30, about: 'seconds after which a start is given up' },
  out: { default: RESULTS, about: 'folder for the results' }
})

installPeers()
const parts = flags.only.split(',')
const wanted = STARTUP_CASES.filter(
  ({ name }) => name === 'pino/file' || parts.some((part) => name.includes(part))
)
const cases = wanted.flatMap(({ name, front, ours }) => {
  const own = { name, front, ours, row: name, build: THIS_CHECKOUT }
  if (!ours || flags.against === '') return [own]
  return [own, { ...own, ours: false, row: otherBuild(name), build: resolve(flags.against) }]
})
const on = machine()
const sink = await startServer(new URL('sink/main.mjs', import.meta.url))
/** @type {Map<string, Started[]>} */
const starts = new Map(cases.map(({ row }) => [row, []]))
const random = chance(flags.seed)
try {
  // Not counted: it reads the files.
  for (const one of cases) await startOnce(one)
  for (let round = 1; round <= flags.rounds; round++) {
    for (const one of shuffled(cases, random)) {
      const started = await startOnce(one)
      // Only whole rounds: ratios are taken within one.
      if (started === undefined) {
        starts.delete(one.row)
        continue
      }
      starts.get(one.row)?.push(started)
      console.log(`${round}/${flags.rounds}  ${one.row.padEnd(34)} ${startLine(started)}`)
    }
  }
} finally {
  sink.stop()
}

const rows = summarizeStarts(cases, (row) => starts.get(row) ?? [])
const results = { machine: on, rounds: flags.rounds, rows }
const report = startupReport(results)
console.log(`\n${report}`)
store(flags.out, { 'startup.json': results, 'startup.md': report, 'startup.svg': startupChart(results) })

/**
 * @param {{ name: string, row: string, build: string }} one
 * @returns {Promise<Started | undefined>}
 */
async function startOnce({ name, row, build }) {
  const script = new URL('startup/run.mjs', import.meta.url)
  try {
    return await runChild(script, { name, sink: sink.url, build }, { timeoutMs: flags.timeout * 1_000 })
  } catch (error) {
    // One peer that fails must not cost the figures of all others; it is missing from the table.
    console.error(`${row}: ${error instanceof Error ? error.message : error}`)
    return undefined
  }
}
