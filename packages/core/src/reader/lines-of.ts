/** A record, or what FunctionGraph hands to a function, → lines. With `aggregate` a producer packs many into one record. Pure. */
import { unescapeNewlines } from '../record/newlines.ts'

/** A record of any reader: its data as bytes, or in Base64 as JSON answers have it. */
export interface RecordData {
  readonly data: Uint8Array | string
}

/** What a DIS trigger of FunctionGraph hands to a function. */
export interface FunctionGraphEvent {
  readonly ShardID?: string
  readonly StreamName?: string
  readonly Tag?: string
  readonly Message: {
    readonly next_partition_cursor?: string
    readonly records: readonly FunctionGraphRecord[]
  }
}

/** A record in there. */
export interface FunctionGraphRecord {
  readonly partition_key?: string
  readonly sequence_number: string
  /** Base64. */
  readonly data: string
}

/**
 * The log lines of a record, or of all records of an event, in their order and without their newlines. Empty ones are left out, as a
 * producer does. Bytes that are not UTF-8 become U+FFFD.
 * @throws TypeError if it is neither: lines that nobody understands must not be taken for none
 */
export function linesOf(source: RecordData | FunctionGraphEvent): string[] {
  if ('Message' in source) return recordsOf(source).flatMap(linesOfRecord)
  return linesOfRecord(source)
}

function recordsOf({ Message: message }: FunctionGraphEvent): readonly RecordData[] {
  const records: unknown = message?.records
  if (Array.isArray(records)) return records
  throw new TypeError('linesOf: the event has no Message.records; is it of a DIS trigger?')
}

function linesOfRecord(record: RecordData): string[] {
  return bytesOf(record)
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map(unescapeNewlines)
}

/** The data of a record. It comes from JavaScript, so it may be anything. */
function bytesOf(record: RecordData): Buffer {
  const data: unknown = record?.data
  if (typeof data === 'string') return Buffer.from(data, 'base64')
  if (data instanceof Uint8Array) return Buffer.from(data.buffer, data.byteOffset, data.byteLength)
  throw new TypeError('linesOf: the record has no data, in bytes or in Base64')
}
