import { once } from 'node:events'
import { createLocalDis, type LocalDis, type LocalDisOptions } from '@dis-logs/local'
import pino from 'pino'
import { disStream } from 'pino-dis'
import { afterEach, describe, expect, it } from 'vitest'
import { arrivals, compare, optionsFor, STREAM } from './arrivals.ts'

let dis: LocalDis
afterEach(() => dis?.close())

async function start(options: Partial<LocalDisOptions> = {}): Promise<void> {
  dis = await createLocalDis({
    port: 0,
    streams: [{ name: STREAM, partitions: 3 }],
    limits: false,
    ...options
  })
}

/** A logger with a real worker thread. */
function worker(options: Parameters<typeof optionsFor>[1] = {}) {
  const transport = pino.transport({ target: 'pino-dis', options: optionsFor(dis, options) })
  const logger = pino({ base: { hostname: 'base-host' } }, transport)
  const end = async () => {
    transport.end()
    await once(transport, 'close')
  }
  return { logger, transport, end }
}

describe('a pino transport in a worker', () => {
  it('delivers 100,000 lines once each, with the right keys', async () => {
    await start()
    const { logger, end } = worker({ partitionKey: 'tenant.id', closeTimeoutMs: 60_000 })
    const count = 100_000
    for (let n = 0; n < count; n++) {
      logger.info({ n, tenant: { id: `t-${n % 50}` } }, 'order accepted')
      // As an application would, that also does something else.
      if (n % 1_000 === 999) await new Promise((resolve) => setImmediate(resolve))
    }
    await end()
    const arrived = await arrivals(dis)
    expect(compare(arrived, count)).toEqual({ missing: [], repeated: [] })
    expect(arrived.filter(({ n, key }) => key !== `t-${n % 50}`)).toEqual([])
  }, 120_000)

  it('delivers 20,000 lines once each while 30 % of records are throttled and 5 % of requests fail', async () => {
    await start({
      seed: 20_250_102,
      faults: [
        { kind: '500', probability: 0.05 },
        { kind: 'throttle', recordProbability: 0.3 }
      ]
    })
    const { logger, end } = worker({
      partitionKey: 'key',
      closeTimeoutMs: 60_000,
      batch: { lingerMs: 20 },
      retry: { baseMs: 10, maxMs: 100 }
    })
    const count = 20_000
    for (let n = 0; n < count; n++) logger.info({ n, key: `k-${n % 17}` })
    await end()
    expect(compare(await arrivals(dis), count)).toEqual({ missing: [], repeated: [] })
    const { faults } = await dis.stats()
    expect(Object.values(faults).every((fired) => fired > 0)).toBe(true)
  }, 120_000)

  it('makes logger.flush a delivery barrier', async () => {
    await start({ faults: [{ kind: 'slow', delayMs: 300 }] })
    const { logger, end } = worker({ batch: { lingerMs: 60_000 } })
    for (let n = 0; n < 1_000; n++) logger.info({ n })
    await new Promise<void>((resolve, reject) => logger.flush((error) => (error ? reject(error) : resolve())))
    expect(compare(await arrivals(dis), 1_000)).toEqual({ missing: [], repeated: [] })
    await end()
  })

  it('brings its events to the main thread', async () => {
    await start({
      faults: [{ kind: 'error', status: 400, code: 'DIS.4301', message: 'no such stream', times: 1 }]
    })
    const { logger, transport, end } = worker({ stats: { intervalMs: 100 } })
    const rejected = once(transport, 'dis:rejected')
    const stats = once(transport, 'dis:stats')
    logger.info({ n: 0 }, 'refused for good')
    await expect(rejected).resolves.toMatchObject([{ code: 'DIS.4301', lines: 1, attempts: 1 }])
    await expect(stats).resolves.toMatchObject([{ written: expect.any(Number), delivered: 0 }])
    await end()
  })

  it('says which option is wrong', async () => {
    await start()
    const { transport } = worker({ batch: { maxRecords: 0 } })
    const [error] = await once(transport, 'error')
    expect(error.message).toMatch(/batch\.maxRecords: got 0; allowed: a whole number from 1 to 5000/)
  })

  it('says that a function needs a stream in the main thread', async () => {
    await start()
    const key = () => 'x'
    expect(() => worker({ partitionKey: key })).toThrow(/could not be cloned/)
  })

  it('works among several targets', async () => {
    await start()
    // Typed apart: pino takes the options of all targets to be of one type.
    const toNull: Record<string, unknown> = { destination: '/dev/null' }
    const transport = pino.transport<Record<string, unknown>>({
      targets: [
        { target: 'pino-dis', level: 'info', options: { ...optionsFor(dis) } },
        { target: 'pino/file', level: 'info', options: toNull }
      ]
    })
    const logger = pino({ base: { hostname: 'h' } }, transport)
    for (let n = 0; n < 100; n++) logger.info({ n })
    transport.end()
    await once(transport, 'close')
    expect(compare(await arrivals(dis), 100)).toEqual({ missing: [], repeated: [] })
  })
})

describe('a pino stream without a worker', () => {
  it('delivers, flushes, takes functions, and ends', async () => {
    await start()
    const stream = disStream(
      optionsFor(dis, { partitionKey: (line) => `fn-${line.length % 2}`, batch: { lingerMs: 60_000 } })
    )
    const logger = pino({ base: null }, stream)
    for (let n = 0; n < 500; n++) logger.info({ n })
    await expect(stream.flush()).resolves.toEqual({
      delivered: 500,
      rejected: 0,
      dropped: 0,
      spooled: 0,
      pending: 0
    })
    logger.info({ n: 500 })
    await new Promise<void>((resolve, reject) => logger.flush((error) => (error ? reject(error) : resolve())))
    const arrived = await arrivals(dis)
    expect(compare(arrived, 501)).toEqual({ missing: [], repeated: [] })
    expect(new Set(arrived.map(({ key }) => key))).toEqual(new Set(['fn-0', 'fn-1']))
    stream.end()
    await once(stream, 'close')
    expect(stream.stats()).toMatchObject({ written: 501, delivered: 501, buffered: 0 })
  })

  it('flushes what a full buffer holds back too', async () => {
    await start({ faults: [{ kind: 'slow', delayMs: 20 }] })
    const stream = disStream(optionsFor(dis, { buffer: { maxBytes: 65_536 } }))
    const logger = pino({ base: null }, stream)
    for (let n = 0; n < 3_000; n++) logger.info({ n, text: 'x'.repeat(200) })
    await stream.flush()
    expect(compare(await arrivals(dis), 3_000)).toEqual({ missing: [], repeated: [] })
    stream.end()
    await once(stream, 'close')
  })
})
