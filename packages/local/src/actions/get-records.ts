import { type Answer, jsonAnswer, PROTOBUF_TYPE } from '../answer.ts'
import type { Action, Call, World } from '../call.ts'
import { type Cursor, formatCursor, parseCursor } from '../cursor.ts'
import { Refusal, refuse } from '../errors.ts'
import { findPartition } from '../find-partition.ts'
import type { FetchedRecord, GetRecordsBody } from '../messages.ts'
import { encodeGetRecords } from '../protobuf.ts'

// From the Python SDK: 1 … 10,000, 1,000 if not given.
const MAX_LIMIT = 10_000
const DEFAULT_LIMIT = 1_000

/** Own choice where `max_fetch_bytes` is not given, so that one answer stays small enough to build at once. */
const DEFAULT_FETCH_BYTES = 8 * 1_048_576

/** Records from a cursor on, and always a fresh cursor to go on with, also when there is nothing new. */
export const getRecords: Action = {
  name: 'GetRecords',
  prepare(call, world) {
    const cursor = parseCursor(call.query.get('partition-cursor') ?? '', call.nowMs)
    if (cursor instanceof Refusal) return cursor
    return { streamName: cursor.streamName, run: () => fetch(call, world, cursor) }
  }
}

function fetch(call: Call, world: World, cursor: Cursor): Answer | Refusal {
  const limit = numberOf(call, 'limit', MAX_LIMIT) ?? DEFAULT_LIMIT
  if (limit instanceof Refusal) return limit
  const maxBytes = numberOf(call, 'max_fetch_bytes', Number.MAX_SAFE_INTEGER) ?? DEFAULT_FETCH_BYTES
  if (maxBytes instanceof Refusal) return maxBytes
  const stream = world.store.find(cursor.streamName, '', call.projectId)
  if (stream instanceof Refusal) return stream
  // A stream of the same name that was made later: the cursor is into one that is gone.
  if (stream.seed.id !== cursor.streamId) return refuse('DIS.4217')
  const partition = findPartition(stream, cursor.partitionId)
  if (partition instanceof Refusal) return partition
  const from = Number(partition.position(BigInt(cursor.sequenceNumber)))
  if (from < partition.log.oldest) return refuse('DIS.4226')
  if (from > partition.log.next) return refuse('DIS.4217')
  const slice = partition.log.read(from, limit, maxBytes)
  const records = slice.records.map((record, index): FetchedRecord => {
    const { data, partitionKey, timestampMs } = record
    return { data, partitionKey, timestampMs, sequenceNumber: partition.sequenceNumber(from + index) }
  })
  const sequenceNumber = partition.sequenceNumber(slice.next)
  return write(call, {
    records,
    nextCursor: formatCursor({ ...cursor, sequenceNumber, issuedAtMs: call.nowMs })
  })
}

function numberOf(call: Call, name: string, max: number): number | Refusal | undefined {
  const text = call.query.get(name) ?? ''
  if (text === '') return undefined
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN
  return value >= 1 && value <= max ? value : refuse('DIS.4200', `${name} must be a whole number 1 … ${max}`)
}

function write(call: Call, body: GetRecordsBody): Answer {
  if (call.isProtobuf) return { status: 200, contentType: PROTOBUF_TYPE, body: encodeGetRecords(body) }
  return jsonAnswer({
    records: body.records.map((record) => ({
      // Left out where none was sent, which is how JSON.stringify treats undefined.
      partition_key: record.partitionKey,
      sequence_number: record.sequenceNumber,
      data: record.data.toString('base64'),
      timestamp: record.timestampMs,
      timestamp_type: 'CreateTime'
    })),
    next_partition_cursor: body.nextCursor
  })
}
