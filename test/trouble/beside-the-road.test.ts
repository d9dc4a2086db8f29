import { describe, expect, it } from 'vitest'
import type { DisOptions } from '../../packages/core/src/index.ts'
import {
  assembleProducer,
  ManualClock,
  MemoryDisk,
  ScriptedTransport,
  type SentRecord,
  stored
} from '../../packages/core/src/testing.ts'
import type { WireReply } from '../../packages/core/src/wire/message.ts'
import { world } from '../core/producer/world.ts'

/** Cases that experiments found beside the promised ones. */

const line = (n: number, k: unknown, more: object = {}) => JSON.stringify({ k, n, ...more })
const error = (status: number, code: string, headers: Record<string, string> = {}): WireReply => ({
  kind: 'answer',
  status,
  headers,
  body: Buffer.from(JSON.stringify({ errorCode: code, message: 'm' }))
})
const all = (records: readonly SentRecord[], code: string) =>
  stored(records, Object.fromEntries(records.map((_, index) => [index, code])))
const refusesBad = (records: readonly SentRecord[]) =>
  records.some(({ data }) => data.includes('"bad"')) ? error(400, 'DIS.4300') : stored(records)

describe('dropOldest', () => {
  it('gives up no more than it needs when records wait by themselves', async () => {
    const { producer, clock, transport } = world({
      partitionKey: null,
      retry: { maxAttempts: 1_000, baseMs: 60_000, maxMs: 600_000 },
      buffer: { maxBytes: 4 * 1024 ** 2, onFull: 'dropOldest' }
    })
    transport.answer(() => ({ kind: 'failure', code: 'ECONNREFUSED', message: 'r', ambiguous: false }))
    for (let n = 0; n < 22_000; n++) producer.write(line(n, 1, { p: 'x'.repeat(80) }))
    transport.answer((records) => all(records, 'DIS.5000'))
    await clock.advance(120_000)
    const before = producer.stats()
    expect(before.dropped).toBe(0)
    producer.write(line(0, 1))
    expect(producer.stats().dropped).toBeLessThan(before.buffered / 20)
  })
})

describe('poison', () => {
  for (const every of [20, 10]) {
    it(`1 line of ${every} costs no innocent line`, async () => {
      const { producer, clock, transport } = world({ partitionKey: 'k' })
      transport.answer(refusesBad)
      let bad = 0
      let x = 12_345
      for (let n = 0; n < 10_000; n++) {
        x = (x * 16_807) % 2_147_483_647
        const isBad = x / 2_147_483_647 < 1 / every
        if (isBad) bad++
        producer.write(line(n, n % 50, isBad ? { bad: 1 } : {}))
      }
      await clock.advance(60_000)
      expect(producer.stats().rejected).toBe(bad)
    })
  }

  it('the search begins again when the service is well, though each batch has a bad line', async () => {
    const { producer, clock, transport } = world({
      partitionKey: 'k',
      batch: { maxRecords: 100, lingerMs: 50 }
    })
    transport.answer(() => error(400, 'DIS.4300'))
    for (let n = 0; n < 100; n++) producer.write(line(n, 1))
    await clock.advance(1_000)
    const before = producer.stats().rejected
    transport.answer(refusesBad)
    for (let batch = 0; batch < 100; batch++) {
      for (let n = 0; n < 100; n++) producer.write(line(n, n % 5, n === 50 ? { bad: 1 } : {}))
      await clock.advance(60)
    }
    await clock.advance(5_000)
    // Some hundred more until it is noticed are fair.
    expect(producer.stats().rejected - before).toBeLessThan(1_000)
  })
})

describe('the rate of a partition', () => {
  it('does not rise while it is not what limits', async () => {
    const { producer, clock, transport } = world({
      partitionKey: 'k',
      batch: { maxRecords: 100 },
      buffer: { maxBytes: 16 * 1024 ** 2 }
    })
    let rttMs = 20
    let second = 0
    let used = 0
    transport.answer(async (records) => {
      await new Promise<void>((resolve) => {
        clock.timer(rttMs, resolve)
      })
      const now = Math.floor(clock.monotonic() / 1_000)
      if (now !== second) used = 0
      second = now
      const failed: Record<number, string> = {}
      for (const index of records.keys()) if (++used > 1_000) failed[index] = 'DIS.4303'
      return stored(records, failed)
    })
    const run = async (ms: number, lines: number) => {
      for (let t = 0; t < ms; t += 20) {
        for (let n = 0; n < lines; n++) producer.write(line(n, 1))
        await clock.advance(20)
      }
    }
    await run(10_000, 40)
    rttMs = 1_600
    await run(60_000, 12)
    expect(producer.stats().partitions.at(-1)?.limitPerSecond).toBeLessThan(3_000)
  })
})

describe('close', () => {
  for (const [what, first] of [
    ['DIS.5900', error(400, 'DIS.5900')],
    ['Retry-After: 60', error(503, '', { 'retry-after': '60' })]
  ] as const) {
    it(`tries every line once, also after ${what}`, async () => {
      const { producer, clock, transport } = world({ partitionKey: 'k', batch: { maxRecords: 10 } })
      let requests = 0
      transport.answer((records) => (requests++ === 0 ? first : stored(records)))
      for (let n = 0; n < 100; n++) producer.write(line(n, n % 5))
      const closed = producer.close()
      await clock.advance(9_000)
      await closed
      expect(new Set(transport.data).size).toBe(100)
    })
  }
})

describe('drain', () => {
  for (const mode of ['overflow', 'always'] as const) {
    it(`comes when the disk takes lines again (${mode})`, async () => {
      const disk = new MemoryDisk()
      const clock = new ManualClock()
      const transport = new ScriptedTransport(() => error(401, 'APIGW.0301'))
      const options: DisOptions = {
        endpoint: 'http://127.0.0.1:1',
        projectId: 'p',
        streamName: 's',
        credentials: { token: 'T' },
        partitionKey: 'k',
        buffer: { maxBytes: 65_536, onFull: 'spool' },
        spool: { dir: disk.dir, mode }
      }
      const parts = { clock, transport, disk: disk.process(), env: {}, hostname: 'h', stderr: () => {} }
      const producer = assembleProducer(options, parts)
      let drains = 0
      producer.on('drain', () => drains++)
      await clock.advance(3_000)
      disk.failAt({ operation: 'write', nth: 1, code: 'ENOSPC', isLasting: true })
      let isTaken = true
      for (let n = 0; isTaken; n++) {
        isTaken = producer.write(line(n, 1, { p: 'x'.repeat(300) }))
        if (n % 20 === 0) await clock.advance(20)
      }
      disk.repair()
      await clock.advance(60_000)
      expect(drains).toBe(1)
    })
  }
})

describe('events', () => {
  it('count the lines that the books count, also when a notice of missing lines is among them', async () => {
    const { producer, clock, transport, events } = world({
      partitionKey: 'k',
      buffer: { maxBytes: 65_536, onFull: 'dropNewest' }
    })
    transport.answer(() => ({ kind: 'failure', code: 'ECONNREFUSED', message: 'r', ambiguous: false }))
    for (let n = 0; n < 2_000; n++) producer.write(line(n, 1, { p: 'x'.repeat(100) }))
    const closed = producer.close()
    await clock.advance(9_000)
    await closed
    const told = events
      .filter(({ name }) => name === 'dropped')
      .reduce((sum, { payload }) => sum + Number(Reflect.get(Object(payload), 'lines')), 0)
    expect(told).toBe(producer.stats().dropped)
  })
})
