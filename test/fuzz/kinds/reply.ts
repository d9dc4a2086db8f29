/** Answers to a request of records: in JSON, in protobuf, and with an error's status. */
import { judge, type Outcome } from '../../../packages/core/src/wire/outcome.ts'
import { readProtobufAnswer } from '../../../packages/core/src/wire/protobuf-answer.ts'
import { readSendRecordsAnswer, type SendRecordsAnswer } from '../../../packages/core/src/wire/response.ts'
import { encodeResult } from '../../core/wire/schema.ts'
import { mutate } from '../generate/bytes.ts'
import { encoded, mangledJson } from '../generate/json.ts'
import type { Random } from '../generate/random.ts'
import { anyText } from '../generate/text.ts'
import { expect, type Kind } from '../kind.ts'

const NAMES = [
  'records',
  'failed_record_count',
  'error_code',
  'error_message',
  'partition_id',
  'sequence_number'
]
const ERROR_NAMES = [
  'errorCode',
  'error_code',
  'error',
  'code',
  'message',
  'error_msg',
  'error_message',
  'request_id'
]
const CODES = ['DIS.4303', 'DIS.4305', 'DIS.4302', 'DIS.5101', '', 'APIGW.0301']
const STATUSES = [200, 201, 204, 301, 304, 400, 401, 403, 404, 408, 413, 429, 441, 500, 502, 503, 504, 999]

/** Before the body: the number of records that were sent, and the status. */
const HEAD_BYTES = 4

function withHead(records: number, status: number, body: Buffer): Buffer {
  const head = Buffer.alloc(HEAD_BYTES)
  head.writeUInt16LE(records, 0)
  head.writeUInt16LE(status, 2)
  return Buffer.concat([head, body])
}

interface Reply {
  readonly records: number
  readonly status: number
  readonly body: Buffer
}

function replyOf(input: Buffer): Reply | undefined {
  if (input.length < HEAD_BYTES) return undefined
  const records = 1 + (input.readUInt16LE(0) % 500)
  return { records, status: input.readUInt16LE(2), body: input.subarray(HEAD_BYTES) }
}

type Entry =
  | { readonly error_code: string; readonly error_message: string }
  | { readonly partition_id: string; readonly sequence_number: string }

function entry(random: Random): Entry {
  const code = random.chance(0.3) ? random.pick(CODES) : undefined
  if (code !== undefined)
    return { error_code: code, error_message: random.chance(0.2) ? anyText(random) : 'no' }
  return { partition_id: `shardId-000000000${random.below(4)}`, sequence_number: String(random.below(1e6)) }
}

const entries = (random: Random) => random.list(500, () => entry(random))

/** The result of each record has one of three forms, and there are as many as records. */
function checkAnswer(answer: SendRecordsAnswer, records: number): void {
  if (answer.kind === 'unreadable') {
    expect(
      typeof answer.excerpt === 'string' && answer.excerpt.length <= 2_000,
      'the excerpt of an answer is short'
    )
    return
  }
  expect(answer.results.length === records, `${answer.results.length} results for ${records} records`)
  for (const result of answer.results) {
    if (result.kind === 'stored') expect(typeof result.partitionId === 'string', 'a partition id is text')
    if (result.kind === 'failed') checkCode(result.code)
    if (result.kind === 'failed') expect(typeof result.message === 'string', 'a message is text')
  }
}

/** A code becomes a key in tables, a label of metrics and a word on a terminal. */
function checkCode(code: string): void {
  expect(typeof code === 'string' && code !== '', 'a failure has a code')
  expect(code.length <= 128, `a code is short, not ${code.length} characters`)
  expect(!/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u.test(code), 'a code holds no control character')
}

function checkOutcome(outcome: Outcome, records: number): void {
  switch (outcome.kind) {
    case 'delivered':
    case 'partial':
      checkAnswer({ kind: 'results', results: outcome.results }, records)
      return
    case 'retry':
      expect(outcome.retryAfterMs === undefined || outcome.retryAfterMs <= 3_600_000, 'a wait is bounded')
      break
    case 'unauthorized':
    case 'split':
    case 'refused':
      break
    default: {
      const never: never = outcome
      throw new Error(`not an outcome: ${never}`)
    }
  }
  checkCode(outcome.code)
  expect(typeof outcome.message === 'string' && outcome.message !== '', 'a failure has a message')
  expect(typeof outcome.cure === 'string' && outcome.cure !== '', 'a failure has a cure')
}

function replyKind(
  read: (body: Buffer, records: number) => SendRecordsAnswer,
  body: (random: Random) => Buffer,
  statuses: readonly number[]
): Kind {
  return {
    generate: (random) => withHead(random.below(500), random.pick(statuses), body(random)),
    check(input) {
      const reply = replyOf(input)
      if (reply === undefined) return
      const { body: bytes, records, status } = reply
      checkAnswer(read(bytes, records), records)
      const headers = { 'retry-after': bytes.toString('latin1', 0, 40), date: 'x' }
      checkOutcome(judge({ kind: 'answer', status, headers, body: bytes }, records, 1_000, { read }), records)
    }
  }
}

export const jsonReply = (): Kind =>
  replyKind(
    readSendRecordsAnswer,
    (random) => {
      const records = entries(random)
      const failed = records.filter((each) => 'error_code' in each).length
      const body = encoded(
        random,
        mangledJson(random, { failed_record_count: failed, records }, NAMES, random.pick([0, 0.01, 0.1]))
      )
      return random.chance(0.3) ? mutate(random, body) : body
    },
    [200]
  )

export const protobufReply = (): Kind =>
  replyKind(
    readProtobufAnswer,
    (random) => {
      const message = () =>
        encodeResult({
          failedRecordCount: random.below(3),
          records: entries(random).map((each) =>
            'error_code' in each
              ? { errorCode: each.error_code, errorMessage: each.error_message }
              : { shardId: each.partition_id, sequenceNumber: each.sequence_number }
          )
        })
      return random.chance(0.1) ? message() : mutate(random, message(), message())
    },
    [200]
  )

const SHAPES: readonly unknown[] = [
  { errorCode: 'DIS.4301', message: 'no such stream' },
  { error_code: 'APIGW.0301', error_msg: 'Incorrect IAM authentication information', request_id: 'r' },
  {
    error: { code: 401, message: 'The request you have made requires authentication.', title: 'Unauthorized' }
  },
  { code: 'x', error_message: 'y' }
]

export const errorBody = (): Kind =>
  replyKind(
    readSendRecordsAnswer,
    (random) => {
      if (random.chance(0.2)) return Buffer.from(`<html>${anyText(random)}</html>`)
      const body = encoded(random, mangledJson(random, random.pick(SHAPES), ERROR_NAMES, 0.2))
      return random.chance(0.3) ? mutate(random, body) : body
    },
    STATUSES
  )
