import { describe, expect, it } from 'vitest'
import { checkedWorlds, lines } from './world.ts'

const open = checkedWorlds()

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
