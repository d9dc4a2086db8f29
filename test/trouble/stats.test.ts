/** What an operator sees: the age of the oldest line, and what each partition takes and turns away. */
import { describe, expect, it } from 'vitest'
import type { Stats } from '../../packages/core/src/index.ts'
import { stored, throttled } from '../../packages/core/src/testing.ts'
import { type World, world } from '../core/producer/world.ts'
import { keyedLine, offer, uuid } from './load.ts'
import { answerOf, partitionOf, refusal, Service } from './service.ts'

interface PartitionStats {
  /** `''`: records whose partition is not known. */
  readonly partitionId: string
  /** Records. */
  readonly delivered: number
  readonly throttled: number
  readonly failed: number
  readonly takenPerSecond: number
  readonly limitPerSecond: number | null
}

interface StatsToCome extends Stats {
  readonly oldestMs: number
  readonly partitions: readonly PartitionStats[]
}

const statsOf = ({ producer }: World): StatsToCome => producer.stats() as StatsToCome

const idOf = (partition: number): string => `shardId-${String(partition).padStart(10, '0')}`

describe('stats().oldestMs', () => {
  it('is the age of the oldest line that is not settled, and 0 without one', async () => {
    const current = world({ batch: { lingerMs: 60_000 } })
    const { producer, clock } = current
    expect(statsOf(current).oldestMs).toBe(0)
    producer.write('first')
    await clock.advance(1_000)
    producer.write('second')
    await clock.advance(234)
    expect(statsOf(current).oldestMs).toBe(1_234)
    const flushed = producer.flush()
    await clock.advance(1)
    await flushed
    expect(statsOf(current).oldestMs).toBe(0)
  })

  it('counts what is in flight and what waits for a retry, over all keys and partitions', async () => {
    const current = world({ partitionKey: 'k', retry: { maxAttempts: 1_000 } })
    const { producer, clock, transport } = current
    transport.answer((records) =>
      stored(
        records,
        Object.fromEntries(
          records.flatMap(({ partition_key }, index) =>
            partition_key === 'stuck' ? [[index, 'DIS.5000']] : []
          )
        )
      )
    )
    producer.write(keyedLine('stuck', 0))
    for (let second = 1; second <= 30; second++) {
      producer.write(keyedLine(uuid(second), second))
      await clock.advance(1_000)
    }
    expect(producer.stats().delivered).toBeGreaterThan(25)
    expect(statsOf(current).oldestMs).toBe(30_000)
    transport.answer(() => new Promise(() => {}))
    await clock.advance(60_000)
    expect(statsOf(current).oldestMs).toBe(90_000)
  })

  it('does not jump with the wall clock', async () => {
    const current = world({ batch: { lingerMs: 60_000 } })
    current.producer.write('x')
    await current.clock.advance(500)
    current.clock.jump(-3_600_000)
    expect(statsOf(current).oldestMs).toBe(500)
    current.clock.jump(7_200_000)
    expect(statsOf(current).oldestMs).toBe(500)
  })

  it('forgets a line that is dropped', async () => {
    const current = world({ buffer: { maxBytes: 65_536, onFull: 'dropOldest' } })
    const { producer, clock, transport } = current
    transport.answer(() => refusal(503, {}))
    producer.write(`old ${'x'.repeat(2_000)}`)
    await clock.advance(60_000)
    for (let index = 0; index < 100; index++) producer.write(`new ${'x'.repeat(2_000)}`)
    await clock.advance(1_000)
    expect(producer.stats().dropped).toBeGreaterThan(50)
    expect(statsOf(current).oldestMs).toBeLessThanOrEqual(1_000)
  })
})

