import type { EventEmitter } from 'node:events'
import { describe, expect, it, vi } from 'vitest'
import { stored, throttled } from '../../../packages/core/src/testing.ts'
import { expectBalanced, lines, world } from './world.ts'

describe('flush', () => {
  it('sends without waiting for the linger and resolves when everything before it is settled', async () => {
    const { producer, clock, transport } = world({ batch: { lingerMs: 60_000 } })
    for (const line of lines(3)) producer.write(line)
    const flushed = producer.flush()
    await clock.advance(0)
    await expect(flushed).resolves.toEqual({ delivered: 3, rejected: 0, dropped: 0, spooled: 0, pending: 0 })
    expect(transport.requests).toHaveLength(1)
  })

  it('resolves at once when nothing is buffered', async () => {
    await expect(world().producer.flush()).resolves.toMatchObject({ delivered: 0, pending: 0 })
  })

  it('waits for retries', async () => {
    const { producer, clock, transport } = world()
    transport.answer(throttled)
    producer.write('x')
    const done = vi.fn()
    void producer.flush().then(done)
    await clock.advance(5_000)
    expect(done).not.toHaveBeenCalled()
    transport.answer((records) => stored(records))
    await clock.advance(5_000)
    expect(done).toHaveBeenCalledWith({ delivered: 1, rejected: 0, dropped: 0, spooled: 0, pending: 0 })
  })

  it('does not wait for lines written after it, and lets those linger again', async () => {
    const { producer, clock, transport } = world({ batch: { lingerMs: 1_000 } })
    producer.write('before')
    const flushed = producer.flush()
    await clock.advance(0)
    await flushed
    producer.write('after')
    await clock.advance(500)
    expect(transport.data).toEqual(['before'])
    await clock.advance(600)
    expect(transport.data).toEqual(['before', 'after'])
  })

  it('resolves a thousand concurrent calls in order', async () => {
    const { producer, clock } = world()
    const order: number[] = []
    const all = Array.from({ length: 1_000 }, (_, index) => {
      producer.write(`line ${index}`)
      return producer.flush().then(() => order.push(index))
    })
    await clock.advance(1_000)
    await Promise.all(all)
    expect(order).toEqual(Array.from({ length: 1_000 }, (_, index) => index))
  })

  it('gives up waiting after timeoutMs and says what is pending', async () => {
    const { producer, clock, transport } = world()
    transport.answer(throttled)
    for (const line of lines(4)) producer.write(line)
    const flushed = producer.flush({ timeoutMs: 300 })
    await clock.advance(301)
    await expect(flushed).resolves.toEqual({ delivered: 0, rejected: 0, dropped: 0, spooled: 0, pending: 4 })
    expect(producer.stats().buffered).toBe(4)
  })
})

describe('close', () => {
  it('flushes, releases the connections and reports; later calls share its result', async () => {
    const { producer, clock, transport } = world({ batch: { lingerMs: 60_000 } })
    for (const line of lines(3)) producer.write(line)
    const first = producer.close()
    expect(producer.close()).toBe(first)
    await clock.advance(0)
    await expect(first).resolves.toEqual({ delivered: 3, rejected: 0, dropped: 0, spooled: 0, pending: 0 })
    expect(transport.closed).toBe(true)
    expect(clock.timers).toBe(0)
  })

  it('is bounded: what cannot be sent in time is dropped, counted and told', async () => {
    const { producer, clock, transport, events, stderr } = world({ closeTimeoutMs: 1_000 })
    transport.answer(() => new Promise(() => {}))
    for (const line of lines(700)) producer.write(line)
    const closed = producer.close()
    await clock.advance(1_001)
    await expect(closed).resolves.toEqual({ delivered: 0, rejected: 0, dropped: 700, spooled: 0, pending: 0 })
    expect(events).toMatchObject([{ name: 'dropped', payload: { reason: 'closing', lines: 700 } }])
    expect(stderr.join('')).toContain('700 log lines dropped')
  })

  it('ends a backoff that is under way when its own time is over', async () => {
    const { producer, clock, transport } = world({ retry: { baseMs: 60_000, maxMs: 60_000 } })
    transport.answer(throttled)
    producer.write('x')
    await clock.advance(300)
    const closed = producer.close({ timeoutMs: 500 })
    await clock.advance(501)
    await expect(closed).resolves.toMatchObject({ dropped: 1 })
    expect(clock.timers).toBe(0)
  })

  it('ignores answers that come later and does not settle twice', async () => {
    const { producer, clock, transport } = world()
    let answer: (() => void) | undefined
    transport.answer((records) => new Promise((resolve) => (answer = () => resolve(stored(records)))))
    producer.write('x')
    await clock.advance(300)
    const closed = producer.close({ timeoutMs: 10 })
    await clock.advance(11)
    await closed
    answer?.()
    await clock.advance(1_000)
    expect(producer.stats()).toMatchObject({ written: 1, delivered: 0, dropped: 1, buffered: 0 })
  })

  it('counts lines written after it as dropped, and write does not throw', async () => {
    const world_ = world()
    const closed = world_.producer.close()
    expect(world_.producer.write('late')).toBe(false)
    await closed
    expect(world_.producer.stats()).toMatchObject({ written: 1, dropped: 1 })
    expectBalanced(world_)
  })
})

