import { afterEach, describe, expect, it } from 'vitest'
import { stored, throttled } from '../../../packages/core/src/testing.ts'
import type { WireReply } from '../../../packages/core/src/wire/message.ts'
import { expectBalanced, lines, type World, world } from './world.ts'

let current: World | undefined
const open = (...args: Parameters<typeof world>): World => {
  current = world(...args)
  return current
}
afterEach(() => current && expectBalanced(current))

const error = (status: number, body: unknown = {}, headers: Record<string, string> = {}): WireReply => ({
  kind: 'answer',
  status,
  headers,
  body: Buffer.from(JSON.stringify(body))
})

describe('batching', () => {
  it('cuts a request at maxRecords at once, and the rest after the linger', async () => {
    const { producer, clock, transport } = open({ batch: { maxRecords: 10, lingerMs: 200 } })
    for (const line of lines(25)) producer.write(line)
    await clock.advance(0)
    expect(transport.batches.map((batch) => batch.length)).toEqual([10, 10])
    await clock.advance(199)
    expect(transport.batches).toHaveLength(2)
    await clock.advance(2)
    expect(transport.batches.map((batch) => batch.length)).toEqual([10, 10, 5])
    expect(transport.data).toEqual(lines(25))
  })

  it('never exceeds maxBytes by adding, not even by the last record', async () => {
    const { producer, clock, transport } = open({ batch: { maxBytes: 1_024 } })
    for (let index = 0; index < 50; index++) producer.write('x'.repeat(100 + index))
    await clock.advance(1_000)
    const sizes = transport.batches.map((batch) => batch.reduce((sum, record) => sum + record.data.length, 0))
    expect(Math.max(...sizes)).toBeLessThanOrEqual(1_024)
    expect(transport.data).toHaveLength(50)
  })

  it('sends a record that is larger than maxBytes alone', async () => {
    const { producer, clock, transport } = open({ batch: { maxBytes: 1_024 } })
    producer.write('a')
    producer.write('b'.repeat(5_000))
    producer.write('c')
    await clock.advance(1_000)
    expect(transport.batches.map((batch) => batch.map((record) => record.data.length))).toEqual([
      [1],
      [5_000],
      [1]
    ])
  })

  it('packs lines of one key into one record when aggregating, up to the given size', async () => {
    const { producer, clock, transport } = open({ aggregate: { maxBytes: 1_024 }, partitionKey: 'hostname' })
    const written = [...lines(40, 'a', 'web-01'), ...lines(40, 'b', 'web-02')]
    for (const line of written) producer.write(line)
    await clock.advance(1_000)
    const records = transport.batches.flat()
    expect(records.length).toBeLessThan(12)
    for (const record of records) {
      expect(record.data.length).toBeLessThanOrEqual(1_024)
      expect(new Set(record.data.split('\n').map((line) => JSON.parse(line).hostname))).toEqual(
        new Set([record.partition_key])
      )
    }
    expect(records.flatMap((record) => record.data.split('\n'))).toEqual(written)
  })

  it('sends nothing and sets no timer before the first line', async () => {
    const { clock, transport } = open()
    await clock.advance(60_000)
    expect(transport.requests).toHaveLength(0)
    expect(clock.timers).toBe(0)
  })
})

