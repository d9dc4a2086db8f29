import { describe, expect, it } from 'vitest'
import { checkedWorlds } from './world.ts'

const open = checkedWorlds()

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
