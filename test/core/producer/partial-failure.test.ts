import { describe, expect, it } from 'vitest'
import { stored, throttled } from '../../../packages/core/src/testing.ts'
import { checkedWorlds, lines } from './world.ts'

const open = checkedWorlds()

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

  it('does not hold up a key whose partition is not known yet, for its first records being turned away', async () => {
    const { producer, clock, transport } = open({
      partitionKey: 'k',
      aggregate: true,
      batch: { lingerMs: 0 }
    })
    transport.answer(throttled)
    for (let index = 0; index < 400; index++) producer.write(`{"k":"new","pad":"${'x'.repeat(230)}"}`)
    await clock.advance(2_000)
    transport.answer((records) => stored(records))
    await clock.advance(2_000)
    expect(producer.stats()).toMatchObject({ delivered: 400, buffered: 0 })
  })
})