describe('routing', () => {
  it('uses the field, falls back to the hostname, and ships what is not JSON as it is', async () => {
    const { producer, clock, transport } = open({ partitionKey: ['tenant.id', 'service'] })
    producer.write('{"tenant":{"id":"t-1"},"service":"api"}')
    producer.write('{"service":"web"}')
    producer.write('{"msg":"none"}')
    producer.write('plain text, not JSON')
    await clock.advance(1_000)
    expect(transport.batches.flat()).toEqual([
      { data: '{"tenant":{"id":"t-1"},"service":"api"}', partition_key: 't-1' },
      { data: '{"service":"web"}', partition_key: 'web' },
      { data: '{"msg":"none"}', partition_key: 'this-host' },
      { data: 'plain text, not JSON', partition_key: 'this-host' }
    ])
  })

  it('takes a function, and the hostname if it throws or returns nothing', async () => {
    const keyOf = (line: string) => {
      if (line === 'bad') throw new Error('no key')
      return line === 'none' ? undefined : line.slice(0, 1)
    }
    const { producer, clock, transport } = open({ partitionKey: keyOf })
    for (const line of ['apple', 'bad', 'none']) producer.write(line)
    await clock.advance(1_000)
    expect(transport.batches.flat().map((record) => record.partition_key)).toEqual([
      'a',
      'this-host',
      'this-host'
    ])
  })

  it.each([
    [{ partitionKey: null }, {}],
    [{ partitionId: 'shardId-0000000001' }, { partition_id: 'shardId-0000000001' }],
    [{ explicitHashKey: '7' }, { explicit_hash_key: '7' }]
  ])('with %j sends exactly %j', async (options, route) => {
    const { producer, clock, transport } = open(options)
    producer.write('{"hostname":"x"}')
    await clock.advance(1_000)
    expect(transport.batches).toEqual([[{ data: '{"hostname":"x"}', ...route }]])
  })
})

describe('a line', () => {
  it('that is empty is skipped and not counted', async () => {
    const { producer, clock, transport } = open()
    expect(producer.write('')).toBe(true)
    expect(producer.write(new Uint8Array())).toBe(true)
    await clock.advance(1_000)
    expect(producer.stats().written).toBe(0)
    expect(transport.requests).toHaveLength(0)
  })

  it('above the record limit is cut, marked and delivered by default', async () => {
    const { producer, clock, transport } = open()
    producer.write(JSON.stringify({ hostname: 'h', msg: 'é'.repeat(800_000) }))
    await clock.advance(1_000)
    const [record] = transport.batches.flat()
    expect(Buffer.byteLength(record?.data ?? '')).toBeLessThanOrEqual(1_048_576)
    expect(JSON.parse(record?.data ?? '')).toMatchObject({
      hostname: 'h',
      dis_truncated: { originalBytes: 1_600_025 }
    })
    expect(record?.partition_key).toBe('h')
    expect(producer.stats()).toMatchObject({ delivered: 1, oversized: 1 })
  })

  it('above the record limit is rejected with a code if that was asked for', async () => {
    const { producer, events } = open({ oversize: 'reject' })
    producer.write('x'.repeat(1_048_577))
    expect(events).toMatchObject([{ name: 'rejected', payload: { code: 'OVERSIZE', lines: 1 } }])
    expect(producer.stats()).toMatchObject({ written: 1, rejected: 1, buffered: 0, oversized: 1 })
  })

  it('of exactly the record limit goes through untouched', async () => {
    const { producer, clock, transport } = open()
    producer.write('x'.repeat(1_048_576))
    await clock.advance(1_000)
    expect(transport.data[0]?.length).toBe(1_048_576)
    expect(producer.stats().oversized).toBe(0)
  })

  it('of the wrong type never throws: objects are shipped as JSON, nothing is skipped', async () => {
    const { producer, clock, transport } = open()
    const write = producer.write.bind(producer) as (line: unknown) => boolean
    write({ msg: 'object' })
    write(42)
    write(undefined)
    write(null)
    await clock.advance(1_000)
    expect(transport.data).toEqual(['{"msg":"object"}', '42'])
  })
})