describe('a full buffer', () => {
  const small = { maxBytes: 65_536 }

  it('with block answers false, loses nothing, and calls drain when a quarter is free', async () => {
    const { producer, clock, transport } = world({ buffer: { ...small, onFull: 'block' } })
    let release: (() => void)[] = []
    transport.answer((records) => new Promise((resolve) => release.push(() => resolve(stored(records)))))
    const drained = vi.fn()
    producer.on('drain', drained)
    let written = 0
    while (producer.write('x'.repeat(1_000))) written++
    expect(written).toBeLessThan(66)
    await clock.advance(300)
    expect(drained).not.toHaveBeenCalled()
    while (release.length > 0) {
      for (const answer of release.splice(0)) answer()
      await clock.advance(300)
    }
    release = []
    expect(drained).toHaveBeenCalledOnce()
    expect(producer.stats()).toMatchObject({ delivered: written + 1, dropped: 0, buffered: 0 })
    expect(producer.write('again')).toBe(true)
  })

  it('sends at once what a writer waits for, however long lines may linger', async () => {
    const { producer, clock } = world({ buffer: small, batch: { lingerMs: 60_000, maxRecords: 5_000 } })
    let written = 1
    while (producer.write('x'.repeat(1_000))) written++
    await clock.advance(10)
    expect(producer.stats()).toMatchObject({ written, delivered: written })
  })

  it('with dropNewest keeps what it has, counts and tells what it gave up', async () => {
    const { producer, clock, transport, events } = world({ buffer: { ...small, onFull: 'dropNewest' } })
    transport.answer(() => new Promise(() => {}))
    for (let index = 0; index < 100; index++)
      expect(producer.write(`${index} ${'x'.repeat(1_000)}`)).toBe(true)
    await clock.advance(300)
    const { buffered, dropped, written, bufferedBytes } = producer.stats()
    expect(written).toBe(100)
    expect(buffered + dropped).toBe(100)
    expect(dropped).toBeGreaterThan(30)
    expect(bufferedBytes).toBeLessThanOrEqual(65_536)
    expect(
      events.every(
        ({ name, payload }) => name === 'dropped' && (payload as { reason: string }).reason === 'buffer-full'
      )
    ).toBe(true)
    expect(transport.data[0]?.startsWith('0 ')).toBe(true)
  })

  it('with dropOldest gives up the oldest lines that are not in flight', async () => {
    const { producer, clock, transport } = world({
      buffer: { ...small, onFull: 'dropOldest' },
      batch: { lingerMs: 1_000 }
    })
    for (let index = 0; index < 100; index++) {
      producer.write(`${index} ${'x'.repeat(1_000)}`)
      if (index % 10 === 9) await clock.advance(1)
    }
    await clock.advance(2_000)
    const { delivered, dropped } = producer.stats()
    expect(delivered + dropped).toBe(100)
    const own = transport.data.filter((data) => !data.includes('dis_dropped'))
    expect(own.map((data) => Number.parseInt(data, 10))).toEqual(
      Array.from({ length: delivered }, (_, index) => 100 - delivered + index)
    )
  })

  it('says so on stderr at most once in thirty seconds, with the number of lines', async () => {
    const { producer, clock, transport, stderr } = world({ buffer: { ...small, onFull: 'dropNewest' } })
    transport.answer(() => new Promise(() => {}))
    for (let second = 0; second < 61; second++) {
      for (let index = 0; index < 10; index++) producer.write('x'.repeat(8_000))
      await clock.advance(1_000)
    }
    const about = stderr.filter((text) => text.includes('dropped'))
    expect(about).toHaveLength(3)
    expect(about[1]).toMatch(/\d{2,} log lines dropped/)
  })
})

describe('trouble', () => {
  it('of a listener stays with the listener: delivery goes on', async () => {
    const { producer, clock, transport } = world()
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    producer.on('rejected', () => {
      throw new Error('from the listener')
    })
    transport.answer((records) => stored(records, { 0: 'DIS.4302' }))
    for (const line of lines(3)) producer.write(line)
    await clock.advance(1_000)
    expect(producer.stats()).toMatchObject({ delivered: 2, rejected: 1, buffered: 0 })
    expect(warned).toHaveBeenCalled()
    warned.mockRestore()
  })

  it('is never an error event, and is said once, not a hundred times', async () => {
    const { producer, clock, transport, stderr } = world()
    const emitter: EventEmitter = producer
    const failed = vi.fn()
    emitter.on('error', failed)
    transport.answer(() => ({
      kind: 'failure',
      code: 'ECONNREFUSED',
      message: 'connect ECONNREFUSED',
      ambiguous: false
    }))
    producer.write('x')
    await clock.advance(50_000)
    expect(failed).not.toHaveBeenCalled()
    expect(stderr).toHaveLength(1)
    expect(stderr[0]).toContain('ECONNREFUSED')
  })
})
