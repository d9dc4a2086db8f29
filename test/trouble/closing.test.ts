/** The end tries: with `close()` every wait ends, except that of an open circuit breaker. */
import { describe, expect, it } from 'vitest'
import type { DisOptions } from '../../packages/core/src/index.ts'
import {
  assembleProducer,
  ManualClock,
  MemoryDisk,
  ScriptedTransport,
  stored,
  throttled
} from '../../packages/core/src/testing.ts'
import type { WireReply } from '../../packages/core/src/wire/message.ts'
import { expectBalanced, lines, type World, world } from '../core/producer/world.ts'
import { keyedLine } from './load.ts'
import { refusal } from './service.ts'

const LINES = 20
// A wait that no test sits out.
const LONG: DisOptions = { retry: { baseMs: 60_000, maxMs: 60_000, maxAttempts: 100 } }

type Answer = Parameters<World['transport']['answer']>[0]

const allFail =
  (code: string): Answer =>
  (records) =>
    stored(records, Object.fromEntries(records.map((_, index) => [index, code])))

/** Writes lines into trouble, and ends the trouble just before closing. */
async function closeAfterTrouble(trouble: Answer, options: DisOptions = LONG, troubleMs = 5_000) {
  const current = world(options)
  const { producer, clock, transport } = current
  transport.answer(trouble)
  for (const line of lines(LINES)) producer.write(line)
  await clock.advance(troubleMs)
  expect(producer.stats()).toMatchObject({ delivered: 0, buffered: LINES })
  expect(transport.requests.length).toBeGreaterThan(0)
  transport.answer((records) => stored(records))
  const closed = producer.close()
  await clock.advance(8_001)
  const report = await closed
  expectBalanced(current)
  expect(clock.timers).toBe(0)
  return report
}

const ALL = { delivered: LINES, rejected: 0, dropped: 0, spooled: 0, pending: 0 }

describe('close() delivers everything when the service is well again and a wait is under way', () => {
  it.each<[string, Answer, DisOptions?]>([
    ['after a request that failed with 503', () => refusal(503, {})],
    ['after a request that failed with 500 DIS.5000', () => refusal(500, { errorCode: 'DIS.5000' })],
    ['after a request that 429 throttled', () => refusal(429, { error_code: 'APIGW.0308' })],
    ['of Retry-After: 60', () => refusal(429, {}, { 'retry-after': '60' }), {}],
    ['of Retry-After: 3600', () => refusal(503, {}, { 'retry-after': '3600' }), {}],
    ['for a stream that is not running yet', () => refusal(400, { errorCode: 'DIS.4205' }), {}],
    [
      'after a reset connection',
      () => ({ kind: 'failure', code: 'ECONNRESET', message: '', ambiguous: true })
    ],
    [
      'after an unreadable answer',
      () => ({ kind: 'answer', status: 200, headers: {}, body: Buffer.alloc(0) })
    ],
    ['for records that fail by themselves', allFail('DIS.5000')],
    ['for records of a read-only partition', allFail('DIS.5900')],
    ['for records that are throttled', throttled, { ordered: true, ...LONG }],
    [
      'for records without a result',
      (records) => refusal(200, { failed_record_count: records.length, records: [] })
    ],
    ['after two refused tokens, one fewer than open the circuit', twoRefusals(), {}]
  ])('%s', async (_, trouble, options) => {
    // Two refusals wait 1 s and 2 s; the second wait is under way after 1.5 s.
    const troubleMs = _.includes('refused tokens') ? 1_500 : 5_000
    await expect(closeAfterTrouble(trouble, options, troubleMs)).resolves.toEqual(ALL)
  })

  it('after an outage of ten minutes', async () => {
    const report = await closeAfterTrouble(() => refusal(503, {}), {}, 600_000)
    expect(report).toEqual(ALL)
  })

  it('also those that wait behind the pace of a partition that was slow for a minute', async () => {
    const current = world({ partitionId: 'shardId-0000000000' })
    const { producer, clock, transport } = current
    let taken = 0
    let limit = 20
    transport.answer((records) => {
      const failed: Record<number, string> = {}
      records.forEach((_, index) => {
        if (++taken > limit) failed[index] = 'DIS.4303'
      })
      return stored(records, failed)
    })
    for (let second = 0; second < 60; second++) {
      taken = 0
      for (const line of lines(60)) producer.write(line)
      await clock.advance(1_000)
    }
    const { buffered } = producer.stats()
    expect(buffered).toBeGreaterThan(1_500)
    limit = Number.POSITIVE_INFINITY
    const closed = producer.close()
    await clock.advance(8_001)
    await expect(closed).resolves.toMatchObject({ delivered: 3_600, dropped: 0 })
  })

  it('instead of leaving it to the spool', async () => {
    const disk = new MemoryDisk()
    const clock = new ManualClock()
    const transport = new ScriptedTransport()
    const producer = assembleProducer(
      {
        ...LONG,
        endpoint: 'http://127.0.0.1:1',
        projectId: 'p',
        streamName: 's',
        credentials: { token: 'T' },
        spool: { dir: disk.dir }
      },
      { clock, transport, env: {}, hostname: 'this-host', stderr: () => {}, disk: disk.process() }
    )
    transport.answer(() => refusal(503, {}))
    for (const line of lines(LINES)) producer.write(line)
    await clock.advance(5_000)
    transport.answer((records) => stored(records))
    const closed = producer.close()
    await clock.advance(8_001)
    await expect(closed).resolves.toEqual(ALL)
  })

  it('in the order of each key', async () => {
    const current = world({ ...LONG, ordered: true, partitionKey: 'k' })
    const { producer, clock, transport } = current
    transport.answer(allFail('DIS.5000'))
    const written = Array.from({ length: 60 }, (_, n) => keyedLine(`key-${n % 3}`, n))
    for (const line of written) producer.write(line)
    await clock.advance(5_000)
    transport.batches.length = 0
    transport.answer((records) => stored(records))
    const closed = producer.close()
    await clock.advance(8_001)
    await expect(closed).resolves.toMatchObject({ delivered: 60 })
    for (const key of ['key-0', 'key-1', 'key-2']) {
      const isOfKey = (line: string) => line.includes(key)
      expect(transport.data.filter(isOfKey)).toEqual(written.filter(isOfKey))
    }
  })
})

