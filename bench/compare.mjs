/**
 * `pnpm bench:compare`: the last run of `pnpm bench` against the baseline that is kept in the repository.
 * Ratios to pino/file within the same run are compared, never times: the machine is another one each day.
 */
import { copyFileSync, existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readFlags } from './measure/flags.mjs'
import { RESULTS } from './report/store.mjs'

/** @import { Results, Row } from './report/throughput.mjs' */

const flags = readFlags('pnpm bench:compare -- the last pnpm bench against bench/baseline.json', {
  baseline: {
    default: fileURLToPath(new URL('baseline.json', import.meta.url)),
    about: 'what to compare with'
  },
  results: { default: resolve(RESULTS, 'throughput.json'), about: 'what is compared' },
  tolerance: { default: 0.25, about: 'change of a ratio that is taken for noise' },
  update: { default: false, about: 'make these results the baseline' }
})

/** By which ratio, and which way is better. */
const MEASURES = /** @type {const} */ ([
  { key: 'linesPerSecond', text: 'lines/s', moreIsBetter: true },
  { key: 'allUs', text: 'CPU a line', moreIsBetter: false },
  { key: 'peakMb', text: 'peak memory', moreIsBetter: false }
])

if (flags.update) {
  copyFileSync(flags.results, flags.baseline)
  console.log(`${flags.baseline} is now ${flags.results}`)
  process.exit(0)
}

const before = read(flags.baseline)
const after = read(flags.results)
let compared = 0
let regressions = 0
for (const row of after.rows) {
  const old = before.rows.find(({ name, bytes }) => name === row.name && bytes === row.bytes)
  if (old === undefined) continue
  compared++
  for (const measure of MEASURES) report(old, row, measure)
  if (row.ours && row.median.lost > old.median.lost) {
    regressions++
    console.log(`WORSE  ${title(row)}: ${row.median.lost} lines lost, before ${old.median.lost}`)
  }
}
if (compared === 0) fail('the two have no case in common')
console.log(
  `${compared} cases compared with ${before.machine.date.slice(0, 10)}, tolerance ${flags.tolerance * 100} %: ` +
    `${regressions === 0 ? 'no regression' : `${regressions} regressions`}`
)
process.exit(regressions === 0 ? 0 : 1)

/**
 * @param {Row} old
 * @param {Row} row
 * @param {(typeof MEASURES)[number]} measure
 */
function report(old, row, { key, text, moreIsBetter }) {
  const change = row.toFile[key] / old.toFile[key] - 1
  // Rounds that were further apart than the tolerance cannot show a smaller change of the rate.
  const noise = key === 'linesPerSecond' ? Math.max(old.spread, row.spread) : 0
  if (!(Math.abs(change) > Math.max(flags.tolerance, noise))) return
  const isWorse = moreIsBetter ? change < 0 : change > 0
  // A peer that got slower, most likely by a new version, is news and not our regression.
  if (isWorse && row.ours) regressions++
  const word = isWorse ? (row.ours ? 'WORSE ' : 'worse ') : 'better'
  console.log(
    `${word} ${title(row)}: ${text} × ${row.toFile[key].toFixed(2)} of pino/file, before × ${old.toFile[key].toFixed(2)} ` +
      `(${change > 0 ? '+' : ''}${Math.round(change * 100)} %)`
  )
}

/** @param {Row} row */
function title({ name, bytes }) {
  return `${name}, ${bytes} B`
}

/**
 * @param {string} path
 * @returns {Results}
 */
function read(path) {
  if (!existsSync(path))
    fail(`there is no ${path}: run pnpm bench first${path === flags.baseline ? ', then --update' : ''}`)
  return JSON.parse(readFileSync(path, 'utf8'))
}

/**
 * @param {string} message
 * @returns {never}
 */
function fail(message) {
  console.error(message)
  process.exit(2)
}
