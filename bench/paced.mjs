/**
 * `pnpm bench:paced`: what a transport takes while an application logs at an even pace, and how long a line is under way. That is what
 * an application sees, but for bursts.
 */
import { installPeers } from './cases/peers.mjs'
import { chance, shuffled } from './measure/chance.mjs'
import { runChild, startServer } from './measure/child.mjs'
import { readFlags } from './measure/flags.mjs'
import { machine } from './measure/machine.mjs'
import { PACED_CASES } from './paced/cases.mjs'
import { pacedCharts, pacedLine, pacedReport, summarizePaced } from './report/paced.mjs'
import { RESULTS, store } from './report/store.mjs'

/** @import { PacedRun } from './paced/run.mjs' */

const flags = readFlags('pnpm bench:paced -- CPU and delay at an even pace', {
  rates: { default: [1_000, 10_000], about: 'lines a second' },
  seconds: { default: 5, about: 'that count, in each run' },
  warmup: { default: 5, about: 'seconds before that' },
  rounds: { default: 6, about: 'runs of each case; 6 or more for intervals' },
  bytes: { default: 250, about: 'size of a line' },
  only: {
    default: '',
    about: 'cases whose name holds one of these, comma-separated; what they are compared with runs as well'
  },
  seed: { default: 1, about: 'of the order of the cases in each round' },
  out: { default: RESULTS, about: 'folder for the results' }
})

installPeers()
const parts = flags.only.split(',')
const asked = PACED_CASES.filter(({ name }) => parts.some((part) => name.includes(part)))
const cases = PACED_CASES.filter((one) => asked.includes(one) || asked.some(({ base }) => base === one.name))
const on = machine()
const sink = await startServer(new URL('sink/main.mjs', import.meta.url))
/** @type {Map<string, (PacedRun | undefined)[]>} by case and rate; a run that failed keeps its place in the round */
const runs = new Map()
const random = chance(flags.seed)
try {
  for (let round = 1; round <= flags.rounds; round++) {
    for (const rate of flags.rates) {
      for (const one of shuffled(cases, random)) {
        const run = await runOnce(one, rate)
        const key = JSON.stringify([one.name, rate])
        runs.set(key, [...(runs.get(key) ?? []), run])
        if (run === undefined) continue
        console.log(
          `${round}/${flags.rounds}  ${String(rate).padStart(6)} lines/s  ${one.name.padEnd(24)} ${pacedLine(run)}`
        )
      }
    }
  }
} finally {
  sink.stop()
}

const rows = summarizePaced(cases, flags.rates, (name, rate) => runs.get(JSON.stringify([name, rate])) ?? [])
const { rounds, seconds, bytes } = flags
const results = { machine: on, rounds, seconds, bytes, rates: flags.rates, rows }
const report = pacedReport(results)
console.log(`\n${report}`)
store(flags.out, { 'paced.json': results, 'paced.md': report, ...pacedCharts(results) })

/**
 * @param {import('./paced/cases.mjs').PacedCase} one
 * @param {number} rate
 * @returns {Promise<PacedRun | undefined>}
 */
async function runOnce({ name, runs: ran, lingerMs }, rate) {
  const [warmUpMs, measureMs] = [flags.warmup * 1_000, flags.seconds * 1_000]
  const given = { name: ran, sink: sink.url, bytes: flags.bytes, rate, warmUpMs, measureMs, lingerMs }
  try {
    const script = new URL('paced/run.mjs', import.meta.url)
    return await runChild(script, given, { timeoutMs: warmUpMs + measureMs + 60_000 })
  } catch (error) {
    // One peer that fails must not cost the figures of all others; it is missing from the table.
    console.error(`${name}, ${rate} lines/s: ${error instanceof Error ? error.message : error}`)
    return undefined
  }
}
