/**
 * Protobuf answer of SendRecords (PutRecordsResult) → what happened to each record. Total: bytes that are none of it are
 * unreadable, never an exception.
 *
 *     PutRecordsResult       failedRecordCount 21, records 22
 *     PutRecordsResultEntry  shardId 23, sequenceNumber 24, errorCode 25, errorMessage 26
 *
 * Unknown fields, and known ones of another type, are skipped. An error code that is empty is none.
 */
import {
  failedRecord,
  isStored,
  matchResults,
  type RecordResult,
  readSendRecordsAnswer,
  type SendRecordsAnswer,
  type StoredRecord
} from './response.ts'
import { codeSaid } from './said.ts'
import { readStoredAnswer } from './stored-answer.ts'

const FAILED_COUNT = 21
const RECORDS = 22
const SHARD_ID = 23
const ERROR_CODE = 25
const ERROR_MESSAGE = 26

const VARINT = 0
const FIXED_64 = 1
const DELIMITED = 2
const FIXED_32 = 5

const OPENING_BRACE = 0x7b
/** Of an answer that cannot be read, for the message. */
const SHOWN_BYTES = 32

/** The results of an answer in which every record is stored; `undefined` if it is another one. */
export function readStoredProtobuf(body: Buffer, records: number): readonly StoredRecord[] | undefined {
  if (body[0] === OPENING_BRACE) return readStoredAnswer(body, records)
  const answer = readProtobufAnswer(body, records)
  return answer.kind === 'results' && answer.results.every(isStored) ? answer.results : undefined
}

/** Like `readSendRecordsAnswer`, which it also asks: a gateway may answer in JSON whatever was sent. */
export function readProtobufAnswer(body: Buffer, records: number): SendRecordsAnswer {
  // No message begins with a brace, which would open a group.
  if (body[0] === OPENING_BRACE) return readSendRecordsAnswer(body, records)
  const entries: RecordResult[] = []
  const fields = new Fields(body, 0, body.length)
  let failedCount: number | undefined
  let last: RecordResult | undefined
  while (fields.next()) {
    if (fields.number === FAILED_COUNT && fields.type === VARINT) failedCount = fields.value
    if (fields.number !== RECORDS || fields.type !== DELIMITED) continue
    last = readEntry(body, fields.start, fields.end, last)
    if (last === undefined) return unreadable(body)
    entries.push(last)
  }
  if (fields.isBroken || (entries.length === 0 && failedCount === undefined)) return unreadable(body)
  return matchResults(entries, records, failedCount ?? 0)
}

/** The result of one record: the last one again, if it says the same, since most records of a batch share a partition. */
function readEntry(
  body: Buffer,
  start: number,
  end: number,
  last: RecordResult | undefined
): RecordResult | undefined {
  let partitionId = ''
  let code = ''
  let message = ''
  const fields = new Fields(body, start, end)
  while (fields.next()) {
    if (fields.type !== DELIMITED) continue
    if (fields.number === SHARD_ID) partitionId = body.toString('utf8', fields.start, fields.end)
    else if (fields.number === ERROR_CODE) code = body.toString('utf8', fields.start, fields.end)
    else if (fields.number === ERROR_MESSAGE) message = body.toString('utf8', fields.start, fields.end)
  }
  if (fields.isBroken) return undefined
  if (code !== '') return failedRecord(code, message)
  partitionId = codeSaid(partitionId)
  return last?.kind === 'stored' && last.partitionId === partitionId ? last : { kind: 'stored', partitionId }
}

function unreadable(body: Buffer): SendRecordsAnswer {
  if (body.length === 0) return { kind: 'unreadable', excerpt: '(empty body)' }
  // Not as text: it is none, and its control characters would reach somebody's terminal.
  const more = body.length > SHOWN_BYTES ? '…' : ''
  return { kind: 'unreadable', excerpt: `0x${body.toString('hex', 0, SHOWN_BYTES)}${more}` }
}

/** Goes from field to field of the message at `start` … `end`. Never reads beyond it. */
class Fields {
  readonly #body: Buffer
  readonly #last: number
  #at: number
  /** The bytes are no message, or one that was cut. */
  isBroken = false
  number = 0
  type = 0
  /** Of a varint. */
  value = 0
  /** Of a length-delimited field: where its bytes are. */
  start = 0
  end = 0

  constructor(body: Buffer, start: number, end: number) {
    this.#body = body
    this.#at = start
    this.#last = end
  }

  /** False at the end of the message, or where it is broken. */
  next(): boolean {
    if (this.isBroken || this.#at >= this.#last) return false
    const tag = this.#varint()
    this.number = Math.floor(tag / 8)
    this.type = tag % 8
    switch (this.type) {
      case VARINT:
        this.value = this.#varint()
        break
      case FIXED_64:
        this.#at += 8
        break
      case DELIMITED: {
        const length = this.#varint()
        this.start = this.#at
        this.end = this.#at += length
        break
      }
      case FIXED_32:
        this.#at += 4
        break
      default:
        // Groups, which are in no schema of these, and types that do not exist.
        this.isBroken = true
    }
    if (this.#at > this.#last || this.number === 0) this.isBroken = true
    return !this.isBroken
  }

  /** As a float: what counts here is below 2^53, and a larger number is a length that no body has. */
  #varint(): number {
    let value = 0
    let factor = 1
    for (let bytes = 0; bytes < 10 && this.#at < this.#last; bytes++) {
      const byte = this.#body[this.#at++] ?? 0
      value += (byte & 127) * factor
      if (byte < 128) return value
      factor *= 128
    }
    this.isBroken = true
    return 0
  }
}
