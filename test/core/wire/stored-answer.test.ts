import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readSendRecordsAnswer } from '../../../packages/core/src/wire/response.ts'
import { readStoredAnswer } from '../../../packages/core/src/wire/stored-answer.ts'

const entry = (partition: number) => ({
  partition_id: `shardId-000000000${partition}`,
  sequence_number: '17'
})
const body = (value: unknown, space = 0) => Buffer.from(JSON.stringify(value, null, space))

describe('an answer in which every record is stored', () => {
  it.each([0, 2])('gives the partition of each, with or without white space (%i)', (space) => {
    const answer = body({ failed_record_count: 0, records: [entry(0), entry(2), entry(2)] }, space)
    expect(readStoredAnswer(answer, 3)?.map(({ partitionId }) => partitionId)).toEqual([
      'shardId-0000000000',
      'shardId-0000000002',
      'shardId-0000000002'
    ])
  })

  it('gives the partition of each of many, whose ids differ in their length and in their last characters', () => {
    const ids = Array.from({ length: 300 }, (_, index) => `shardId-${(index * 7919) % 101}`)
    const answer = body({
      failed_record_count: 0,
      records: ids.map((id, index) => ({
        partition_id: id,
        sequence_number: `${index}`,
        error_code: '',
        error_message: null
      }))
    })
    expect(readStoredAnswer(answer, 300)?.map(({ partitionId }) => partitionId)).toEqual(ids)
  })

  it.each([
    ['an error code', '"error_code":"DIS.4303"'],
    ['no digits', '"sequence_number":""'],
    ['other text behind the digits', '"sequence_number":"17x"']
  ])('sees %s behind a row of entries that are all alike', (_, change) => {
    const alike = { ...entry(0), error_code: null, error_message: null }
    const text = body({ failed_record_count: 0, records: Array.from({ length: 9 }, () => alike) }).toString()
    const name = change.split(':')[0] ?? ''
    const at = text.lastIndexOf(name, text.lastIndexOf('{') - 1)
    const end = text.indexOf(',', at)
    expect(readStoredAnswer(Buffer.from(text.slice(0, at) + change + text.slice(end)), 9)).toBeUndefined()
    expect(readStoredAnswer(Buffer.from(text), 9)).toHaveLength(9)
  })

  it('is left to the other reader wherever it was cut', () => {
    const alike = { ...entry(0), error_code: null, error_message: null }
    const whole = body({ failed_record_count: 0, records: [alike, alike, alike] })
    for (let length = 0; length < whole.length; length++) {
      expect(readStoredAnswer(whole.subarray(0, length), 3)).toBeUndefined()
    }
  })

  it.each([
    ['another number of entries', { failed_record_count: 0, records: [entry(0)] }],
    ['a failure', { failed_record_count: 0, records: [entry(0), { ...entry(1), error_code: 'DIS.4303' }] }],
    ['a count of failures', { failed_record_count: 1, records: [entry(0), entry(1)] }],
    ['a bare entry', { failed_record_count: 0, records: [entry(0), {}] }],
    ['another order', { records: [entry(0), entry(1)], failed_record_count: 0 }],
    ['one entry too many', { failed_record_count: 0, records: [entry(0), entry(1), entry(2)] }],
    ['more members', { failed_record_count: 0, records: [entry(0), entry(1)], more: 1 }]
  ])('is left to the other reader for %s', (_, value) => {
    expect(readStoredAnswer(body(value), 2)).toBeUndefined()
  })

  it('is read as the other reader reads it, whatever the answer', () => {
    const result = fc.oneof(
      fc.record({ partition_id: fc.string(), sequence_number: fc.nat().map(String) }),
      fc.record({ error_code: fc.constantFrom('DIS.4303', '', null), error_message: fc.string() }),
      fc.constantFrom(entry(0), { ...entry(1), error_code: null, error_message: null })
    )
    fc.assert(
      fc.property(fc.array(result, { maxLength: 6 }), fc.nat(6), fc.nat(1), (records, asked, failed) => {
        const answer = { failed_record_count: failed, records }
        const fast = readStoredAnswer(body(answer), asked)
        // The members the other way round are only understood by the other reader.
        const slow = readSendRecordsAnswer(body({ records, failed_record_count: failed }), asked)
        if (fast !== undefined) expect(slow).toEqual({ kind: 'results', results: fast })
      }),
      { numRuns: 2_000 }
    )
  })
})
