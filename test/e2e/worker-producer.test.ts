import { once } from 'node:events'
import type { Worker } from 'node:worker_threads'
import {
  createProducer,
  type DisOptions,
  forwardEvents,
  type PlainDisOptions,
  type Producer
} from '@dis-logs/core'
import { createWorkerProducer } from '@dis-logs/core/worker'
import { createLocalDis, type LocalDis, type LocalDisOptions } from '@dis-logs/local'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { arrivals, compare, optionsFor, STREAM } from './arrivals.ts'

let dis: LocalDis
const producers: Producer[] = []

afterEach(async () => {
  await Promise.all(producers.splice(0).map((producer) => producer.close({ timeoutMs: 0 })))
  await dis?.close()
})

async function start(options: Partial<LocalDisOptions> = {}): Promise<void> {
  const streams = [{ name: STREAM, partitions: 3 }]
  dis = await createLocalDis({ port: 0, streams, limits: false, ...options })
}

/** What the books say must be true at every moment. */
function expectBooks(producer: Producer): void {
  const { written, delivered, rejected, dropped, spooled, buffered } = producer.stats()
  expect(delivered + rejected + dropped + spooled + buffered).toBe(written)
  expect(buffered).toBeGreaterThanOrEqual(0)
}

/** One interface, two places: what is promised for one holds for the other. */
describe.each([
  ['in this thread', createProducer],
  ['in a thread of its own', createWorkerProducer]
])('a producer %s', (_, create) => {
  function make(options: PlainDisOptions = {}): Producer {
    const producer = create({ ...optionsFor(dis), batch: { lingerMs: 20 }, ...options })
    producers.push(producer)
    return producer
  }

  const lineOf = (n: number) => JSON.stringify({ n, pad: 'é'.repeat(20) })

  it('delivers text and bytes as they are, in the order of their key', async () => {
    await start()
    const producer = make({ partitionKey: 'k', ordered: true, aggregate: true })
    const lines = ['{"k":"a","t":"日志 🔑"}', '{"k":"a","t":"two\\nlines"}', 'plain 1:2:3']
    for (const [index, line] of lines.entries()) producer.write(index === 1 ? Buffer.from(line) : line)
    expect(producer.write('')).toBe(true)
    expect(await producer.flush()).toEqual({ delivered: 3, rejected: 0, dropped: 0, spooled: 0, pending: 0 })
    const texts = (await dis.records(STREAM)).flatMap(({ data }) => data.toString().split('\n'))
    expect(texts.filter((text) => text.includes('"k"'))).toEqual(lines.slice(0, 2))
    expect(texts).toContain('plain 1:2:3')
  })

  it('answers each of many flushes for the lines before it', async () => {
    await start()
    const producer = make()
    const reports = []
    for (let n = 0; n < 50; n++) {
      producer.write(lineOf(n))
      reports.push(producer.flush())
      expectBooks(producer)
    }
    for (const [n, report] of (await Promise.all(reports)).entries()) {
      expect(report.delivered).toBeGreaterThan(n)
      expect(report.pending).toBe(0)
    }
    expect(compare(await arrivals(dis), 50)).toEqual({ missing: [], repeated: [] })
  })

  it('gives up a flush in time, and says what is pending', async () => {
    await start({ faults: [{ kind: 'hang' }] })
    const producer = make()
    for (let n = 0; n < 10; n++) producer.write(lineOf(n))
    expect(await producer.flush({ timeoutMs: 300 })).toMatchObject({ delivered: 0, pending: 10 })
    expect(await producer.flush({ timeoutMs: 0 })).toMatchObject({ delivered: 0, pending: 10 })
    expectBooks(producer)
  })

  it('closes once, in time, and counts what is left and what comes later', async () => {
    vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    await start({ faults: [{ kind: 'hang' }] })
    const producer = make()
    const dropped: [string, number][] = []
    producer.on('dropped', ({ reason, lines }) => dropped.push([reason, lines]))
    for (let n = 0; n < 10; n++) producer.write(lineOf(n))
    const [first, second] = [producer.close({ timeoutMs: 300 }), producer.close()]
    producer.write(lineOf(10))
    producer.drop('', 'format', new Error('late'))
    expect(await first).toEqual(await second)
    producer.write(lineOf(11))
    expect(producer.stats()).toMatchObject({ written: 13, delivered: 0, dropped: 13, buffered: 0 })
    expect(await producer.flush()).toMatchObject({ delivered: 0, pending: 0 })
    const ofReason = (wanted: string) =>
      dropped.filter(([reason]) => reason === wanted).reduce((sum, [, lines]) => sum + lines, 0)
    expect(ofReason('closing')).toBe(10)
    await vi.waitFor(() => expect(ofReason('closed')).toBe(2), 3_000)
    vi.restoreAllMocks()
  })

  it('counts a line whose format threw, and says why', async () => {
    const stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    await start()
    const producer = make()
    const dropped = once(producer, 'dropped')
    producer.drop('', 'format', new Error('no such field'))
    const event = { reason: 'format', lines: 1, message: 'their format threw: no such field' }
    expect(await dropped).toMatchObject([event])
    producer.write(lineOf(0))
    expect(await producer.flush()).toMatchObject({ delivered: 1, dropped: 1, pending: 0 })
    expect(producer.stats()).toMatchObject({ written: 2, delivered: 1, dropped: 1 })
    expect(stderr.mock.calls.join('')).toMatch(/\[dis-logs\] 1 log line dropped: their format threw: no such/)
    stderr.mockRestore()
  })

  it('reports a warning of its adapter like one of its own', async () => {
    const stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    await start()
    const producer = make()
    const told: unknown[] = []
    forwardEvents(producer, (name, event) => told.push([name, event]))
    producer.warn('LEVEL', "'loud' is none of error, info")
    producer.warn('LEVEL', "'loud' is none of error, info")
    const warning = { code: 'LEVEL', message: "'loud' is none of error, info", cure: expect.any(String) }
    expect(told).toEqual([
      ['warning', warning],
      ['warning', warning]
    ])
    expect(stderr).toHaveBeenCalledTimes(1)
    stderr.mockRestore()
  })

  it('goes on after a listener that throws', async () => {
    await start({ faults: [{ kind: 'error', status: 400, code: 'DIS.4301', times: 1 }] })
    vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    const warned = once(process, 'warning')
    const producer = make()
    producer.on('rejected', () => {
      throw new Error('of the listener')
    })
    producer.write(lineOf(0))
    expect(await producer.flush()).toMatchObject({ rejected: 1 })
    expect(await warned).toMatchObject([{ message: 'of the listener' }])
    producer.write(lineOf(1))
    expect(await producer.flush()).toMatchObject({ delivered: 1, rejected: 1 })
    vi.restoreAllMocks()
  })

  it('asks the writer to wait, and drains', async () => {
    await start({ faults: [{ kind: 'slow', delayMs: 5 }] })
    const producer = make({ buffer: { maxBytes: 1_048_576 }, batch: { maxBytes: 500_000, lingerMs: 5 } })
    const pad = 'x'.repeat(50_000)
    let waited = 0
    const count = 400
    for (let n = 0; n < count; n++) {
      if (producer.write(JSON.stringify({ n, pad }))) continue
      waited++
      await once(producer, 'drain')
      expectBooks(producer)
    }
    expect(waited).toBeGreaterThan(1)
    expect(await producer.close({ timeoutMs: 20_000 })).toMatchObject({ delivered: count, pending: 0 })
    expect(compare(await arrivals(dis), count)).toEqual({ missing: [], repeated: [] })
  })

  it('throws at construction and names the option', () => {
    expect(() => create({ streamName: 'no good' })).toThrow(/streamName: got 'no good'/)
  })
})

