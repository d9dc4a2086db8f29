import { createHash } from 'node:crypto'

/**
 * From a partition key to a partition. The key's hash is a number in 0 … 2^63-1, and the active partitions
 * share that span in equal ranges. The SDKs hold the same mapping, but with a division that puts a few
 * boundary values elsewhere; a server goes by the ranges that it publishes.
 */

/** Largest hash: 2^63-1, the documented end of the last partition's range. */
export const MAX_HASH: bigint = 2n ** 63n - 1n

/** Hashes from `first` to `last`, both included. */
export interface HashRange {
  readonly first: bigint
  readonly last: bigint
}

/** Hash of a partition key: the first eight bytes of its MD5, big-endian, without the top bit. */
export function hashKey(partitionKey: string): bigint {
  return createHash('md5').update(partitionKey, 'utf8').digest().readBigUInt64BE(0) & MAX_HASH
}

/** The ranges of `count` active partitions, in order. The last takes what the division leaves over. */
export function splitHashes(count: number): HashRange[] {
  const width = MAX_HASH / BigInt(count)
  return Array.from({ length: count }, (_, index) => ({
    first: BigInt(index) * width,
    last: index === count - 1 ? MAX_HASH : BigInt(index + 1) * width - 1n
  }))
}

/** Index of the range of `splitHashes(count)` that owns a hash. */
export function ownerOfHash(hash: bigint, count: number): number {
  return Math.min(Number(hash / (MAX_HASH / BigInt(count))), count - 1)
}

/** As the API prints ranges: with spaces around the colon. */
export function formatRange(first: bigint | string, last: bigint | string): string {
  return `[${first} : ${last}]`
}