describe('partial failure', () => {
  it('sends only the failed records again, each line once, whatever the counter says', async () => {
    const { producer, clock, transport } = open({ batch: { maxRecords: 10 } })
    let round = 0
    transport.answer((records) => {
      round++
      const failed = round === 1 ? { 1: 'DIS.4303', 7: 'DIS.5000' } : round === 2 ? { 0: 'DIS.4303' } : {}
      const reply = stored(records, failed)
      if (reply.kind !== 'answer') return reply
      return {
        ...reply,
        body: Buffer.from(
          reply.body.toString().replace(/"failed_record_count":\d/, '"failed_record_count":0')
        )
      }
    })
    const written = lines(10)
    for (const line of written) producer.write(line)
    await clock.advance(10_000)
    expect(transport.batches[1]?.map((record) => record.data)).toEqual([written[1], written[7]])
    expect(transport.batches[2]?.map((record) => record.data)).toEqual([written[1]])
    expect(producer.stats()).toMatchObject({ delivered: 10, retriedRecords: 3, buffered: 0 })
  })

  it('that is throttling never uses up attempts', async () => {
    const { producer, clock, transport } = open({ retry: { maxAttempts: 2 } })
    transport.answer(throttled)
    producer.write('x')
    await clock.advance(120_000)
    expect(transport.requests.length).toBeGreaterThan(20)
    transport.answer((records) => stored(records))
    await clock.advance(10_000)
    expect(producer.stats()).toMatchObject({ delivered: 1, rejected: 0 })
  })

  it('of a record by itself is given up after maxAttempts, with its code', async () => {
    const { producer, clock, transport, events } = open({ retry: { maxAttempts: 3 } })
    transport.answer((records) => stored(records, { 0: 'DIS.5000' }))
    producer.write('poison')
    producer.write('good')
    await clock.advance(60_000)
    expect(transport.data.filter((data) => data === 'poison')).toHaveLength(3)
    expect(events).toMatchObject([
      { name: 'rejected', payload: { code: 'DIS.5000', lines: 1, attempts: 3, sample: 'poison' } }
    ])
    expect(producer.stats()).toMatchObject({ delivered: 1, rejected: 1 })
  })

  it('that is final rejects that record alone, at once', async () => {
    const { producer, clock, transport, events } = open({ partitionKey: 'k' })
    transport.answer((records) => stored(records, { 1: 'DIS.4302' }))
    for (const line of ['{"k":"a"}', '{"k":"b"}', '{"k":"c"}']) producer.write(line)
    await clock.advance(1_000)
    expect(events).toMatchObject([
      { name: 'rejected', payload: { code: 'DIS.4302', partitionKey: 'b', lines: 1, attempts: 1 } }
    ])
    expect(producer.stats()).toMatchObject({ delivered: 2, rejected: 1 })
  })

  it('of aggregated records sends exactly their lines again', async () => {
    const { producer, clock, transport } = open({ aggregate: { maxBytes: 1_024 }, partitionKey: null })
    let first = true
    transport.answer((records) => {
      const failed = first ? { 1: 'DIS.4303' } : {}
      first = false
      return stored(records, failed)
    })
    const written = lines(100)
    for (const line of written) producer.write(line)
    await clock.advance(10_000)
    const failedRecord = transport.batches[0]?.[1]?.data ?? ''
    expect(transport.batches[1]?.map((record) => record.data)).toEqual([failedRecord])
    expect(producer.stats()).toMatchObject({ delivered: 100, buffered: 0 })
  })

  it('ages a record out with maxAgeMs', async () => {
    const { producer, clock, transport } = open({ retry: { maxAgeMs: 5_000 } })
    transport.answer(throttled)
    producer.write('x')
    await clock.advance(20_000)
    expect(producer.stats()).toMatchObject({ rejected: 1, buffered: 0 })
  })

  it('shuts a throttled partition while the others go on', async () => {
    const { producer, clock, transport } = open({ partitionKey: 'k', batch: { lingerMs: 0 } })
    // Teaches it where the keys lead.
    transport.answer((records) =>
      stored(records, {}, records[0]?.partition_key === 'hot' ? 'shardId-0000000000' : 'shardId-0000000001')
    )
    producer.write('{"k":"hot"}')
    await clock.advance(10)
    producer.write('{"k":"cold"}')
    await clock.advance(10)
    transport.answer((records) =>
      stored(
        records,
        Object.fromEntries(
          records.flatMap((record, index) => (record.partition_key === 'hot' ? [[index, 'DIS.4303']] : []))
        ),
        'shardId-0000000001'
      )
    )
    transport.batches.length = 0
    for (let index = 0; index < 20; index++) {
      producer.write('{"k":"hot"}')
      producer.write('{"k":"cold"}')
      await clock.advance(20)
    }
    expect(transport.data.filter((data) => data.includes('cold'))).toHaveLength(20)
    const attemptsOnHot = transport.batches.filter((batch) =>
      batch.some((record) => record.partition_key === 'hot')
    )
    expect(attemptsOnHot.length).toBeLessThan(10)
  })
})

