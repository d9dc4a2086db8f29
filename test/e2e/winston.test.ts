import { once } from 'node:events'
import { createLocalDis, type LocalDis, type LocalDisOptions } from '@dis-logs/local'
import { afterEach, describe, expect, it } from 'vitest'
import winston from 'winston'
import { DisTransport, type DisTransportOptions } from 'winston-dis'
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

async function end(logger: winston.Logger): Promise<void> {
  const finished = once(logger, 'finish')
  logger.end()
  await finished
}

describe.each([true, false])('a winston transport, worker: %s', (worker) => {
  function transportFor(options: DisTransportOptions = {}): DisTransport {
    return new DisTransport({ ...optionsFor(dis), worker, ...options })
  }

  it('delivers 100,000 lines once each, with the right keys, before finish', async () => {
    await start()
    const logger = winston.createLogger({
      transports: [transportFor({ partitionKey: 'tenant', closeTimeoutMs: 60_000 })]
    })
    const count = 100_000
    for (let n = 0; n < count; n++) {
      logger.info('order accepted', { n, tenant: `t-${n % 50}` })
      if (n % 1_000 === 999) await new Promise((resolve) => setImmediate(resolve))
    }
    await end(logger)
    const arrived = await arrivals(dis)
    expect(compare(arrived, count)).toEqual({ missing: [], repeated: [] })
    expect(arrived.filter(({ n, key }) => key !== `t-${n % 50}`)).toEqual([])
  }, 120_000)

  it('delivers 20,000 lines once each while 30 % of records are throttled and 5 % of requests fail', async () => {
    await start({
      seed: 7,
      faults: [
        { kind: '500', probability: 0.05 },
        { kind: 'throttle', recordProbability: 0.3 }
      ]
    })
    const dis_ = transportFor({
      partitionKey: 'key',
      closeTimeoutMs: 60_000,
      batch: { lingerMs: 20 },
      retry: { baseMs: 10, maxMs: 100 }
    })
    const logger = winston.createLogger({ transports: [dis_] })
    const count = 20_000
    for (let n = 0; n < count; n++) logger.info('x', { n, key: `k-${n % 17}` })
    await end(logger)
    expect(compare(await arrivals(dis), count)).toEqual({ missing: [], repeated: [] })
    expect(dis_.stats()).toMatchObject({ written: count, delivered: count, buffered: 0 })
    expect(dis_.stats().retriedRecords).toBeGreaterThan(count / 4)
  }, 120_000)

  it('calls back at admission: another transport sees every line while DIS hangs', async () => {
    await start({ faults: [{ kind: 'hang' }] })
    const seen: unknown[] = []
    const other = new winston.transports.Stream({
      stream: new (await import('node:stream')).Writable({
        write: (chunk, _, done) => {
          seen.push(chunk)
          done()
        }
      })
    })
    const dis_ = transportFor({ closeTimeoutMs: 100 })
    const logger = winston.createLogger({ transports: [dis_, other] })
    for (let n = 0; n < 5_000; n++) logger.info('x', { n })
    await new Promise((resolve) => setImmediate(resolve))
    expect(seen).toHaveLength(5_000)
    await end(logger)
    expect(dis_.stats()).toMatchObject({ written: 5_000, dropped: 5_000, buffered: 0 })
  })

  it("ships the formatted message, also with a format of the transport's own, and leaves the info alone", async () => {
    await start()
    const { printf, combine, timestamp } = winston.format
    const plain = transportFor({ format: printf(({ level, message }) => `${level}: ${String(message)}`) })
    const logger = winston.createLogger({
      format: combine(timestamp(), winston.format.json()),
      transports: [transportFor(), plain]
    })
    const info = { level: 'warn', message: 'attention', extra: { kept: true } }
    logger.log(info)
    await end(logger)
    const texts = (await dis.records(STREAM)).map(({ data }) => data.toString()).sort()
    expect(texts[0]).toBe('warn: attention')
    expect(JSON.parse(texts[1] ?? '')).toMatchObject({
      level: 'warn',
      message: 'attention',
      extra: { kept: true },
      timestamp: expect.any(String)
    })
    // The logger's format writes into the info; a transport's own format must not, or the next transport sees it.
    expect(info).toMatchObject({ level: 'warn', message: 'attention', extra: { kept: true } })
    expect(Object.getOwnPropertyDescriptor(info, Symbol.for('message'))?.value).toBe(texts[1])
  })

  it('respects level and silent', async () => {
    await start()
    const logger = winston.createLogger({
      transports: [transportFor({ level: 'error' }), transportFor({ silent: true })]
    })
    logger.info('not this', { n: 0 })
    logger.error('this', { n: 1 })
    await end(logger)
    expect((await arrivals(dis)).map(({ n }) => n)).toEqual([1])
  })

  it('flushes on request, with a report', async () => {
    await start()
    const dis_ = transportFor({ batch: { lingerMs: 60_000 } })
    const logger = winston.createLogger({ transports: [dis_] })
    for (let n = 0; n < 10; n++) logger.info('x', { n })
    await expect(dis_.flush()).resolves.toEqual({
      delivered: 10,
      rejected: 0,
      dropped: 0,
      spooled: 0,
      pending: 0
    })
    await end(logger)
  })

  it('emits rejected and never error', async () => {
    await start({
      faults: [{ kind: 'error', status: 400, code: 'DIS.4301', message: 'no such stream', times: 1 }]
    })
    const dis_ = transportFor()
    const errors: unknown[] = []
    dis_.on('error', (error) => errors.push(error))
    const rejected = once(dis_, 'rejected')
    const logger = winston.createLogger({ transports: [dis_] })
    logger.info('x', { n: 0 })
    await expect(rejected).resolves.toMatchObject([{ code: 'DIS.4301', lines: 1 }])
    await end(logger)
    expect(errors).toEqual([])
  })

  it('waits for room when the buffer is full, and loses nothing', async () => {
    await start({ faults: [{ kind: 'slow', delayMs: 10 }] })
    const dis_ = transportFor({ buffer: { maxBytes: 65_536 }, closeTimeoutMs: 60_000 })
    const logger = winston.createLogger({ transports: [dis_] })
    let waited = 0
    // More than ring and chunks between the threads take.
    const count = worker ? 60_000 : 3_000
    for (let n = 0; n < count; n++) {
      if (logger.write({ level: 'info', message: 'x'.repeat(200), n })) continue
      waited++
      await once(logger, 'drain')
    }
    expect(waited).toBeGreaterThan(0)
    await end(logger)
    expect(compare(await arrivals(dis), count)).toEqual({ missing: [], repeated: [] })
  }, 60_000)

  it('closes its producer when it is removed from the logger', async () => {
    await start()
    const dis_ = transportFor({ batch: { lingerMs: 60_000 } })
    const logger = winston.createLogger({
      transports: [dis_, new winston.transports.Console({ silent: true })]
    })
    logger.info('x', { n: 0 })
    logger.remove(dis_)
    await dis_.flush()
    expect(dis_.stats()).toMatchObject({ delivered: 1 })
    await end(logger)
  })

  it('throws at construction and names the option', () => {
    expect(() => new DisTransport({ worker, streamName: 'no good' })).toThrow(/streamName: got 'no good'/)
  })
})
