import { linesOf, readStream } from '@dis-logs/core/reader'
import pino from 'pino'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import winston from 'winston'
import { DisTransport } from 'winston-dis'
import { openSite, type Site } from './site.ts'

const LINES = 300

let site: Site
beforeEach(async () => {
  // Of the first answers each third one is lost.
  const faults = Array.from(
    { length: 10 },
    (_, n) => ({ kind: 'reset-after', after: 3 * n, times: 1 }) as const
  )
  site = await openSite(faults)
})
afterEach(() => site.close())

const options = () => ({
  endpoint: site.dis.url,
  projectId: 'p',
  streamName: 'app-logs',
  credentials: { token: 'T' },
  lineId: true,
  batch: { maxRecords: 10, lingerMs: 1 },
  retry: { baseMs: 1, maxMs: 5 }
})

/** Ids and numbers of all lines, with `dedupe`. */
async function read() {
  const { batch: _, lineId: __, retry: ___, ...place } = options()
  const stop = new AbortController()
  const entries: { dis_id: string; n: number }[] = []
  for await (const record of readStream({ ...place, dedupe: true, signal: stop.signal })) {
    for (const line of linesOf(record)) entries.push(JSON.parse(line))
    if (entries.length === LINES) stop.abort()
  }
  return entries
}

async function expectEachOnce(): Promise<void> {
  expect((await site.dis.records('app-logs')).length).toBeGreaterThan(LINES)
  const entries = await read()
  const numbers = entries.map(({ n }) => n).sort((a, b) => a - b)
  expect(numbers).toEqual(Array.from({ length: LINES }, (_, n) => n))
  const ids = entries.map(({ dis_id: id }) => id)
  expect(new Set(ids).size).toBe(LINES)
  // One producer, which numbers what it is given.
  expect(new Set(ids.map((id) => id.split('.')[0])).size).toBe(1)
  expect(Math.max(...ids.map((id) => Number(id.split('.')[1])))).toBe(LINES - 1)
}

describe('each line once', () => {
  it('of pino, through its worker', async () => {
    const transport = pino.transport({ target: 'pino-dis', options: options() })
    const logger = pino(transport)
    for (let n = 0; n < LINES; n++) logger.info({ n })
    transport.end()
    await new Promise((resolve) => transport.once('close', resolve))
    await expectEachOnce()
  })

  it.each([true, false])('of winston, with worker: %s', async (worker) => {
    const logger = winston.createLogger({ transports: [new DisTransport({ ...options(), worker })] })
    for (let n = 0; n < LINES; n++) logger.info('line', { n })
    logger.end()
    await new Promise((resolve) => logger.once('finish', resolve))
    await expectEachOnce()
  })
})
