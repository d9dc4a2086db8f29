/** Pairs of runs → what has changed, as a table and as an exit status. */
import { median } from '../measure/median.mjs'
import { fixed, markdownTable, thousands } from '../report/markdown.mjs'
import { changeOf, judge } from './change.mjs'

/** @import { Compared, Given, PairOfRuns } from './report.d.mts' */

/** By what, and which way is better. CPU first: of the three it depends least on what else the machine does. */
const MEASURES = /** @type {const} */ ([
  { key: 'allUs', text: 'CPU, µs a line', moreIsBetter: false, worse: 'slower', better: 'faster', show: cpu },
  {
    key: 'linesPerSecond',
    text: 'lines/s',
    moreIsBetter: true,
    worse: 'slower',
    better: 'faster',
    show: thousands
  },
  {
    key: 'peakMb',
    text: 'peak memory, MB',
    moreIsBetter: false,
    worse: 'larger',
    better: 'smaller',
    show: whole
  }
])

/**
 * @param {string} name of the case
 * @param {readonly PairOfRuns[]} pairs
 * @param {Given} given
 * @returns {Compared[]} one for each measure
 * @throws {RangeError} if a run measured nothing, for example 0 µs
 */
export function compareRuns(name, pairs, { confidence, threshold }) {
  return MEASURES.map(({ key, text, moreIsBetter, worse, better, show }) => {
    const change = changeOf(
      pairs.map(({ base, branch }) => [base[key], branch[key]]),
      confidence
    )
    const verdict = judge(change, moreIsBetter, threshold)
    const by = `by more than ${percentOf(threshold)}`
    const words = {
      worse: `${worse} ${by}`,
      better: `${better} ${by}`,
      same: `no change of more than ${percentOf(threshold)}`
    }
    return {
      name,
      measure: text,
      pairs: pairs.length,
      base: show(median(pairs.map(({ base }) => base[key]))),
      branch: show(median(pairs.map(({ branch }) => branch[key]))),
      ...change,
      verdict,
      words: verdict === 'unclear' ? 'unclear: more rounds' : words[verdict]
    }
  })
}

/** @param {PairOfRuns} pair */
export function pairLine({ base, branch }) {
  return MEASURES.map(({ key, text }) => `${text.split(',')[0]} ${changeText(branch[key] / base[key])}`).join(
    '  '
  )
}

/** @param {readonly Compared[]} rows */
export function tableOf(rows) {
  return markdownTable(
    ['case', 'measure', 'base', 'branch', 'change', 'interval', 'verdict'],
    rows.map(({ name, measure, base, branch, ratio, low, high, words }) => [
      name,
      measure,
      base,
      branch,
      changeText(ratio),
      `${changeText(low)} … ${changeText(high)}`,
      words
    ])
  )
}

/**
 * @param {readonly Compared[]} rows
 * @param {Given} given
 */
export function methodOf(rows, { confidence, threshold }) {
  return [
    `Change: Hodges and Lehmann's estimate of branch / base. Interval: Wilcoxon's signed ranks, exact, ${percentOf(confidence)} for each`,
    `of the ${rows.length} rows by itself, not corrected for their number. A verdict on more or less needs the whole interval`,
    `beyond ${percentOf(threshold)}. If nothing changed, that is much rarer than an interval that misses.`
  ].join('\n')
}

/** @param {readonly Compared[]} rows */
export function summaryOf(rows) {
  const count = (/** @type {string} */ wanted) => rows.filter(({ verdict }) => verdict === wanted).length
  return `${count('worse')} worse, ${count('better')} better, ${count('same')} without a change, ${count('unclear')} unclear`
}

/**
 * @param {readonly Compared[]} rows
 * @returns {0 | 1} 1: at least one regression is proven. What is unclear is none.
 */
export const statusOf = (rows) => (rows.some(({ verdict }) => verdict === 'worse') ? 1 : 0)

/** @param {number} ratio 1.034 → '+3.4 %' */
function changeText(ratio) {
  const text = (Math.abs(ratio - 1) * 100).toFixed(1)
  const sign = text === '0.0' ? '' : ratio < 1 ? '−' : '+'
  return `${sign}${text} %`
}

/** @param {number} part 0.025 → '2.5 %' */
function percentOf(part) {
  return `${Number((part * 100).toPrecision(6))} %`
}

/** @param {number} value */
function cpu(value) {
  return fixed(value, 2)
}

/** @param {number} value */
function whole(value) {
  return fixed(value, 0)
}
