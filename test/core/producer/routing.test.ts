import { describe, expect, it } from 'vitest'
import { checkedWorlds } from './world.ts'

const open = checkedWorlds()

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

  it('lets a line go where it says, whatever the options say, and refuses what the options would refuse', async () => {
    const { producer, clock, transport } = open({ partitionKey: 'tenant' })
    producer.write('{"tenant":"t"}')
    producer.writeTo({ partitionId: '2' }, '{"tenant":"by id"}')
    producer.writeTo({ explicitHashKey: '7' }, Buffer.from('by hash'))
    producer.writeTo({ partitionKey: 'k' }, '{"tenant":"by key"}')
    producer.writeTo({ spread: true }, 'anywhere')
    for (const [route, option] of [
      [{ partitionId: 'x' }, 'partitionId'],
      [{ explicitHashKey: '-1' }, 'explicitHashKey'],
      [{ partitionKey: '' }, 'partitionKey']
    ] as const) {
      expect(() => producer.writeTo(route, 'refused')).toThrow(expect.objectContaining({ option }))
    }
    producer.write('{"tenant":"t"}')
    await clock.advance(1_000)
    expect(transport.batches.flat()).toEqual([
      { data: '{"tenant":"t"}', partition_key: 't' },
      { data: '{"tenant":"t"}', partition_key: 't' },
      { data: '{"tenant":"by id"}', partition_id: '2' },
      { data: 'by hash', explicit_hash_key: '7' },
      { data: '{"tenant":"by key"}', partition_key: 'k' },
      { data: 'anywhere' }
    ])
    expect(producer.stats()).toMatchObject({ written: 6, delivered: 6 })
  })
})
