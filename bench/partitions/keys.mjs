/** The keys of lines that each have a new one, and where DIS puts them. */
import { createHash } from 'node:crypto'

const MAX_HASH = 2n ** 63n - 1n

/** @param {number} index of the line */
export const newKey = (index) => `new-${index}`

/**
 * As DIS does it: MD5, and equal ranges of 0 … 2^63-1.
 * @param {string} key
 * @param {number} partitions how many there are
 * @returns {number} index of the partition
 */
export function partitionOfKey(key, partitions) {
  const hash = createHash('md5').update(key).digest().readBigUInt64BE(0) & MAX_HASH
  return Math.min(Number(hash / (MAX_HASH / BigInt(partitions))), partitions - 1)
}
