import { once } from 'node:events'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { DroppedEvent } from '@dis-logs/core'
import { createLocalDis, type Fault, type LocalDis } from '@dis-logs/local'
import pino from 'pino'
import { type DisOptions, type DisStream, disStream } from 'pino-dis'
import { afterEach, describe, expect, it } from 'vitest'
import { arrivals, compare, optionsFor, STREAM } from '../e2e/arrivals.ts'

let dis: LocalDis
afterEach(() => dis.close())

async function open(options: DisOptions = {}, faults: Fault[] = []): Promise<DisStream> {
  dis = await createLocalDis({ streams: [{ name: STREAM, partitions: 3 }], limits: false, faults })
  return disStream(optionsFor(dis, options))
}

async function end(stream: DisStream): Promise<void> {
  stream.end()
  await once(stream, 'close')
}

function dropsOf(stream: DisStream): DroppedEvent[] {
  const drops: DroppedEvent[] = []
  stream.on('dis:dropped', (event) => void drops.push(event))
  return drops
}

const sum = (drops: readonly DroppedEvent[]) => drops.reduce((lines, drop) => lines + drop.lines, 0)
const line = (n: number, pad = '') => `${JSON.stringify({ n, pad })}\n`
const SMALL: DisOptions = { buffer: { maxBytes: 65_536 } }

describe('after the end of a stream', () => {
  it('a line is counted as closed, and is no error', async () => {
    const stream = await open()
    const drops = dropsOf(stream)
    const errors: unknown[] = []
    stream.on('error', (error) => errors.push(error))
    const logger = pino({ base: null }, stream)
    logger.info('in time')
    stream.end()
    logger.info('too late')
    await once(stream, 'close')
    logger.info('much too late')
    expect(stream.write('two\nmore\n')).toBe(false)
    await once(stream, 'dis:dropped')
    expect(stream.stats()).toMatchObject({ written: 5, delivered: 1, dropped: 4 })
    expect(drops.every(({ reason }) => reason === 'closed')).toBe(true)
    expect(sum(drops)).toBe(4)
    expect(errors).toEqual([])
  })

  it('finish comes when everything is settled, not before', async () => {
    const stream = await open({ batch: { lingerMs: 60_000 } }, [{ kind: 'slow', delayMs: 200 }])
    stream.write(line(0))
    stream.end(line(1).trimEnd())
    await once(stream, 'finish')
    expect(stream.stats()).toMatchObject({ written: 2, delivered: 2 })
  })
})

describe('the books, when lines are dropped until the end', () => {
  it.each(['dropNewest', 'dropOldest'] as const)(
    '%s: the events say as many as the counters',
    async (onFull) => {
      const buffer = { maxBytes: 65_536, onFull }
      const stream = await open({ buffer, closeTimeoutMs: 100 }, [{ kind: 'hang' }])
      const drops = dropsOf(stream)
      for (let n = 0; n < 2_000; n++) stream.write(line(n, 'x'.repeat(100)))
      await end(stream)
      expect(stream.stats()).toMatchObject({ written: 2_000, dropped: 2_000, delivered: 0 })
      expect(sum(drops)).toBe(2_000)
    }
  )
})

describe('a writer who waits loses nothing, however small the buffer', () => {
  const all = Array.from({ length: 5_000 }, (_, n) => line(n, 'x'.repeat(2_000)))
  const SLOW: Fault[] = [{ kind: 'slow', delayMs: 5 }]

  async function expectAll(stream: DisStream): Promise<void> {
    expect(stream.stats()).toMatchObject({ written: all.length, delivered: all.length, dropped: 0 })
    expect(compare(await arrivals(dis), all.length)).toEqual({ missing: [], repeated: [] })
  }

  it('for drain', async () => {
    const stream = await open(SMALL, SLOW)
    let most = 0
    for (const text of all) {
      if (!stream.write(text)) await once(stream, 'drain')
      most = Math.max(most, stream.stats().bufferedBytes)
    }
    await end(stream)
    await expectAll(stream)
    expect(most).toBeLessThan(70_000)
  })

  it('for the callback of each write', async () => {
    const stream = await open(SMALL, SLOW)
    for (const text of all) await new Promise((resolve) => stream.write(text, resolve))
    await end(stream)
    await expectAll(stream)
  })

  it('as a pipeline does, whatever pieces the text comes in', async () => {
    const stream = await open(SMALL, SLOW)
    const bytes = Buffer.from(all.join('').replaceAll('"pad":"x', '"pad":"ä'))
    const pieces = function* () {
      for (let at = 0, size = 1; at < bytes.length; at += size, size = (size * 7 + 1) % 9_001)
        yield bytes.subarray(at, at + size)
    }
    await pipeline(Readable.from(pieces(), { objectMode: false }), stream)
    await expectAll(stream)
    const [first] = await arrivals(dis)
    expect(String(first?.line['pad']).slice(0, 2)).toBe('äx')
  })
})
