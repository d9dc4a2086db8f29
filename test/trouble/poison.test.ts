/** A request that is refused for its content is cut until the record is found that the service does not take. */
import { describe, expect, it } from 'vitest'
import type { DisOptions, RejectedEvent } from '../../packages/core/src/index.ts'
import { type SentRecord, stored } from '../../packages/core/src/testing.ts'
import { expectBalanced, type World, world } from '../core/producer/world.ts'
import { keyedLine, keyOf } from './load.ts'
import { refusal } from './service.ts'

const RECORDS = 500
const MORE_FOR_ONE = 2 * Math.ceil(Math.log2(RECORDS))
const CODE = 'DIS.4200'
const MESSAGE = 'Invalid request. Record data is invalid.'
const isPoison = (line: string) => line.includes('poison')

const linesOf = (records: readonly SentRecord[]): string[] =>
  records.flatMap((record) => record.data.split('\n'))

/** A service that refuses each request with such a line in it. */
function poisoned(options: DisOptions = {}, isBad = isPoison): World & { readonly arrived: string[] } {
  const current = world({ batch: { maxRecords: RECORDS }, ...options })
  const arrived: string[] = []
  current.transport.answer((records) => {
    const texts = linesOf(records)
    if (texts.some(isBad)) return refusal(400, { error_code: CODE, error_msg: MESSAGE })
    arrived.push(...texts)
    return stored(records)
  })
  return { ...current, arrived }
}

const rejections = ({ events }: World): RejectedEvent[] =>
  events.filter(({ name }) => name === 'rejected').map(({ payload }) => payload as RejectedEvent)

const mixed = (count: number, ...poison: number[]): string[] =>
  Array.from({ length: count }, (_, index) => (poison.includes(index) ? `poison ${index}` : `line ${index}`))

describe('one record of 500 that the service refuses the whole request for', () => {
  it.each([[0], [1], [249], [250], [333], [499]])('at place %i is rejected alone', async (place) => {
    const current = poisoned()
    const { arrived, clock, producer, transport } = current
    const written = mixed(RECORDS, place)
    for (const line of written) producer.write(line)
    await clock.advance(60_000)
    expect(producer.stats()).toMatchObject({ delivered: RECORDS - 1, rejected: 1, buffered: 0 })
    expect([...arrived].sort()).toEqual(written.filter((line) => !isPoison(line)).sort())
    expect(rejections(current)).toMatchObject([{ code: CODE, lines: 1, sample: `poison ${place}` }])
    expect(rejections(current)[0]?.message).toContain(MESSAGE)
    expect(transport.requests.length).toBeLessThanOrEqual(1 + MORE_FOR_ONE)
    expectBalanced(current)
  })

  it('and a second one cost no more than twice that', async () => {
    const current = poisoned()
    const { clock, producer, transport } = current
    for (const line of mixed(RECORDS, 17, 402)) producer.write(line)
    await clock.advance(60_000)
    expect(producer.stats()).toMatchObject({ delivered: RECORDS - 2, rejected: 2, buffered: 0 })
    expect(transport.requests.length).toBeLessThanOrEqual(1 + 2 * MORE_FOR_ONE)
  })

  it('keeps nobody waiting who writes meanwhile, nor flush, nor close', async () => {
    const current = poisoned()
    const { clock, producer } = current
    for (const line of mixed(RECORDS, 250)) producer.write(line)
    await clock.advance(1)
    for (const line of mixed(100)) producer.write(line)
    const flushed = producer.flush({ timeoutMs: 5_000 })
    await clock.advance(5_001)
    await expect(flushed).resolves.toMatchObject({ delivered: RECORDS + 99, rejected: 1, pending: 0 })
    for (const line of mixed(RECORDS, 250)) producer.write(line)
    const closed = producer.close()
    await clock.advance(8_001)
    await expect(closed).resolves.toEqual({
      delivered: 2 * (RECORDS - 1) + 100,
      rejected: 2,
      dropped: 0,
      spooled: 0,
      pending: 0
    })
  })

  it.each<[string, object]>([
    ['without a code', {}],
    ['with the code of a gateway', { error_code: 'APIGW.0201', error_msg: 'Bad request' }],
    ['with a code that nobody knows', { error_code: 'DIS.4999', error_msg: 'no' }]
  ])('is found also if the refusal comes %s', async (_, body) => {
    const { clock, producer, transport } = poisoned()
    transport.answer((records) => (linesOf(records).some(isPoison) ? refusal(400, body) : stored(records)))
    for (const line of mixed(RECORDS, 250)) producer.write(line)
    await clock.advance(60_000)
    expect(producer.stats()).toMatchObject({ delivered: RECORDS - 1, rejected: 1, buffered: 0 })
  })
})

