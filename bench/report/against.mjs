/** Each case against the one that shows what it would cost anyway, by pairs of one round: the ratios that `pnpm bench` is run for. */
import { changeOf, fewestPairs } from '../compare/change.mjs'
import { median } from '../measure/median.mjs'
import { fixed, markdownTable, withEnds } from './markdown.mjs'

/** @import { Interval } from '../measure/interval.d.mts' */
/** @import { Against, Measured } from './against.d.mts' */

const CONFIDENCE = 0.95

/** By front. Where lines are fed directly, it is a peer that sends as well. */
const BASES = { pino: 'pino/file', winston: 'winston → nothing', direct: 'pino-loki, fed directly' }

/** @type {readonly (keyof Measured)[]} */
const MEASURES = ['linesPerSecond', 'mainUs', 'allUs', 'delayP99Ms', 'peakMb']

/**
 * @param {readonly { name: string, front: 'pino' | 'winston' | 'direct' }[]} cases
 * @param {(name: string) => readonly (Measured | undefined)[]} runsOf by round; undefined: it failed
 * @returns {Against[]} cases without a pair are left out, and those that the others are compared with
 */
export function againstBases(cases, runsOf) {
  return cases.flatMap(({ name, front }) => {
    const base = BASES[front]
    const bases = runsOf(base)
    const pairs = runsOf(name).flatMap((run, round) => {
      const other = bases[round]
      return run === undefined || other === undefined ? [] : [{ base: other, own: run }]
    })
    if (name === base || pairs.length === 0) return []
    const of = (/** @type {keyof Measured} */ key) =>
      ratioOf(pairs.map((pair) => /** @type {const} */ ([pair.base[key], pair.own[key]])))
    const ratios = Object.fromEntries(MEASURES.map((key) => [key, of(key)]))
    return [{ name, base, pairs: pairs.length, ratios: /** @type {Against['ratios']} */ (ratios) }]
  })
}

/**
 * @param {readonly (readonly [base: number, own: number])[]} pairs
 * @returns {Interval} without ends if they are too few
 */
export function ratioOf(pairs) {
  // A loop that is never late has no ratio.
  const positive = pairs.filter(([base, own]) => base > 0 && own > 0)
  if (positive.length < fewestPairs(CONFIDENCE)) {
    return { median: median(positive.map(([base, own]) => own / base)), low: Number.NaN, high: Number.NaN }
  }
  const { ratio, low, high } = changeOf(positive, CONFIDENCE)
  return { median: ratio, low, high }
}

/** @param {readonly Against[]} rows */
export function againstTable(rows) {
  return markdownTable(
    ['', 'as a multiple of', 'lines/s', 'main µs', 'all µs', 'loop delay p99', 'peak MB'],
    rows.map(({ name, base, ratios }) => [name, base, ...MEASURES.map((key) => cellOf(ratios[key]))])
  )
}

/** @param {Interval} ratio */
function cellOf(ratio) {
  return Number.isFinite(ratio.median) ? withEnds(ratio, 2) : fixed(Number.NaN)
}