describe('a request that fails as a whole', () => {
  it.each<[string, () => WireReply]>([
    ['500', () => error(500, { errorCode: 'DIS.5000', message: 'x' })],
    ['503 from a proxy', () => error(503, '<html>')],
    ['429', () => error(429, { error_code: 'APIGW.0308' })],
    [
      'a reset connection',
      () => ({ kind: 'failure', code: 'ECONNRESET', message: 'reset', ambiguous: true })
    ],
    ['an unreadable 200', () => ({ kind: 'answer', status: 200, headers: {}, body: Buffer.from('<html>') })],
    ['an empty 200', () => ({ kind: 'answer', status: 200, headers: {}, body: Buffer.alloc(0) })]
  ])('by %s is tried again until the outage ends, however long', async (_, reply) => {
    const { producer, clock, transport } = open({ retry: { maxAttempts: 2 } })
    transport.answer(reply)
    for (const line of lines(20)) producer.write(line)
    await clock.advance(600_000)
    expect(producer.stats()).toMatchObject({ delivered: 0, rejected: 0, buffered: 20 })
    transport.answer((records) => stored(records))
    await clock.advance(30_000)
    expect(producer.stats()).toMatchObject({ delivered: 20, buffered: 0 })
  })

  it('waits as long as Retry-After says', async () => {
    const { producer, clock, transport } = open()
    transport.answer(() => error(429, {}, { 'retry-after': '7' }))
    producer.write('x')
    await clock.advance(200)
    expect(transport.requests).toHaveLength(1)
    transport.answer((records) => stored(records))
    await clock.advance(6_900)
    expect(transport.requests).toHaveLength(1)
    await clock.advance(200)
    expect(transport.requests).toHaveLength(2)
  })

  it('does not hammer: ten minutes of outage cost few requests', async () => {
    const { producer, clock, transport } = open()
    transport.answer(() => error(503))
    for (const line of lines(5_000)) producer.write(line)
    await clock.advance(600_000)
    expect(transport.requests.length).toBeLessThan(80)
    expect(transport.requests.length).toBeGreaterThan(20)
  })

  it('by 413 is cut in halves until it fits; a single record that is too large is rejected', async () => {
    const { producer, clock, transport, events } = open({ batch: { maxRecords: 8 } })
    transport.answer((records) =>
      records.some((record) => record.data === 'giant') || records.length > 2
        ? error(413, { error_code: 'APIGW.0201', error_msg: 'too large' })
        : stored(records)
    )
    for (const line of ['a', 'b', 'c', 'giant', 'd', 'e', 'f', 'g']) producer.write(line)
    await clock.advance(10_000)
    expect(producer.stats()).toMatchObject({ delivered: 7, rejected: 1, buffered: 0 })
    expect(events).toMatchObject([{ payload: { code: 'APIGW.0201', sample: 'giant' } }])
    expect(transport.requests.length).toBeLessThanOrEqual(9)
  })

  it('by 413 is cut inside a record that packs many lines, in order, down to the line that is too large', async () => {
    const { producer, clock, transport, events } = open({ aggregate: true, ordered: true })
    const arrived: string[] = []
    transport.answer((records) => {
      const texts = records.flatMap((record) => record.data.split('\n'))
      if (texts.includes('giant') || texts.length > 3)
        return error(413, { error_code: 'APIGW.0201', error_msg: 'too large' })
      arrived.push(...texts)
      return stored(records)
    })
    const written = ['a', 'b', 'c', 'd', 'e', 'giant', 'f', 'g', 'h', 'i', 'j']
    for (const line of written) producer.write(line)
    await clock.advance(10_000)
    expect(arrived).toEqual(written.filter((line) => line !== 'giant'))
    expect(producer.stats()).toMatchObject({ delivered: 10, rejected: 1, buffered: 0 })
    expect(events).toMatchObject([{ payload: { code: 'APIGW.0201', lines: 1, sample: 'giant' } }])
  })

  it('that is refused for good rejects its lines with the code and how to mend it', async () => {
    const { producer, clock, transport, events, stderr } = open()
    transport.answer(() => error(400, { errorCode: 'DIS.4301', message: 'The stream does not exist' }))
    for (const line of lines(3)) producer.write(line)
    await clock.advance(1_000)
    expect(events).toMatchObject([{ name: 'rejected', payload: { code: 'DIS.4301', lines: 3 } }])
    expect(stderr.join('')).toMatch(/3 log lines rejected: DIS\.4301: .*check streamName/)
  })
})

