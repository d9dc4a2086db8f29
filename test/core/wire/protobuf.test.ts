import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LineStore } from '../../../packages/core/src/queue/line-store.ts'
import { ProtobufFormat } from '../../../packages/core/src/wire/protobuf.ts'
import { readProtobufAnswer } from '../../../packages/core/src/wire/protobuf-answer.ts'
import { readSendRecordsAnswer } from '../../../packages/core/src/wire/response.ts'
import { batchOf, boundOf, type TestRecord } from './batches.ts'
import { decodeRequest, encodeRequest, encodeResult, type RequestMessage } from './schema.ts'

function encode(streamName: string, streamId: string | undefined, records: readonly TestRecord[]): Buffer {
  const store = new LineStore()
  const format = new ProtobufFormat(streamName, streamId)
  const batch = batchOf(store, format, records)
  const body = format.encode(batch, store)
  expect(body.length).toBe(boundOf(format, batch, store))
  return body
}

const GOLDEN_RESULT =
  'a80101b2011aba0112736861726449642d30303030303030303030c201023137b2012cca01084449532e34333033d2011e4578636565646564207472616666696320636f6e74726f6c206c696d6974'

describe('the protobuf body', () => {
  it('is the golden one, byte for byte', () => {
    const body = encode('newstream', undefined, [{ route: { spread: true }, lines: ['data'] }])
    expect(body.toString('hex')).toBe('0a096e657773747265616d12061a0464617461')
  })

  it('holds the golden records of each route, with the stream id behind them', () => {
    // The golden request of two records without what is never sent: a time, and two routes at once.
    const body = encode('newstream', 'sid01', [
      { route: { partitionKey: 'k1' }, lines: ['data'] },
      { route: { partitionId: 'shardId-0000000002' }, lines: [Uint8Array.of(0xff, 0)] },
      { route: { explicitHashKey: '0' }, lines: [Uint8Array.of(0xff, 0)] }
    ])
    expect(body.toString('hex')).toBe(
      [
        '0a096e657773747265616d',
        '120a1a04646174612a026b31',
        '12181a02ff003212736861726449642d30303030303030303032',
        '12071a02ff00220130',
        'f201057369643031'
      ].join('')
    )
  })

  it('joins the lines of a record with newlines', () => {
    const body = encode('s', undefined, [{ route: { spread: true }, lines: ['one', '二', 'three'] }])
    expect(decodeRequest(body)).toMatchObject({ records: [{ data: Buffer.from('one\n二\nthree') }] })
  })

  it('is what a library writes from the schema, whatever the records, and that library reads it back', () => {
    const text = fc.string({ unit: 'binary', maxLength: 40 })
    const line = fc.oneof(fc.uint8Array({ maxLength: 40 }), text)
    const route = fc.oneof(
      fc.constant({ spread: true as const }),
      text.map((partitionKey) => ({ partitionKey })),
      fc.nat(9).map((n) => ({ partitionId: `shardId-000000000${n}` })),
      fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }).map((hash) => ({ explicitHashKey: String(hash) }))
    )
    const record = fc.record({ route, lines: fc.array(line, { minLength: 1, maxLength: 4 }) })
    fc.assert(
      fc.property(
        text,
        fc.option(text, { nil: undefined }),
        fc.array(record, { minLength: 1, maxLength: 8 }),
        (name, id, records) => {
          const message: RequestMessage = {
            streamName: name,
            records: records.map(({ route, lines }) => ({
              data: Buffer.concat(
                lines.flatMap((one, index) => [Buffer.from(index === 0 ? '' : '\n'), Buffer.from(one)])
              ),
              ...('spread' in route ? {} : route)
            })),
            ...(id === undefined ? {} : { streamId: id })
          }
          const body = encode(name, id, records)
          expect(body.equals(encodeRequest(message))).toBe(true)
          expect(decodeRequest(body)).toEqual(message)
        }
      ),
      { numRuns: 200 }
    )
  })

  it.each([121, 122, 127, 128, 16_379, 16_383, 16_384, 2_097_151, 2_097_152])(
    'has the right lengths around a record of %i bytes',
    (size) => {
      const records = [{ data: Buffer.alloc(size, 'x'), partitionKey: 'k'.repeat(size % 200) }]
      const route = { partitionKey: 'k'.repeat(size % 200) }
      const body = encode('s', undefined, [{ route, lines: ['x'.repeat(size)] }])
      expect(body.equals(encodeRequest({ streamName: 's', records }))).toBe(true)
    }
  )

  it('adds 6 bytes to a line and its key', () => {
    const format = new ProtobufFormat('app-logs', undefined)
    const withKey = format.recordBytes(250, format.encodeRoute({ partitionKey: 'web-01' }).length)
    expect([format.recordBytes(250, 0), withKey]).toEqual([256, 264])
  })
})

