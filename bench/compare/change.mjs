/**
 * Pairs of measurements → by how much the branch differs from the base, with a confidence interval and a verdict.
 *
 * The method: Hodges and Lehmann's estimate with the exact interval of Wilcoxon's signed-rank test (Hollander and Wolfe,
 * Nonparametric Statistical Methods, chapter 3), on the logarithms of branch / base. It needs no normal distribution, which times
 * on a shared machine do not have: a pair that met a busy machine counts like any other that lies on its side. It needs pairs that
 * are as likely to lie above the true change as below. Turns by chance give that: without a change, base and branch may be swapped.
 *
 * Own code, because no kept library has the interval. `simple-statistics` and `jstat` have no signed ranks; `@stdlib/stats-wilcoxon`
 * has a test but no interval, and the distribution alone (`rankSumChances` here, ten lines) comes with 142 other packages.
 */

/** @import { Change, Pair, Verdict } from './change.d.mts' */

/**
 * Fewer pairs give no interval: even if all of them differ in one direction, chance does that too often.
 * @param {number} confidence 0.95 → 6
 */
export function fewestPairs(confidence) {
  return Math.ceil(1 - Math.log2(1 - confidence))
}

/**
 * @param {readonly Pair[]} pairs at least {@link fewestPairs}, in any order
 * @param {number} confidence 0.95: of 20 intervals, 19 or more hold the true change
 * @returns {Change}
 * @throws {RangeError} for too few pairs, and for a number that is not positive: it has no ratio
 */
export function changeOf(pairs, confidence) {
  const fewest = fewestPairs(confidence)
  if (pairs.length < fewest) {
    throw new RangeError(
      `${pairs.length} pairs give no interval of ${confidence * 100} %: ${fewest} are the fewest`
    )
  }
  const ratios = pairs.map(logRatio)
  // Walsh averages: of each two ratios, and of each with itself.
  const averages = Float64Array.from(
    ratios.flatMap((one, index) => ratios.slice(index).map((other) => (one + other) / 2))
  ).sort()
  const last = averages.length - 1
  const outside = ranksOutside(pairs.length, (1 - confidence) / 2)
  const middle = (averages[Math.floor(last / 2)] + averages[Math.ceil(last / 2)]) / 2
  return {
    ratio: Math.exp(middle),
    low: Math.exp(averages[outside]),
    high: Math.exp(averages[last - outside])
  }
}

/**
 * @param {Change} change
 * @param {boolean} moreIsBetter
 * @param {number} threshold 0.03: a change of 3 % or less does not matter
 * @returns {Verdict} `worse` and `better`: the whole interval lies beyond the threshold. `same`: all of it lies within
 */
export function judge({ low, high }, moreIsBetter, threshold) {
  const [least, most] = [1 - threshold, 1 + threshold]
  if (low > most) return moreIsBetter ? 'better' : 'worse'
  if (high < least) return moreIsBetter ? 'worse' : 'better'
  return low >= least && high <= most ? 'same' : 'unclear'
}

/**
 * @param {Pair} pair
 * @param {number} index
 */
function logRatio([base, branch], index) {
  const ratio = branch / base
  if (base > 0 && ratio > 0 && ratio < Infinity) return Math.log(ratio)
  throw new RangeError(`pair ${index + 1} has no ratio: ${base} and ${branch}; both have to be positive`)
}

/**
 * How many of the smallest averages lie below the interval, and as many above. An average lies below the true change as often as
 * Wilcoxon's rank sum counts it, so this is the largest rank sum that chance stays at or below in at most `tail` of all cases.
 *
 * @param {number} pairs
 * @param {number} tail
 */
function ranksOutside(pairs, tail) {
  const chances = rankSumChances(pairs)
  let below = chances[0]
  let rankSum = 0
  while (below + chances[rankSum + 1] <= tail) below += chances[++rankSum]
  return rankSum
}

/**
 * How likely each rank sum is if each of the ranks 1 … pairs belongs to it or not, by the toss of a coin. Exact, and no larger
 * than 1, so that a thousand pairs do not overflow.
 *
 * @param {number} pairs
 */
function rankSumChances(pairs) {
  const chances = new Float64Array((pairs * (pairs + 1)) / 2 + 1)
  chances[0] = 1
  for (let rank = 1; rank <= pairs; rank++) {
    // From the top, so that what is added is still that of the ranks before.
    for (let sum = (rank * (rank + 1)) / 2; sum >= 0; sum--) {
      chances[sum] = (chances[sum] + (sum < rank ? 0 : chances[sum - rank])) / 2
    }
  }
  return chances
}
