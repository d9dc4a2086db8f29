/** Medians, because one round in three may meet a busy machine, and a mean would carry that along. */

/**
 * @param {readonly number[]} values
 * @returns {number} NaN for none
 */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/**
 * Largest difference from the median, as a part of it: how far rounds were apart.
 * @param {readonly number[]} values
 */
export function spread(values) {
  const middle = median(values)
  return middle === 0 ? 0 : Math.max(...values.map((value) => Math.abs(value - middle))) / middle
}

/**
 * @param {readonly number[]} values
 * @param {number} part 0.5, 0.99 …
 */
export function quantile(values, part) {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))]
}
