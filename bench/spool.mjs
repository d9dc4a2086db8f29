// `pnpm bench:spool [--against <folder of another checkout, built>]`: what writing a line in mode 'always' costs, and the same
// of another build in pairs of one run.
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { runChild } from './measure/child.mjs'
import { readFlags } from './measure/flags.mjs'
import { median } from './measure/median.mjs'

const flags = readFlags('What writing a line to the spool costs.', {
  rounds: { default: 9, about: 'runs of each build' },
  against: { default: '', about: 'another checkout, built, to be measured in turn' }
})
const CHILD = new URL('spool/write.mjs', import.meta.url)
const TURNS = [
  { perTurn: 1, lines: 40_000 },
  { perTurn: 50, lines: 150_000 }
]

/** @param {string} checkout */
const coreOf = (checkout) => pathToFileURL(resolve(checkout, 'packages/core/dist/index.mjs')).href

const own = coreOf(new URL('..', import.meta.url).pathname)
for (const { perTurn, lines } of TURNS) {
  /** @type {number[]} */
  const ours = []
  /** @type {number[]} */
  const theirs = []
  const measure = async (/** @type {string} */ core) => {
    const { microsPerLine } = await runChild(CHILD, { core, lines, perTurn }, { timeoutMs: 60_000 })
    return microsPerLine
  }
  for (let round = 0; round < flags.rounds; round++) {
    if (flags.against !== '') theirs.push(await measure(coreOf(flags.against)))
    ours.push(await measure(own))
  }
  const text = `${perTurn} line${perTurn === 1 ? '' : 's'} a turn: ${median(ours).toFixed(2)} µs a line`
  const ratios = theirs.map((micros, round) => (ours[round] ?? 0) / micros)
  const pairs =
    theirs.length === 0 ? '' : `, against ${median(theirs).toFixed(2)}: ${median(ratios).toFixed(2)} ×`
  console.log(text + pairs)
}
