/** What a partition takes in a second: DIS FAQ, "What are the limits of a partition". */
import { count } from '../output.ts'

/** Bytes of a MB, as DIS counts it. */
export const MEGABYTE = 1_048_576

/** Whichever comes first. */
export interface PartitionLimit {
  readonly records: number
  readonly bytes: number
}

const LIMITS: Readonly<Record<string, PartitionLimit>> = {
  COMMON: { records: 1_000, bytes: MEGABYTE },
  ADVANCED: { records: 2_000, bytes: 5 * MEGABYTE }
}

/** Of a type of stream; undefined for one that is not known. */
export function limitOf(streamType: string): PartitionLimit | undefined {
  return Object.hasOwn(LIMITS, streamType) ? LIMITS[streamType] : undefined
}

/** `1,000 records/s or 1 MB/s` */
export function limitInWords({ bytes, records }: PartitionLimit, partitions = 1): string {
  return `${count(records * partitions)} records/s or ${count((bytes * partitions) / MEGABYTE)} MB/s`
}

/** How many partitions records and bytes of a second fill, as a broken number. */
export function partitionsFilled(records: number, bytes: number, limit: PartitionLimit): number {
  return Math.max(records / limit.records, bytes / limit.bytes)
}
