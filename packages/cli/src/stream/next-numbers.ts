import type { PartitionInfo } from '@dis-logs/core'

/** Sequence number that the next record of each partition gets, by partition; of those that the service says. */
export function nextNumbersOf(partitions: readonly PartitionInfo[]): Map<string, bigint> {
  return new Map(
    partitions.flatMap(({ nextSequenceNumber, partitionId }) =>
      nextSequenceNumber === undefined ? [] : [[partitionId, BigInt(nextSequenceNumber)]]
    )
  )
}