describe('one line of a packed record', () => {
  it('is rejected alone, and the others arrive in order', async () => {
    const current = poisoned({ aggregate: true, ordered: true, partitionId: '0' })
    const { arrived, clock, producer, transport } = current
    const written = mixed(400, 123)
    for (const line of written) producer.write(line)
    await clock.advance(60_000)
    expect(arrived).toEqual(written.filter((line) => !isPoison(line)))
    expect(rejections(current)).toMatchObject([{ code: CODE, lines: 1, sample: 'poison 123' }])
    expect(transport.requests.length).toBeLessThanOrEqual(1 + 2 * Math.ceil(Math.log2(400)))
  })

  it('among packed records of many keys is rejected alone', async () => {
    const current = poisoned({ aggregate: { maxBytes: 1_024 }, partitionKey: 'k' })
    const { arrived, clock, producer, transport } = current
    const written = Array.from({ length: 2_000 }, (_, n) =>
      keyedLine(n === 1_234 ? 'poison' : `key ${n % 50}`, n)
    )
    for (const line of written) producer.write(line)
    await clock.advance(60_000)
    expect(producer.stats()).toMatchObject({ delivered: 1_999, rejected: 1, buffered: 0 })
    expect([...arrived].sort()).toEqual(written.filter((line) => !isPoison(line)).sort())
    expect(transport.requests.length).toBeLessThanOrEqual(40)
  })
})

describe('order while a refused request is cut', () => {
  it.each<[string, DisOptions]>([
    ['one line a record', { ordered: true }],
    ['packed', { ordered: true, aggregate: { maxBytes: 1_024 } }]
  ])('holds for each key (%s)', async (_, options) => {
    const { arrived, clock, producer } = poisoned({ ...options, partitionKey: 'k' }, (line) =>
      line.includes('"n":707,')
    )
    const written = Array.from({ length: 1_500 }, (_, n) => keyedLine(`key ${n % 30}`, n))
    for (let n = 0; n < written.length; n++) {
      producer.write(written[n] ?? '')
      if (n % 100 === 0) await clock.advance(5)
    }
    await clock.advance(120_000)
    expect(producer.stats()).toMatchObject({ delivered: 1_499, rejected: 1, buffered: 0 })
    for (let key = 0; key < 30; key++) {
      const isOfKey = (line: string) => keyOf(line) === `key ${key}`
      const expected = written.filter((line, n) => isOfKey(line) && n !== 707)
      expect(arrived.filter(isOfKey)).toEqual(expected)
    }
  })
})

describe('a service that refuses every request', () => {
  it('is asked no more than forty times for 500 records, and all are rejected with its words', async () => {
    const current = poisoned({}, () => true)
    const { clock, producer, transport } = current
    for (const line of mixed(RECORDS)) producer.write(line)
    await clock.advance(120_000)
    expect(producer.stats()).toMatchObject({ delivered: 0, rejected: RECORDS, buffered: 0 })
    expect(transport.requests.length).toBeLessThanOrEqual(40)
    expect(rejections(current).every(({ code, message }) => code === CODE && message.includes(MESSAGE))).toBe(
      true
    )
    expectBalanced(current)
  })

  it('is asked no more often for packed records', async () => {
    const { clock, producer, transport } = poisoned({ aggregate: true, partitionId: '0' }, () => true)
    for (const line of mixed(2_000)) producer.write(line)
    await clock.advance(120_000)
    expect(producer.stats()).toMatchObject({ rejected: 2_000, buffered: 0 })
    expect(transport.requests.length).toBeLessThanOrEqual(60)
  })

  it('is not asked twice about the stream, the project or the endpoint', async () => {
    for (const [status, error_code] of [
      [404, 'DIS.4301'],
      [400, 'DIS.4301'],
      [400, 'DIS.4117'],
      [404, 'APIGW.0101']
    ] as const) {
      const { clock, producer, transport } = poisoned()
      transport.answer(() => refusal(status, { error_code, error_msg: 'no' }))
      for (const line of mixed(RECORDS)) producer.write(line)
      await clock.advance(60_000)
      expect(producer.stats()).toMatchObject({ rejected: RECORDS, buffered: 0 })
      expect({ error_code, requests: transport.requests.length }).toEqual({ error_code, requests: 1 })
    }
  })

  it('is asked once about a single record', async () => {
    const { clock, producer, transport } = poisoned()
    producer.write('poison')
    await clock.advance(60_000)
    expect(producer.stats()).toMatchObject({ rejected: 1, buffered: 0 })
    expect(transport.requests).toHaveLength(1)
  })
})
