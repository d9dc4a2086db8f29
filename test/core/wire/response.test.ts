import { describe, expect, it } from 'vitest'
import { readError, readSendRecordsAnswer } from '../../../packages/core/src/wire/response.ts'

const read = (body: unknown, records: number) =>
  readSendRecordsAnswer(Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)), records)

const ok = { partition_id: 'shardId-0000000001', sequence_number: '15' }
const bad = { error_code: 'DIS.4303', error_message: 'Exceeded traffic control limit' }
const stored = { kind: 'stored', partitionId: 'shardId-0000000001' }
const failed = { kind: 'failed', code: 'DIS.4303', message: 'Exceeded traffic control limit' }
const unknown = { kind: 'unknown' }

describe('the answer of SendRecords', () => {
  it('is read record by record, in order', () => {
    expect(read({ failed_record_count: 1, records: [ok, bad, ok] }, 3)).toEqual({
      kind: 'results',
      results: [stored, failed, stored]
    })
  })

  it('decides by error_code even if the counter says that nothing failed', () => {
    expect(read({ failed_record_count: 0, records: [ok, bad] }, 2)).toMatchObject({
      results: [stored, failed]
    })
  })

  it('counts a record as failed that carries both the fields of success and an error_code', () => {
    expect(read({ failed_record_count: 1, records: [{ ...ok, ...bad }] }, 1)).toMatchObject({
      results: [failed]
    })
  })

  it('takes an empty error_code for success', () => {
    expect(read({ failed_record_count: 0, records: [{ ...ok, error_code: '' }] }, 1)).toMatchObject({
      results: [stored]
    })
  })

  it("survives the documentation's own sample: an object in place of the list, a number as sequence number", () => {
    const sample = { failed_record_count: 2, records: { ...ok, sequence_number: 17, ...bad } }
    expect(read(sample, 2)).toMatchObject({ results: [failed, unknown] })
  })

  it('counts the whole batch as written if the list is short and nothing failed', () => {
    expect(read({ failed_record_count: 0, records: [ok] }, 3)).toMatchObject({
      results: [stored, { kind: 'stored' }, { kind: 'stored' }]
    })
  })

  it('leaves unmatched records unknown if the list is short and something failed', () => {
    expect(read({ failed_record_count: 1, records: [ok] }, 2)).toMatchObject({ results: [stored, unknown] })
  })

  it('ignores entries beyond the records sent', () => {
    expect(read({ failed_record_count: 0, records: [ok, ok, ok] }, 2)).toEqual({
      kind: 'results',
      results: [stored, stored]
    })
  })

  it('calls everything unknown if failures are counted and no entry shows one', () => {
    expect(read({ failed_record_count: 2, records: [ok, ok] }, 2)).toMatchObject({
      results: [unknown, unknown]
    })
  })

  it.each(['', 'null', '[]', '<html>', '{"hello":1}', '{"records":[]}', '{"records":', '"text"'])(
    'calls %j unreadable instead of guessing',
    (body) => {
      expect(read(body, 1).kind).toBe('unreadable')
    }
  )
})

describe('an error body', () => {
  it.each([
    [{ errorCode: 'DIS.4301', message: 'no stream' }, 'DIS.4301', 'no stream'],
    [{ error_code: 'APIGW.0301', error_msg: 'bad auth' }, 'APIGW.0301', 'bad auth'],
    [{ error_code: 'APIG.0308', error_message: 'slow down', status_code: 429 }, 'APIG.0308', 'slow down'],
    [{ error: { code: 401, message: 'no', title: 'Unauthorized' } }, '401', 'no'],
    [{ code: 'X', message: 'y' }, 'X', 'y']
  ])('is read in the shape %j', (body, code, message) => {
    expect(readError(Buffer.from(JSON.stringify(body)))).toEqual({ code, message })
  })

  it('is quoted if it is not JSON', () => {
    expect(readError(Buffer.from('<h1>Bad gateway</h1>'))).toEqual({
      code: '',
      message: '<h1>Bad gateway</h1>'
    })
  })
})
