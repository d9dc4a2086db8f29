import type { CheckedFault } from './fault-kinds.ts'
import type { SendResult, SendResultEntry } from './messages.ts'

/** The result list of SendRecords on its way out: in JSON, and bent where a fault asks for it. */

/** The list with one entry too few or too many, if the fault is one of those. */
export function bendList(result: SendResult, fault: CheckedFault | undefined): SendResult {
  const last = result.entries.at(-1)
  if (fault?.kind === 'short-list') return { ...result, entries: result.entries.slice(0, -1) }
  if (fault?.kind === 'long-list' && last !== undefined)
    return { ...result, entries: [...result.entries, last] }
  return result
}

/** The JSON form. Numeric sequence numbers are written digit by digit, so that large ones stay exact. */
export function resultJson(result: SendResult, fault: CheckedFault | undefined): string {
  const body = JSON.stringify({
    failed_record_count: result.failedCount,
    records: result.entries.map(entryJson)
  })
  if (fault?.kind !== 'numeric-sequence') return body
  return body.replace(/"sequence_number":"(\d+)"/g, '"sequence_number":$1')
}

function entryJson(entry: SendResultEntry): object {
  return entry.errorCode === undefined
    ? { partition_id: entry.partitionId, sequence_number: entry.sequenceNumber }
    : { error_code: entry.errorCode, error_message: entry.errorMessage }
}
