import { type Refusal, refuse, refuseWith } from './errors.ts'
import { parsePartitionId } from './partition-id.ts'
import type { Partition, Stream } from './stream.ts'

/** The partition of a stream that an id names, closed ones included: they can still be read. */
export function findPartition(stream: Stream, partitionId: string): Partition | Refusal {
  const index = parsePartitionId(partitionId)
  if (index === undefined) return refuse('DIS.4201', JSON.stringify(partitionId.slice(0, 60)))
  return stream.partitions[index] ?? refuse('DIS.4302', `[${stream.seed.name},${partitionId}]`)
}

/** A sequence number that is in none of a partition's records. The Java SDK reads number and range from the text. */
export function refuseOutside(sequenceNumber: string, partition: Partition): Refusal {
  const { oldest, next } = partition.log
  const [first, last] = [partition.sequenceNumber(oldest), partition.sequenceNumber(next)]
  return refuseWith('DIS.4224', `[${sequenceNumber}][ should be within ][${first}][ ][${last}]`)
}