describe('stats().partitions', () => {
  it('counts nothing before the first answer', () => {
    const { partitions } = statsOf(world())
    expect(Array.isArray(partitions)).toBe(true)
    expect(
      partitions.filter(({ delivered, throttled, failed }) => delivered + throttled + failed > 0)
    ).toEqual([])
  })

  it('says what each partition takes and turns away', async () => {
    const current = world({ partitionKey: 'k', retry: { maxAttempts: 1_000 } })
    const { clock, transport } = current
    let hasTrouble = false
    const service = new Service(clock, {
      partitions: 4,
      fails: (partition) => {
        if (!hasTrouble || partition < 2) return undefined
        return { code: partition === 2 ? 'DIS.4303' : 'DIS.5000' }
      }
    }).serve(transport)
    // Sixteen keys, each in turn, so that every partition is known before the trouble.
    const keys = [0, 1, 2, 3].flatMap((partition) =>
      Array.from({ length: 200 }, (_, index) => `key-${index}`)
        .filter((key) => partitionOf(key, 4) === partition)
        .slice(0, 4)
    )
    const load = { perSecond: 400, line: (index: number) => keyedLine(keys[index % 16] ?? '', index) }
    await offer(current, { ...load, seconds: 10 })
    await clock.advance(1_000)
    expect(service.arrived).toHaveLength(4_000)
    const before = new Map(statsOf(current).partitions.map((entry) => [entry.partitionId, entry]))
    expect([...before.keys()].filter((id) => id !== '').sort()).toEqual([0, 1, 2, 3].map(idOf))
    hasTrouble = true
    await offer(current, { ...load, seconds: 10 })
    const { partitions } = statsOf(current)
    const entry = (partition: number) => partitions.find(({ partitionId }) => partitionId === idOf(partition))
    for (const partition of [0, 1]) {
      expect(entry(partition)).toMatchObject({ throttled: 0, failed: 0, limitPerSecond: null })
      expect(entry(partition)?.delivered).toBeGreaterThan(1_900)
      expect(entry(partition)?.takenPerSecond).toBeGreaterThan(75)
      expect(entry(partition)?.takenPerSecond).toBeLessThan(150)
    }
    expect(entry(2)).toMatchObject({ delivered: before.get(idOf(2))?.delivered, failed: 0 })
    expect(entry(2)?.throttled).toBe((service.answered[2] ?? 0) - (entry(2)?.delivered ?? 0))
    expect(entry(2)?.limitPerSecond).toEqual(expect.any(Number))
    expect(entry(3)).toMatchObject({ delivered: before.get(idOf(3))?.delivered, throttled: 0 })
    expect(entry(3)?.failed).toBe((service.answered[3] ?? 0) - (entry(3)?.delivered ?? 0))
    const sum = partitions.reduce((all, { delivered }) => all + delivered, 0)
    expect(sum).toBe(current.producer.stats().delivered)
    expect(structuredClone(partitions)).toEqual(partitions)
  })

  it('knows about what a partition takes when it has turned some away for a minute', async () => {
    const current = world({ partitionKey: 'k' })
    const { clock, transport } = current
    let tokens = 200
    clock.timer(1_000, function refill() {
      tokens = 200
      clock.timer(1_000, refill)
    })
    new Service(clock, {
      partitions: 1,
      fails: () => (--tokens < 0 ? { code: 'DIS.4303' } : undefined)
    }).serve(transport)
    await offer(current, {
      perSecond: 400,
      seconds: 60,
      line: (index) => keyedLine(`key-${index % 9}`, index)
    })
    const found = statsOf(current).partitions.find(({ partitionId }) => partitionId === idOf(0))
    expect(found?.limitPerSecond).toBeGreaterThan(120)
    expect(found?.limitPerSecond).toBeLessThan(320)
    expect(found?.takenPerSecond).toBeGreaterThan(120)
    expect(found?.takenPerSecond).toBeLessThan(280)
  })

  it("counts under '' where the partition is not known", async () => {
    const current = world({ partitionKey: null, retry: { maxAttempts: 1_000 } })
    const { producer, clock, transport } = current
    transport.answer(throttled)
    for (let index = 0; index < 10; index++) producer.write('x')
    await clock.advance(205)
    transport.answer((records) => stored(records, Object.fromEntries(records.map((_, n) => [n, 'DIS.5000']))))
    await clock.advance(5_000)
    const [unknown, ...others] = statsOf(current).partitions
    expect(others).toEqual([])
    expect(unknown).toMatchObject({ partitionId: '', delivered: 0 })
    expect(unknown?.throttled).toBeGreaterThanOrEqual(10)
    expect(unknown?.failed).toBeGreaterThanOrEqual(10)
    transport.answer((records) => answerOf(records.map(() => ({ sequence_number: '1' }))))
    await clock.advance(60_000)
    expect(statsOf(current).partitions).toMatchObject([{ partitionId: '', delivered: 10 }])
  })
})
