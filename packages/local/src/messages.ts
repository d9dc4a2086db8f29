/** What the record calls carry, whichever way it was written on the wire. */

/** One record to store. Empty text means that the field was not given. */
export interface SendEntry {
  readonly data: Buffer
  readonly partitionId: string
  readonly explicitHashKey: string
  readonly partitionKey: string
  readonly timestampMs: number | undefined
}

/** A SendRecords request. */
export interface SendRequest {
  readonly streamName: string
  readonly streamId: string
  readonly records: readonly SendEntry[]
}

/** What became of one record: a place, or an error. Both only in a malformed answer that was asked for. */
export interface SendResultEntry {
  readonly partitionId?: string
  readonly sequenceNumber?: string
  readonly errorCode?: string
  readonly errorMessage?: string
}

/** A SendRecords answer: one entry for each record, in the order of the request. */
export interface SendResult {
  readonly failedCount: number
  readonly entries: readonly SendResultEntry[]
}

/** One record that was read back. */
export interface FetchedRecord {
  readonly partitionKey: string | undefined
  readonly sequenceNumber: string
  readonly data: Buffer
  readonly timestampMs: number
}

/** A GetRecords answer. */
export interface GetRecordsBody {
  readonly records: readonly FetchedRecord[]
  readonly nextCursor: string
}
