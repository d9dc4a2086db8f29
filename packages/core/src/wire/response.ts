/**
 * reply body → what happened to each record. Total: whatever comes in, a value comes out.
 *
 * Failure of a record is decided by its `error_code` alone: the service's own counter, and even its
 * documentation's own sample, cannot be relied on.
 */

import { isRecord, numberOf } from './json-object.ts'
import { codeSaid, messageSaid, UNKNOWN_CODE } from './said.ts'

/** A record that the service stored. `partitionId` in the long spelling; `''` if the answer did not say. */
export interface StoredRecord {
  readonly kind: 'stored'
  readonly partitionId: string
}

/** What an answer says of one record. */
export type RecordResult =
  | StoredRecord
  | { readonly kind: 'failed'; readonly code: string; readonly message: string }
  | { readonly kind: 'unknown' }

export type SendRecordsAnswer =
  | { readonly kind: 'results'; readonly results: readonly RecordResult[] }
  /** Not an answer of SendRecords: not JSON, empty, or without results. */
  | { readonly kind: 'unreadable'; readonly excerpt: string }

export function isStored(result: RecordResult): result is StoredRecord {
  return result.kind === 'stored'
}

/**
 * Reads the body of a 200 answer to a request of `records` records; always as many results as records.
 */
export function readSendRecordsAnswer(body: Buffer, records: number): SendRecordsAnswer {
  const parsed = parseJson(body)
  if (!isRecord(parsed) || !('records' in parsed)) return unreadable(body)
  const list = parsed['records']
  // The documentation's own sample shows an object where its table says array.
  const entries: readonly unknown[] = Array.isArray(list) ? list : isRecord(list) ? [list] : []
  const failedCount = numberOf(parsed['failed_record_count'] ?? 0)
  if (entries.length === 0 && !('failed_record_count' in parsed)) return unreadable(body)

  return matchResults(entries.map(readEntry), records, failedCount)
}

/**
 * The entries of an answer, in whatever format it came, as results of exactly `records` records.
 *
 * If the lengths differ and nothing failed, the batch counts as written (the service said so); if
 * something failed, the records without an entry are unknown and have to be sent again.
 */
export function matchResults(
  entries: readonly RecordResult[],
  records: number,
  failedCount: number
): SendRecordsAnswer {
  const results = entries.slice(0, records)
  const complete = entries.length === records
  const anyFailed = failedCount !== 0 || entries.some((entry) => entry.kind === 'failed')
  const missing: RecordResult = anyFailed ? { kind: 'unknown' } : { kind: 'stored', partitionId: '' }
  while (results.length < records) results.push(missing)
  // All entries clean, none missing, and yet a count of failures: nobody knows which.
  if (complete && failedCount > 0 && results.every((result) => result.kind === 'stored')) {
    return { kind: 'results', results: results.map(() => ({ kind: 'unknown' })) }
  }
  return { kind: 'results', results }
}

function readEntry(entry: unknown): RecordResult {
  if (!isRecord(entry)) return { kind: 'unknown' }
  const code = text(entry['error_code'])
  if (code !== '') return failedRecord(code, text(entry['error_message']))
  return { kind: 'stored', partitionId: codeSaid(text(entry['partition_id'])) }
}

/** A record whose answer has an error code, be it none that a service would give. */
export function failedRecord(code: string, message: string): RecordResult {
  return { kind: 'failed', code: codeSaid(code) || UNKNOWN_CODE, message: messageSaid(message) }
}

/** Code and message of an error body, in any of the shapes of DIS, the gateway and IAM; `''` for what it does not say. */
export function readError(body: Buffer): { readonly code: string; readonly message: string } {
  const parsed = parseJson(body)
  if (!isRecord(parsed)) return { code: '', message: excerptOf(body) }
  const inner = isRecord(parsed['error']) ? parsed['error'] : {}
  const code = firstText(parsed['errorCode'], parsed['error_code'], inner['code'], parsed['code'])
  const message = firstText(parsed['message'], parsed['error_msg'], parsed['error_message'], inner['message'])
  return { code: codeSaid(code), message: messageSaid(message) }
}

function firstText(...values: unknown[]): string {
  for (const value of values) {
    const found = text(value)
    if (found !== '') return found
  }
  return ''
}

function text(value: unknown): string {
  if (typeof value === 'string') return value
  return typeof value === 'number' ? String(value) : ''
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return undefined
  }
}

function unreadable(body: Buffer): SendRecordsAnswer {
  return { kind: 'unreadable', excerpt: excerptOf(body) }
}

/** The beginning of a body that is no answer of DIS. */
export function excerptOf(body: Buffer): string {
  return body.length === 0 ? '(empty body)' : messageSaid(body.toString('utf8', 0, 200))
}