describe('close() while the trouble goes on', () => {
  it.each<[string, Answer]>([
    ['503', () => refusal(503, {})],
    ['records that fail', allFail('DIS.5000')],
    ['Retry-After: 60', () => refusal(429, {}, { 'retry-after': '60' })],
    ['records that are throttled', throttled]
  ])('%s: tries each line once more, does not hammer, and counts what is left', async (_, trouble) => {
    const current = world(LONG)
    const { producer, clock, transport } = current
    transport.answer(trouble)
    for (const line of lines(LINES)) producer.write(line)
    await clock.advance(20_000)
    transport.batches.length = 0
    const closed = producer.close()
    await clock.advance(8_001)
    await expect(closed).resolves.toMatchObject({ delivered: 0, dropped: LINES, pending: 0 })
    expect(new Set(transport.data)).toEqual(new Set(lines(LINES)))
    expect(transport.batches.length).toBeLessThanOrEqual(200)
    expectBalanced(current)
  })

  it('tries again what was on its way when closing began and failed then', async () => {
    const { producer, clock, transport } = world(LONG)
    let fail = () => {}
    transport.answer(() => new Promise<WireReply>((resolve) => (fail = () => resolve(refusal(503, {})))))
    for (const line of lines(LINES)) producer.write(line)
    await clock.advance(300)
    expect(transport.requests).toHaveLength(1)
    const closed = producer.close()
    await clock.advance(100)
    transport.answer((records) => stored(records))
    fail()
    await clock.advance(7_901)
    await expect(closed).resolves.toEqual(ALL)
  })
})

describe('close() with an open circuit breaker', () => {
  it('sends nothing: refused credentials are not tried again', async () => {
    const { producer, clock, transport } = world()
    transport.answer(() =>
      refusal(401, { error_code: 'APIGW.0301', error_msg: 'Incorrect IAM authentication' })
    )
    for (const line of lines(LINES)) producer.write(line)
    await clock.advance(60_000)
    expect(transport.requests).toHaveLength(3)
    transport.answer((records) => stored(records))
    const closed = producer.close()
    await clock.advance(8_001)
    await expect(closed).resolves.toMatchObject({ delivered: 0, dropped: LINES })
    expect(transport.requests).toHaveLength(3)
  })
})

/** Refuses the token, as often as asked. */
function twoRefusals(): Answer {
  return () => refusal(441, { errorCode: 'DIS.4101', message: 'no such token' })
}
