/**
 * A median and how far it can be trusted: between which of the sorted values the true median lies. It asks nothing of the
 * distribution, so a few rounds that met a busy machine do not move it (Hollander and Wolfe, Nonparametric Statistical Methods, 3.6).
 */
import { median } from './median.mjs'

/** @import { Interval } from './interval.d.mts' */

/**
 * @param {readonly number[]} values independent of each other, in any order
 * @param {number} [confidence] 0.95: of 20 intervals, 19 or more hold the true median
 * @returns {Interval} without ends if there are too few values: six for 95 %
 */
export function medianInterval(values, confidence = 0.95) {
  const sorted = [...values].sort((a, b) => a - b)
  const outside = valuesOutside(sorted.length, (1 - confidence) / 2)
  if (outside === 0) return { median: median(sorted), low: Number.NaN, high: Number.NaN }
  return { median: median(sorted), low: sorted[outside - 1], high: sorted[sorted.length - outside] }
}

/**
 * Each value is as likely below the true median as above. The largest number of which at most `tail` of all cases have fewer below.
 * @param {number} count
 * @param {number} tail
 */
function valuesOutside(count, tail) {
  let likely = 2 ** -count
  let sum = likely
  let outside = 0
  while (sum <= tail) {
    outside++
    likely *= (count - outside + 1) / outside
    sum += likely
  }
  return outside
}
