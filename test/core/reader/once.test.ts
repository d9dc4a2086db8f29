import { describe, expect, it } from 'vitest'
import { createProducer, type DisOptions } from '../../../packages/core/src/index.ts'
import { linesOf, type ReadOptions } from '../../../packages/core/src/reader.ts'
import type { DisServer } from '../../../packages/local/src/server.ts'
import { open, place, serve } from './service.ts'

const LINES = 1_500

/** A producer that gets every third answer of the first sixty not: what it wrote is stored, some of it twice. */
async function ship(dis: DisServer, options: DisOptions = {}, lines = LINES, from = 0): Promise<void> {
  for (let after = 0; after < 60; after += 3) dis.faults.add({ kind: 'reset-after', after, times: 1 })
  const producer = createProducer({
    ...place(dis),
    lineId: true,
    retry: { baseMs: 1, maxMs: 5 },
    batch: { maxRecords: 20, lingerMs: 1 },
    ...options
  })
  for (let n = from; n < from + lines; n++) {
    if (!producer.write(JSON.stringify({ hostname: `h${n % 7}`, n }))) {
      await new Promise<void>((resolve) => producer.once('drain', resolve))
    }
  }
  await producer.close()
  dis.faults.clear()
}

/** The numbers in all lines that a reader gives until none comes any more; how many were left out. */
async function numbersOf(
  dis: DisServer,
  options: ReadOptions
): Promise<{ numbers: number[]; repeats: number }> {
  const stop = new AbortController()
  const reader = open(dis, { ...options, signal: stop.signal })
  const numbers: number[] = []
  const stored = (await dis.records('app-logs')).length
  let seen = 0
  for await (const record of reader) {
    for (const line of linesOf(record)) numbers.push(JSON.parse(line).n)
    // The last record may be a repeat, which nobody is told of: a mark of the test's own ends the reading.
    seen++
    if (numbers.at(-1) === -1) stop.abort()
  }
  expect(seen).toBeLessThanOrEqual(stored)
  return { numbers: numbers.filter((n) => n >= 0), repeats: reader.stats().repeats }
}

/** One more line that is stored once, and last. With one partition it is read last, too. */
async function mark(dis: DisServer): Promise<void> {
  const producer = createProducer({ ...place(dis), partitionId: '0' })
  producer.write('{"n":-1}')
  await producer.close()
}

async function storedLines(dis: DisServer): Promise<number> {
  return (await dis.records('app-logs')).flatMap((record) => linesOf(record)).length
}

const every = Array.from({ length: LINES }, (_, n) => n)
const byNumber = (a: number, b: number) => a - b

describe('lineId and dedupe, with answers lost', () => {
  it.each<[string, DisOptions]>([
    ['one line a record', {}],
    ['packed', { aggregate: true }],
    [
      'packed, in order, in protobuf',
      { aggregate: { maxBytes: 2_000 }, ordered: true, wire: { format: 'protobuf' } }
    ]
  ])('give each line once: %s', async (_, options) => {
    const dis = await serve()
    await ship(dis, options)
    await mark(dis)
    const stored = (await storedLines(dis)) - 1
    // Else nothing was tried.
    expect(stored).toBeGreaterThan(LINES)
    const plain = await numbersOf(dis, {})
    expect(plain.numbers).toHaveLength(stored)
    const { numbers, repeats } = await numbersOf(dis, { dedupe: true })
    expect(numbers.sort(byNumber)).toEqual(every)
    expect(repeats).toBe(stored - LINES)
  })

  it('give each line once over restarts of the consumer, wherever it was', async () => {
    const dis = await serve()
    await ship(dis)
    await mark(dis)
    const numbers: number[] = []
    let repeats = 0
    while (numbers.at(-1) !== -1) {
      const stop = new AbortController()
      const reader = open(dis, { app: 'once', dedupe: true, signal: stop.signal })
      let count = 0
      for await (const record of reader) {
        for (const line of linesOf(record)) numbers.push(JSON.parse(line).n)
        if (++count === 117 || numbers.at(-1) === -1) stop.abort()
      }
      repeats += reader.stats().repeats
    }
    expect(numbers.slice(0, -1).sort(byNumber)).toEqual(every)
    expect(repeats).toBeGreaterThan(0)
  })

  it('without the look back a restart may give a line twice', async () => {
    const dis = await serve()
    const producer = createProducer({ ...place(dis), lineId: true, retry: { baseMs: 1 } })
    dis.faults.add({ kind: 'reset-after', times: 1 })
    producer.write('{"n":1}')
    await producer.close()
    await mark(dis)
    const given: string[] = []
    for (const lookBack of [0, 10]) {
      // The consumer was done with the line, and meets its repeat now.
      const checkpoints = { load: () => '0', save() {} }
      for await (const record of open(dis, { checkpoints, dedupe: { lookBack } })) {
        given.push(`${lookBack}: ${linesOf(record).map((line) => JSON.parse(line).n)}`)
        if (given.at(-1)?.endsWith(': -1')) break
      }
    }
    expect(await storedLines(dis)).toBe(3)
    expect(given).toEqual(['0: 1', '0: -1', '10: -1'])
  })

  it('give each line once over three partitions, as it is spread', async () => {
    const dis = await serve(3)
    await ship(dis, { partitionKey: null })
    const stored = await storedLines(dis)
    expect(stored).toBeGreaterThan(LINES)
    const stop = new AbortController()
    const reader = open(dis, { dedupe: true, signal: stop.signal })
    const numbers: number[] = []
    // Repeats may come last, and nobody is told of them.
    const look = setInterval(() => {
      if (numbers.length + reader.stats().repeats >= stored) stop.abort()
    }, 20)
    for await (const record of reader) {
      for (const line of linesOf(record)) numbers.push(JSON.parse(line).n)
    }
    clearInterval(look)
    expect(numbers.sort(byNumber)).toEqual(every)
    expect(reader.stats().repeats).toBe(stored - LINES)
  })
})
