/** Answers of the reading calls → checked values. Pure. An unexpected answer is `undefined`; nothing throws. */
import { isRecord, numberOf } from '../wire/json-object.ts'

/** A record as DIS gives it back. */
export interface DisRecord {
  readonly data: Buffer
  /** `undefined` if the record was sent without a key. */
  readonly partitionKey: string | undefined
  /** Position in its partition. A decimal string, because it may exceed 2^53. */
  readonly sequenceNumber: string
  /** When DIS stored it, in ms since the epoch. */
  readonly timestamp: number
}

export interface PartitionInfo {
  /** `shardId-0000000000` */
  readonly partitionId: string
  /** `ACTIVE`, `DELETED` (still readable), `EXPIRED` or `CREATING`. */
  readonly status: string
  /** As the service writes it: `[0 : 9223372036854775807]`. */
  readonly hashRange: string
  /** Sequence number of the oldest record that is kept. A decimal string; undefined if the service does not say. */
  readonly oldestSequenceNumber: string | undefined
  /** The one that the next record gets. */
  readonly nextSequenceNumber: string | undefined
}

export interface StreamInfo {
  readonly streamName: string
  readonly streamId: string
  /** `RUNNING`, `CREATING` or `TERMINATING`. */
  readonly status: string
  /** `COMMON` or `ADVANCED`. */
  readonly streamType: string
  /** What a record is: `BLOB` (anything), `JSON` or `CSV`. */
  readonly dataType: string
  readonly partitions: readonly PartitionInfo[]
  readonly hasMorePartitions: boolean
}

export interface RecordsPage {
  readonly records: readonly DisRecord[]
  readonly nextCursor: string
}

export function readStreamInfo(body: Buffer): StreamInfo | undefined {
  const stream = parse(body)
  if (stream === undefined) return undefined
  return {
    streamName: text(stream['stream_name']),
    streamId: text(stream['stream_id']),
    status: text(stream['status']),
    streamType: text(stream['stream_type']),
    dataType: text(stream['data_type']),
    partitions: list(stream['partitions']).map((partition) => ({
      partitionId: text(partition['partition_id']),
      status: text(partition['status']),
      hashRange: text(partition['hash_range']),
      ...sequenceRange(text(partition['sequence_number_range']))
    })),
    hasMorePartitions: stream['has_more_partitions'] === true
  }
}

export function readCursor(body: Buffer): string | undefined {
  const cursor = parse(body)?.['partition_cursor']
  return typeof cursor === 'string' && cursor !== '' ? text(cursor) : undefined
}

/**
 * The page at the cursor `asked`. An empty page may give that cursor again. A page of records may not: a caller that follows
 * it would read the same records for ever.
 */
export function readPage(body: Buffer, asked: string): RecordsPage | undefined {
  const page = parse(body)
  const nextCursor = text(page?.['next_partition_cursor'])
  if (page === undefined || nextCursor === '') return undefined
  const records = list(page['records']).map((record) => ({
    data: Buffer.from(text(record['data']), 'base64'),
    partitionKey: typeof record['partition_key'] === 'string' ? record['partition_key'] : undefined,
    sequenceNumber: text(record['sequence_number']),
    timestamp: numberOf(record['timestamp'] ?? 0)
  }))
  return records.length > 0 && nextCursor === asked ? undefined : { records, nextCursor }
}

/** `[0 : 10]`: the oldest record is 0, the next one will be 10. */
function sequenceRange(range: string): Pick<PartitionInfo, 'oldestSequenceNumber' | 'nextSequenceNumber'> {
  const [, oldest, next] = /^\[\s*(\d{1,40})\s*:\s*(\d{1,40})\s*\]$/.exec(range) ?? []
  return { oldestSequenceNumber: oldest, nextSequenceNumber: next }
}

// JSON.parse would round a large sequence number that is written as a JSON number.
const NUMERIC_SEQUENCE = /"sequence_number"\s*:\s*(\d+)/g

/** A JSON object; undefined if the body is none. */
export function parse(body: Buffer): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(
      body.toString('utf8').replace(NUMERIC_SEQUENCE, '"sequence_number":"$1"')
    )
    return isRecord(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** The objects of a list. */
export function list(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter(isRecord) : []
}

const HALF_LETTER = /\p{Cs}/gu

/** A text or a number as a text; empty for anything else. Without halves of a letter: what a service names goes into the URLs of the next calls, which can hold none. */
export function text(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number'
    ? String(value).replace(HALF_LETTER, '\ufffd')
    : ''
}
