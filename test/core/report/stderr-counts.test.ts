import { describe, expect, it } from 'vitest'
import { world } from '../producer/world.ts'

const lost = (stderr: readonly string[]) =>
  stderr.flatMap((text) => {
    const [, lines, why] = /(\d+) log lines? dropped: ([^—]*) —/.exec(text) ?? []
    return lines === undefined ? [] : [[Number(lines), why]]
  })

describe('stderr, at the end', () => {
  it('has been told of every dropped line, by reason, however short the life', async () => {
    const buffer = { maxBytes: 65_536, onFull: 'dropNewest' } as const
    const { producer, clock, transport, stderr } = world({ buffer, closeTimeoutMs: 500 })
    transport.answer(() => new Promise(() => {}))
    for (let index = 0; index < 100; index++) producer.write('x'.repeat(8_000))
    const closed = producer.close()
    await clock.advance(1_000)
    await closed
    const [first, ...later] = lost(stderr)
    expect(first).toEqual([1, 'the buffer is full'])
    expect(later).toHaveLength(2)
    const { dropped } = producer.stats()
    expect(dropped).toBe(100)
    expect(lost(stderr).reduce((sum, [lines]) => sum + Number(lines), 0)).toBe(dropped)
  })

  it('is told nothing twice', async () => {
    const { producer, clock, stderr } = world()
    producer.write('x')
    await clock.advance(1_000)
    await producer.close()
    producer.write('late')
    await clock.advance(5_000)
    expect(lost(stderr)).toEqual([[1, 'they were written after close']])
  })
})

describe('what an adapter says', () => {
  it('is in the books: its drops are counted and told as any other', async () => {
    const { producer, clock, stderr } = world()
    const drops: unknown[] = []
    producer.on('dropped', (event) => drops.push(event))
    producer.write('one')
    producer.drop('four', 'buffer-full')
    await clock.advance(1_000)
    expect(producer.stats()).toMatchObject({ written: 2, delivered: 1, dropped: 1, buffered: 0 })
    expect(drops).toMatchObject([{ reason: 'buffer-full', lines: 1, bytes: 4 }])
    expect(lost(stderr)).toEqual([[1, 'the buffer is full']])
  })

  it('is a warning with the cure of its code', async () => {
    const { producer, clock, stderr } = world()
    const warnings: unknown[] = []
    producer.on('warning', (event) => warnings.push(event))
    producer.warn('BACKPRESSURE', 'nobody waits')
    await clock.advance(0)
    expect(warnings).toMatchObject([
      { code: 'BACKPRESSURE', message: 'nobody waits', cure: expect.stringContaining('docs/pino.md') }
    ])
    expect(stderr[0]).toMatch(/^\[dis-logs\] BACKPRESSURE: nobody waits — give DIS/)
  })
})
