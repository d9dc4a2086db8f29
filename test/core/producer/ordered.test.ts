import { describe, expect, it } from 'vitest'
import { stored } from '../../../packages/core/src/testing.ts'
import { seeded } from '../../fixtures/random.mjs'
import { checkedWorlds, errorReply } from './world.ts'

const open = checkedWorlds()

describe('ordered', () => {
  it('has at most one record of a key in a request and in flight, and keeps the order under throttling', async () => {
    const random = seeded(6)
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

  it('without aggregate gives a hint about the rate, once, and hides no other warning by it', async () => {
    const { clock, events, producer, stderr, transport } = open({ ordered: true })
    transport.answer(() => errorReply(441, { errorCode: 'DIS.4114', message: 'token expired' }))
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
