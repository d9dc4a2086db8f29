/** Attempts and age are a line's own, also where lines share a record. */
import { describe, expect, it } from 'vitest'
import type { RejectedEvent } from '../../packages/core/src/index.ts'
import { type SentRecord, stored, throttled } from '../../packages/core/src/testing.ts'
import { expectBalanced, type World, world } from '../core/producer/world.ts'
import { until } from './load.ts'
import { refusal } from './service.ts'

const rejections = ({ events }: World): RejectedEvent[] =>
  events.filter(({ name }) => name === 'rejected').map(({ payload }) => payload as RejectedEvent)

const linesOf = (records: readonly SentRecord[]): string[] =>
  records.flatMap((record) => record.data.split('\n'))

/** Fails each record that has such a line, and stores the others. */
const failing = (isBad: (line: string) => boolean, code = 'DIS.5000') => {
  const arrived: string[] = []
  const answer = (records: readonly SentRecord[]) => {
    const failed: Record<number, string> = {}
    records.forEach((record, index) => {
      if (linesOf([record]).some(isBad)) failed[index] = code
      else arrived.push(...linesOf([record]))
    })
    return stored(records, failed)
  }
  return { arrived, answer }
}

const packed = { aggregate: true, partitionId: 'shardId-0000000000' } as const

describe('a line that uses up its attempts in a packed record', () => {
  it.each([[false], [true]])(
    'takes none of the lines that joined it later with it (ordered: %s)',
    async (ordered) => {
      const current = world({ ...packed, ordered, retry: { maxAttempts: 5 } })
      const { producer, clock, transport } = current
      const { arrived, answer } = failing((line) => line === 'old')
      transport.answer(answer)
      producer.write('old')
      for (let asked = 1; asked <= 4; asked++) {
        await until(clock, () => transport.requests.length >= asked)
      }
      const joined = Array.from({ length: 50 }, (_, index) => `joined ${index}`)
      for (const line of joined) producer.write(line)
      await clock.advance(60_000)
      expect(rejections(current)).toMatchObject([{ code: 'DIS.5000', lines: 1, attempts: 5, sample: 'old' }])
      expect(arrived).toEqual(joined)
      expectBalanced(current)
    }
  )

  it('takes none with it that was written between any two of its attempts', async () => {
    const current = world({ ...packed, retry: { maxAttempts: 5 } })
    const { producer, clock, transport } = current
    const { arrived, answer } = failing((line) => line === 'old')
    transport.answer(answer)
    producer.write('old')
    const joined: string[] = []
    for (let asked = 1; asked <= 5; asked++) {
      await until(clock, () => transport.requests.length >= asked || producer.stats().rejected > 0)
      joined.push(`joined ${asked}`)
      producer.write(`joined ${asked}`)
    }
    await clock.advance(60_000)
    expect(producer.stats()).toMatchObject({ delivered: 5, rejected: 1, buffered: 0 })
    expect([...arrived].sort()).toEqual(joined)
  })

  it('leaves the others their own count: each is tried five times before it is given up', async () => {
    const current = world({ ...packed, retry: { maxAttempts: 5 } })
    const { producer, clock, transport } = current
    transport.answer(failing(() => true).answer)
    producer.write('first')
    await until(clock, () => transport.requests.length >= 3)
    producer.write('second')
    await clock.advance(120_000)
    const tries = (text: string) => linesOf(transport.batches.flat()).filter((line) => line === text).length
    expect({ first: tries('first'), second: tries('second') }).toEqual({ first: 5, second: 5 })
    expect(rejections(current)).toMatchObject([
      { lines: 1, attempts: 5, sample: 'first' },
      { lines: 1, attempts: 5, sample: 'second' }
    ])
  })

  it('is one of several keys: those of the other keys stay', async () => {
    const current = world({ aggregate: true, partitionKey: 'k', retry: { maxAttempts: 5 } })
    const { producer, clock, transport } = current
    const { arrived, answer } = failing((line) => line.includes('"old"'))
    transport.answer(answer)
    producer.write('{"k":"a","m":"old"}')
    await until(clock, () => transport.requests.length >= 4)
    for (const k of ['a', 'b']) producer.write(`{"k":"${k}","m":"new"}`)
    await clock.advance(60_000)
    expect([...arrived].sort()).toEqual(['{"k":"a","m":"new"}', '{"k":"b","m":"new"}'])
  })
})

describe('a line that is older than maxAgeMs', () => {
  it.each<[string, (records: readonly SentRecord[]) => ReturnType<typeof refusal>]>([
    ['in a throttled record', throttled],
    ['in a record that fails', failing(() => true).answer],
    ['in a request that fails', () => refusal(503, {})],
    ['in a request that is throttled', () => refusal(429, {})]
  ])('%s takes none with it that is younger', async (_, trouble) => {
    const current = world({
      ...packed,
      retry: { baseMs: 100, maxMs: 200, maxAttempts: 1_000, maxAgeMs: 5_000 }
    })
    const { producer, clock, transport } = current
    transport.answer(trouble)
    producer.write('old')
    await clock.advance(4_000)
    const younger = Array.from({ length: 20 }, (_, index) => `younger ${index}`)
    for (const line of younger) producer.write(line)
    await clock.advance(2_500)
    expect(producer.stats()).toMatchObject({ rejected: 1, buffered: 20 })
    transport.batches.length = 0
    transport.answer((records) => stored(records))
    await clock.advance(2_000)
    expect(linesOf(transport.batches.flat())).toEqual(younger)
    expect(rejections(current)).toMatchObject([{ lines: 1, sample: 'old' }])
    expectBalanced(current)
  })

  it('does not age with the wall clock', async () => {
    const current = world({ ...packed, retry: { maxAgeMs: 5_000 } })
    const { producer, clock, transport } = current
    transport.answer(throttled)
    producer.write('x')
    await clock.advance(1_000)
    clock.jump(3_600_000)
    await clock.advance(1_000)
    transport.answer((records) => stored(records))
    await clock.advance(2_000)
    expect(producer.stats()).toMatchObject({ delivered: 1, rejected: 0 })
  })
})
