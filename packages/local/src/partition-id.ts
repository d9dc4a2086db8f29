/**
 * The two spellings of a partition: `shardId-0000000007` and `7`. Requests may use either, answers always
 * use the long one. The prefix is compared without regard to case, as the Java SDK does.
 */

const SPELLING = /^(?:shardId-)?(\d{1,10})$/i
const LONG_SPELLING = /^shardId-\d{10}$/

/** The long spelling: the prefix and ten digits. */
export function formatPartitionId(index: number): string {
  return `shardId-${String(index).padStart(10, '0')}`
}

/** The number that a partition id spells, or undefined if it spells none. */
export function parsePartitionId(text: string): number | undefined {
  const digits = SPELLING.exec(text)?.[1]
  return digits === undefined ? undefined : Number(digits)
}

/** Whether the text is the long spelling, the only one that paging through a stream's partitions takes. */
export function isLongPartitionId(text: string): boolean {
  return LONG_SPELLING.test(text)
}
