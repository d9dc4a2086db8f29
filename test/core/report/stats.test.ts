/** What the counters say besides counts: whose they are, what bounds them, and why lines were dropped. */
import { describe, expect, it } from 'vitest'
import { DROP_REASONS } from '../../../packages/core/src/report/codes.ts'
import { noneDropped } from '../../../packages/core/src/report/stats.ts'
import { stored } from '../../../packages/core/src/testing.ts'
import { checkedWorlds, errorReply, lines } from '../producer/world.ts'

const world = checkedWorlds()

describe('stats', () => {
  it('name the producer and its stream: no two producers have one id', () => {
    const [one, other] = [world(), world({ streamName: 'other' })]
    expect(one.producer.stats().producerId).toMatch(/^\d+\.\d+$/)
    expect(one.producer.stats().producerId).not.toBe(other.producer.stats().producerId)
    expect(one.producer.stats().producerId).toBe(one.producer.stats().producerId)
    expect([one.producer.stats().streamName, other.producer.stats().streamName]).toEqual(['s', 'other'])
  })

  it('name the bound of the buffer, and what counts against it', () => {
    const { producer } = world({ buffer: { maxBytes: 1_000_000 } })
    expect(producer.stats()).toMatchObject({ bufferMaxBytes: 1_000_000, spoolMaxBytes: 0 })
    const before = producer.stats().bufferUsedBytes
    for (const line of lines(100)) producer.write(line)
    const { bufferedBytes, bufferUsedBytes } = producer.stats()
    expect(bufferUsedBytes).toBeGreaterThan(before)
    expect(bufferUsedBytes).toBeGreaterThan(bufferedBytes)
  })

  it('count dropped lines by each reason that there is', async () => {
    expect(Object.keys(noneDropped())).toEqual([...DROP_REASONS])
    const { producer, clock, transport } = world({
      buffer: { maxBytes: 65_536, onFull: 'dropNewest' },
      closeTimeoutMs: 0
    })
    transport.answer(() => new Promise(() => {}))
    for (const line of lines(1_000)) producer.write(line)
    producer.drop('', 'format', new Error('bad'))
    const closed = producer.close()
    await clock.advance(1)
    await closed
    producer.write('late')
    const { dropped, droppedBy } = producer.stats()
    const { 'buffer-full': full, closing, closed: late, format, ...others } = droppedBy
    expect([full > 0, closing > 0, late, format]).toEqual([true, true, 1, 1])
    expect(others).toEqual({ 'spool-full': 0, 'spool-damaged': 0, worker: 0 })
    expect(full + closing + late + format).toBe(dropped)
  })

  it('are a copy: what was asked before does not change', () => {
    const { producer } = world()
    const before = producer.stats()
    producer.drop('', 'format')
    expect([before.droppedBy.format, producer.stats().droppedBy.format]).toEqual([0, 1])
  })

  it('say that credentials are refused, until they are accepted', async () => {
    const { producer, clock, transport } = world()
    transport.answer(() => errorReply(401, { errorCode: 'APIGW.0301' }))
    producer.write('line')
    expect(producer.stats().credentialsRefused).toBe(false)
    await clock.advance(30_000)
    expect(producer.stats().credentialsRefused).toBe(true)
    transport.answer((records) => stored(records))
    await clock.advance(600_000)
    expect(producer.stats()).toMatchObject({ credentialsRefused: false, delivered: 1 })
  })
})