describe('a producer in a thread of its own', () => {
  it('refuses functions, wherever they are', async () => {
    await start()
    const options = optionsFor(dis)
    const functions: DisOptions[] = [{ partitionKey: () => 'k' }, { credentials: () => ({ token: 'T' }) }]
    for (const one of functions) {
      const name = Object.keys(one)[0] ?? ''
      // @ts-expect-error TypeScript says it before.
      expect(() => createWorkerProducer({ ...options, ...one })).toThrow(
        `${name}: got a function; a function cannot cross into the worker`
      )
    }
  })

  it('flush and close go on with the producer in its place, if the thread dies meanwhile', async () => {
    vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    await start({ faults: [{ kind: 'hang' }] })
    const started = once(process, 'worker')
    const producer = createWorkerProducer({ ...optionsFor(dis), batch: { lingerMs: 5 } })
    producers.push(producer)
    const [thread]: Worker[] = (await started) as [Worker]
    producer.write('{"n":1000}')
    await vi.waitFor(() => expect(producer.stats().inFlight).toBe(1), 10_000)
    const flushed = producer.flush()
    const gone = once(producer, 'warning')
    await thread?.terminate()
    expect(await gone).toMatchObject([{ code: 'WORKER' }])
    await dis.faults.clear()
    producer.write('{"n":0}')
    expect(await flushed).toMatchObject({ dropped: 1, pending: 0 })
    expect(await producer.close()).toMatchObject({ delivered: 1, dropped: 1, pending: 0 })
    expectBooks(producer)
    vi.restoreAllMocks()
  })
})
