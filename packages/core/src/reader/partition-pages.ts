/**
 * Pages of partitions → one description of the stream.
 *
 * Bounded by: each page has to bring a partition that no earlier page had, and there are at most {@link MAX_PAGES}, and as many
 * partitions as they should hold: one answer has room for 100,000, and a reader is made for each. A service
 * that breaks one of these rules is no DIS, and half of the partitions must not pass for all of them: that is an error.
 */
import { DisRequestError } from '../errors.ts'
import type { NoAnswerCode } from '../report/codes.ts'
import { cureOf } from '../report/diagnoses.ts'
import type { PartitionInfo, StreamInfo } from './answers.ts'

/** The most that DescribeStream gives at once. */
export const PAGE_PARTITIONS = 1_000

/** 32,000 partitions in full pages. The quota of a new account is 50. */
const MAX_PAGES = 32

/**
 * Asks for page after page. `ask` gets the id of the last partition that was given, and undefined for the first page.
 * Rejects as `ask` does, and with a {@link DisRequestError} if the pages have no end.
 */
export async function readAllPartitions(
  ask: (after: string | undefined) => Promise<StreamInfo>
): Promise<StreamInfo> {
  // A page may begin with the partition that the last one ended with.
  const found = new Map<string, PartitionInfo>()
  let info = await ask(undefined)
  for (let pages = 1; ; pages++) {
    const before = found.size
    for (const partition of info.partitions) found.set(partition.partitionId, partition)
    if (found.size > MAX_PAGES * PAGE_PARTITIONS) throw endless(`page ${pages} brings number ${found.size}`)
    if (!info.hasMorePartitions) return { ...info, partitions: [...found.values()] }
    if (found.size === before)
      throw endless(`page ${pages} brings none that is new, and says that there are more`)
    if (pages === MAX_PAGES) throw endless(`page ${pages} is not the last one`)
    info = await ask(info.partitions.at(-1)?.partitionId)
  }
}

/** The error for a list without an end. */
export function endless(what: string, of = 'partitions'): DisRequestError {
  const code: NoAnswerCode = 'UNREADABLE_ANSWER'
  const message = `the list of ${of} has no end: ${what}`
  return new DisRequestError({ status: 200, serviceCode: code, message, cure: cureOf(code) })
}