describe('the protobuf answer', () => {
  it('is read from the golden bytes', () => {
    expect(readProtobufAnswer(Buffer.from(GOLDEN_RESULT, 'hex'), 2)).toEqual({
      kind: 'results',
      results: [
        { kind: 'stored', partitionId: 'shardId-0000000000' },
        { kind: 'failed', code: 'DIS.4303', message: 'Exceeded traffic control limit' }
      ]
    })
  })

  it('means what the same answer in JSON means, lists that are too short or too long included', () => {
    const entry = fc.record(
      {
        shardId: fc.constantFrom('shardId-0000000000', 'shardId-0000000001', ''),
        sequenceNumber: fc.nat().map(String),
        errorCode: fc.constantFrom('DIS.4303', 'DIS.5250', ''),
        errorMessage: fc.string()
      },
      { requiredKeys: [] }
    )
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 8 }), fc.nat(3), fc.nat(8), (entries, failed, records) => {
        const json = {
          failed_record_count: failed,
          records: entries.map(({ shardId, sequenceNumber, errorCode, errorMessage }) => ({
            partition_id: shardId,
            sequence_number: sequenceNumber,
            error_code: errorCode,
            error_message: errorMessage
          }))
        }
        const body = encodeResult({ failedRecordCount: failed, records: entries })
        expect(readProtobufAnswer(body, records)).toEqual(
          readSendRecordsAnswer(Buffer.from(JSON.stringify(json)), records)
        )
      }),
      { numRuns: 500 }
    )
  })

  it('skips fields that nobody knows, and known ones of another type', () => {
    const hex = [
      '0801', // 1 as a number
      '090102030405060708', // 1 as eight bytes
      '0d01020304', // 1 as four
      'aa010178', // failedRecordCount as text
      'b00105', // records as a number
      'f206026869', // 110 as text
      'a80100',
      'b2010c', // an entry of 12 bytes: sequenceNumber as a number, 19 as text, shardId
      'c00107',
      '9a010141',
      'ba01023031'
    ]
    const body = Buffer.from(hex.join(''), 'hex')
    expect(readProtobufAnswer(body, 1)).toEqual({
      kind: 'results',
      results: [{ kind: 'stored', partitionId: '01' }]
    })
  })

  it('is read as JSON if it is JSON: a gateway answers in nothing else', () => {
    const json = { failed_record_count: 0, records: [{ partition_id: 'p', sequence_number: '1' }] }
    expect(readProtobufAnswer(Buffer.from(JSON.stringify(json)), 1)).toEqual({
      kind: 'results',
      results: [{ kind: 'stored', partitionId: 'p' }]
    })
    expect(readProtobufAnswer(Buffer.from('{"error":1}'), 1).kind).toBe('unreadable')
  })

  it.each([
    ['nothing', ''],
    ['a page of a proxy', Buffer.from('<html><body>Welcome').toString('hex')],
    ['a word', Buffer.from('OK').toString('hex')],
    ['a length beyond the end', 'a80100b2017f'],
    ['an entry with a length beyond its own end', 'a80100b20103ba017f41'],
    ['a varint without end', 'a801ffffffffffffffffffff01'],
    ['a length of 2^63', 'b201ffffffffffffffff7f'],
    ['field 0', '0001'],
    ['a group', 'a80100abcb01'],
    ['eight bytes that are not there', 'a8010009ffff']
  ])('%s is unreadable', (_, hex) => {
    expect(readProtobufAnswer(Buffer.from(hex, 'hex'), 1)).toMatchObject({ kind: 'unreadable' })
  })

  it('is shown without control characters', () => {
    const answer = readProtobufAnswer(Buffer.from('1b5b324a07ff', 'hex'), 1)
    expect(answer).toEqual({ kind: 'unreadable', excerpt: '0x1b5b324a07ff' })
  })

  it('never throws, and never takes for stored what a cut answer no longer says', () => {
    const whole = Buffer.from(GOLDEN_RESULT, 'hex')
    for (let length = 0; length < whole.length; length++) {
      const answer = readProtobufAnswer(whole.subarray(0, length), 2)
      const stored = answer.kind === 'results' ? answer.results.filter(({ kind }) => kind === 'stored') : []
      expect(stored.length).toBeLessThan(2)
      expect(answer.kind === 'results' && answer.results[1]?.kind === 'stored').toBe(false)
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(5), (bytes, records) => {
        const answer = readProtobufAnswer(Buffer.from(bytes), records)
        if (answer.kind === 'results') expect(answer.results).toHaveLength(records)
      }),
      { numRuns: 5_000 }
    )
  })
})