describe('ordered', () => {
  it('without aggregate gives a hint about the rate, once, and hides no other warning by it', async () => {
    const { clock, events, producer, stderr, transport } = open({ ordered: true })
    transport.answer(() => error(441, { errorCode: 'DIS.4114', message: 'token expired' }))
    await clock.advance(1)
    expect(events).toMatchObject([{ name: 'warning', payload: { code: 'ORDERED_RATE' } }])
    expect(stderr.join('')).toMatch(/ORDERED_RATE: .* one line a round trip.* — set aggregate: true/)
    producer.write('a line')
    await clock.advance(30_000)
    expect(stderr).toHaveLength(2)
    expect(stderr[1]).toContain('DIS.4114')
  })

  it('with aggregate has nothing to say', async () => {
    const { clock, events } = open({ ordered: true, aggregate: true })
    await clock.advance(1)
    expect(events).toEqual([])
  })
})

describe('refused credentials', () => {
  it('are tried at most three times before the circuit opens, then every five minutes; nothing is lost', async () => {
    const { producer, clock, transport, events, stderr } = open()
    transport.answer(() => error(441, { errorCode: 'DIS.4114', message: 'token expired' }))
    for (const line of lines(5_000)) producer.write(line)
    await clock.advance(60_000)
    expect(transport.requests).toHaveLength(3)
    await clock.advance(600_000)
    expect(transport.requests).toHaveLength(5)
    expect(events).toMatchObject([{ name: 'warning', payload: { code: 'DIS.4114' } }])
    expect(stderr).toHaveLength(1)
    transport.answer((records) => stored(records))
    await clock.advance(310_000)
    expect(producer.stats()).toMatchObject({ delivered: 5_000, buffered: 0 })
  })

  it('are asked for again where that can help, and the new ones are used at once', async () => {
    let issued = 0
    const { producer, clock, transport } = open({ credentials: async () => ({ token: `T${++issued}` }) })
    transport.answer((records, request) =>
      request.headers['X-Auth-Token'] === 'T1' ? error(441, { errorCode: 'DIS.4114' }) : stored(records)
    )
    producer.write('x')
    await clock.advance(300)
    expect(producer.stats()).toMatchObject({ delivered: 1 })
    expect(transport.requests).toHaveLength(2)
  })

  it('from a function that fails are an outage like any other', async () => {
    let works = false
    const { producer, clock } = open({
      credentials: () => {
        if (!works) throw new Error('vault is sealed')
        return { token: 'T' }
      }
    })
    producer.write('x')
    await clock.advance(60_000)
    expect(producer.stats()).toMatchObject({ buffered: 1 })
    works = true
    await clock.advance(60_000)
    expect(producer.stats()).toMatchObject({ delivered: 1 })
  })
})

describe('ordered', () => {
  it('has at most one record of a key in a request and in flight, and keeps the order under throttling', async () => {
    let seed = 7
    const random = () => {
      seed = (seed * 16_807) % 2_147_483_647
      return seed / 2_147_483_647
    }
    const { producer, clock, transport } = open(
      { ordered: true, partitionKey: 'k', batch: { lingerMs: 1 } },
      random
    )
    const arrived = new Map<string, number[]>()
    transport.answer((records) => {
      const keys = records.map((record) => record.partition_key ?? '')
      expect(new Set(keys).size).toBe(keys.length)
      const failed: Record<number, string> = {}
      records.forEach((record, index) => {
        if (random() < 0.3) failed[index] = 'DIS.4303'
        else {
          const { k, n } = JSON.parse(record.data)
          arrived.set(k, [...(arrived.get(k) ?? []), n])
        }
      })
      return stored(records, failed)
    })
    for (let n = 0; n < 60; n++) for (const k of ['a', 'b', 'c']) producer.write(JSON.stringify({ k, n }))
    await clock.advance(600_000)
    for (const k of ['a', 'b', 'c']) expect(arrived.get(k)).toEqual(Array.from({ length: 60 }, (_, n) => n))
  })
})
