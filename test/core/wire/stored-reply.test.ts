import { describe, expect, it } from 'vitest'
import { JsonFormat } from '../../../packages/core/src/wire/json.ts'
import type { WireReply } from '../../../packages/core/src/wire/message.ts'
import { ProtobufFormat } from '../../../packages/core/src/wire/protobuf.ts'
import { readStoredReply } from '../../../packages/core/src/wire/stored-reply.ts'

const SECRET = 'wJalrXUtnFEMI_K7MDENG_bPxRfiCYEXAMPLEKEY'
const formats = { json: new JsonFormat('s', undefined), protobuf: new ProtobufFormat('s', undefined) }

function json(...partitions: string[]): string {
  const records = partitions.map((partition_id) => ({ partition_id, sequence_number: '5' }))
  return JSON.stringify({ failed_record_count: 0, records })
}

function reply(body: string | Buffer, status = 200, headers: Record<string, string> = {}): WireReply {
  return { kind: 'answer', status, headers, body: Buffer.from(body) }
}

/** An answer in Protobuf: its records (22) with their partition (23), after no failures (21). */
function protobuf(...partitions: string[]): Buffer {
  const field = (tag: number[], text: Buffer) => Buffer.concat([Buffer.from([...tag, text.length]), text])
  const records = partitions.map((id) => field([0xb2, 0x01], field([0xba, 0x01], Buffer.from(id))))
  return Buffer.concat([Buffer.from([0xa8, 0x01, 0]), ...records])
}

describe.each([
  ['json', json],
  ['protobuf', protobuf],
  ['protobuf', json]
] as const)('a reply to a request in %s', (name, body) => {
  const format = formats[name]

  it('in which all records are stored gives their partitions', () => {
    const results = readStoredReply(reply(body('shardId-0', 'shardId-1', 'shardId-1')), 3, format, [SECRET])
    expect(results?.map(({ partitionId }) => partitionId)).toEqual(['shardId-0', 'shardId-1', 'shardId-1'])
  })

  it.each([
    ['all of a secret', SECRET],
    ['a piece of a secret', SECRET.slice(9, 25)]
  ])('with %s in the place of a partition is not taken', (_, quote) => {
    const answer = reply(body('shardId-0', 'shardId-0', quote, 'shardId-0'))
    expect(readStoredReply(answer, 4, format, ['another-secret', SECRET])).toBeUndefined()
    expect(readStoredReply(answer, 4, format, ['another-secret'])).toHaveLength(4)
  })

  it.each([
    ['that says it is encoded', reply(body('shardId-0'), 200, { 'content-encoding': 'gzip' })],
    ['that is an error', reply(body('shardId-0'), 500)],
    ['that never came', { kind: 'failure', code: 'NETWORK', message: '', ambiguous: true } as const]
  ])('%s is not taken', (_, given) => {
    expect(readStoredReply(given, 1, format, [])).toBeUndefined()
  })
})

it('a reply about another number of records is not taken', () => {
  expect(readStoredReply(reply(json('shardId-0', 'shardId-0')), 1, formats.json, [])).toBeUndefined()
  expect(readStoredReply(reply(json('shardId-0', 'shardId-0')), 3, formats.json, [])).toBeUndefined()
})

it('a reply with a failed record is not taken', () => {
  const failed = { error_code: 'DIS.4303', error_message: 'limit' }
  const stored = { partition_id: 'shardId-0', sequence_number: '5' }
  const body = JSON.stringify({ failed_record_count: 1, records: [stored, failed] })
  expect(readStoredReply(reply(body), 2, formats.json, [])).toBeUndefined()
})
