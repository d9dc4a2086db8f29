import { describe, expect, it } from 'vitest'
import { LineStore } from '../../../packages/core/src/queue/line-store.ts'
import { JsonFormat } from '../../../packages/core/src/wire/json.ts'
import { batchOf as batchFor, boundOf, type TestRecord } from './batches.ts'

const batchOf = (store: LineStore, records: readonly TestRecord[]) =>
  batchFor(store, new JsonFormat('s', undefined), records)

const decode = (data: string) => Buffer.from(data, 'base64')

describe('the JSON body', () => {
  it('holds what JSON.stringify of the same request would hold', () => {
    const store = new LineStore()
    const batch = batchOf(store, [
      { route: { partitionKey: 'web-01' }, lines: ['one'] },
      { route: { partitionKey: 'quote " back \\ slash 日志 🔑 \u0001' }, lines: ['two'] },
      { route: { partitionId: 'shardId-0000000002' }, lines: ['three'] },
      { route: { explicitHashKey: '42' }, lines: ['four'] },
      { route: { spread: true }, lines: ['five'] }
    ])
    const body = new JsonFormat('app-logs', undefined).encode(batch, store)
    const data = (text: string) => Buffer.from(text).toString('base64')
    expect(JSON.parse(body.toString('utf8'))).toEqual({
      stream_name: 'app-logs',
      records: [
        { data: data('one'), partition_key: 'web-01' },
        { data: data('two'), partition_key: 'quote " back \\ slash 日志 🔑 \u0001' },
        { data: data('three'), partition_id: 'shardId-0000000002' },
        { data: data('four'), explicit_hash_key: '42' },
        { data: data('five') }
      ]
    })
  })

  it('names the stream id too when there is one', () => {
    const store = new LineStore()
    const body = new JsonFormat('', 'id-1').encode(
      batchOf(store, [{ route: { spread: true }, lines: ['x'] }]),
      store
    )
    expect(JSON.parse(body.toString())).toMatchObject({ stream_name: '', stream_id: 'id-1' })
  })

  it('joins the lines of an aggregated record with newlines and keeps every byte', () => {
    const store = new LineStore()
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index)
    const batch = batchOf(store, [{ route: { spread: true }, lines: ['first', bytes, '最後'] }])
    const body = JSON.parse(new JsonFormat('s', undefined).encode(batch, store).toString())
    expect(decode(body.records[0].data)).toEqual(
      Buffer.concat([Buffer.from('first\n'), bytes, Buffer.from('\n最後')])
    )
  })

  it('never writes past its size bound, whatever the lengths', () => {
    const store = new LineStore()
    for (let size = 1; size < 40; size++) {
      const lines = Array.from({ length: 60 }, (_, index) => 'é'.repeat(1 + ((size * index) % 17)))
      const batch = batchOf(
        store,
        lines.map((line) => ({ route: { partitionKey: 'k'.repeat(size) }, lines: [line] }))
      )
      const format = new JsonFormat('s', undefined)
      const bytes = format.encode(batch, store)
      expect(boundOf(format, batch, store)).toBeGreaterThanOrEqual(bytes.length)
      const body = JSON.parse(bytes.toString())
      expect(body.records.map((record: { data: string }) => decode(record.data).toString())).toEqual(lines)
    }
  })
})
