/**
 * `pnpm bench:compare --base <commit or folder>`: two builds of ours on this machine, in pairs of one run each, one right after the
 * other. For each case it says whether CPU a line, lines/s and peak memory have changed by more than 3 %, with a confidence interval.
 *
 * Status 1: at least one regression is proven. 0: none is; something may be unclear. 2: it could not be measured.
 */
import { join } from 'node:path'
import { CASES } from './cases/cases.mjs'
import { THIS_CHECKOUT } from './cases/ours.mjs'
import { installPeers } from './cases/peers.mjs'
import { BadBase, baseBuild, builtFolder } from './compare/builds.mjs'
import { fail, readGiven } from './compare/given.mjs'
import { compareRuns, methodOf, pairLine, statusOf, summaryOf, tableOf } from './compare/report.mjs'
import { turns } from './compare/turns.mjs'
import { chance } from './measure/chance.mjs'
import { runChild, startServer } from './measure/child.mjs'
import { describeMachine, machine } from './measure/machine.mjs'
import { store } from './report/store.mjs'

/** @import { Run } from './cases/run.mjs' */
/** @import { Turn } from './compare/turns.d.mts' */

const RUN = new URL('cases/run.mjs', import.meta.url)
const given = readGiven()
const { rounds, cases, lines, bytes, seed } = given
const judged = { confidence: given.confidence / 100, threshold: given.threshold / 100 }
const builds = prepare()
// Only loggers in front come from there.
if (CASES.some(({ name, front }) => cases.includes(name) && front !== 'direct')) installPeers()

const on = machine()
const head =
  `${describeMachine(on)}.\n` +
  `Base: ${builds.base.title}. Branch: ${builds.branch.title}.\n` +
  `${rounds} pairs of ${lines} lines of ${bytes} bytes; order by seed ${seed}.`
console.log(`${head}\n`)
const pairs = await measure()
const rows = [...pairs].flatMap(([name, list]) => compareRuns(name, list, judged))
const report = `${head}\n\n${tableOf(rows)}\n\n${methodOf(rows, judged)}\n`
console.log(`\n${report}\n${summaryOf(rows)}`)
if (given.out !== '') {
  const results = { machine: on, ...judged, seed, rows, pairs: Object.fromEntries(pairs) }
  store(given.out, { 'compare.json': results, 'compare.md': report })
}
process.exit(statusOf(rows))

function prepare() {
  try {
    const branch = builtFolder(THIS_CHECKOUT)
    const kept = join(THIS_CHECKOUT, 'bench/.builds')
    return { base: baseBuild(given.base, { repository: THIS_CHECKOUT, kept }), branch }
  } catch (error) {
    if (error instanceof BadBase) return fail(error.message)
    throw error
  }
}

/** One pair of each case in a round, so that a bad minute of the machine meets one pair of all cases and not all pairs of one. */
async function measure() {
  const sink = await startServer(new URL('sink/main.mjs', import.meta.url))
  /** @type {Map<string, Record<'base' | 'branch', Run>[]>} */
  const found = new Map(cases.map((name) => [name, []]))
  const random = chance(seed)
  const order = new Map(cases.map((name) => [name, turns(rounds, random)]))
  for (const name of cases) {
    // Not counted: it reads the files of both builds, and the sink learns the case.
    await runPair(name, sink.url, ['base', 'branch'])
  }
  for (let round = 0; round < rounds; round++) {
    for (const [name, list] of found) {
      const turn = order.get(name)?.[round] ?? ['base', 'branch']
      const pair = await runPair(name, sink.url, turn)
      list.push(pair)
      console.log(
        `${round + 1}/${rounds}  ${name.padEnd(25)} ${`${turn[0]} first`.padEnd(12)}  ${pairLine(pair)}`
      )
    }
  }
  sink.stop()
  return found
}

/**
 * @param {string} name
 * @param {string} sink
 * @param {Turn} turn
 */
async function runPair(name, sink, [first, second]) {
  const one = await runOnce(name, sink, first)
  const other = await runOnce(name, sink, second)
  return first === 'base' ? { base: one, branch: other } : { base: other, branch: one }
}

/**
 * @param {string} name
 * @param {string} sink
 * @param {'base' | 'branch'} which
 * @returns {Promise<Run>}
 */
async function runOnce(name, sink, which) {
  const { folder, title } = builds[which]
  try {
    /** @type {Run} */
    const run = await runChild(
      RUN,
      { name, bytes, lines, sink, build: folder },
      { timeoutMs: given.timeout * 1_000 }
    )
    return run.lost === 0 ? run : fail(`${name}, ${title}: ${run.lost} of ${lines} lines never arrived`)
  } catch (error) {
    return fail(`${name}, ${title}: ${error instanceof Error ? error.message : error}`)
  }
}
