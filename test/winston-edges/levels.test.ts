import { describe, expect, it } from 'vitest'
import winston from 'winston'
import { end, expectBooks, numbers, startDis, texts, transportFor, within, witness } from './edges.ts'

describe.each([true, false])('levels and silence, worker: %s', (worker) => {
  it('the level of the transport beats that of the logger, and both may change at run time', async () => {
    const server = await startDis()
    const { dis } = transportFor(server, { worker, level: 'warn' })
    const logger = winston.createLogger({ level: 'debug', transports: [dis, witness().transport] })
    logger.info('no', { n: 0 })
    logger.warn('yes', { n: 1 })
    dis.level = 'debug'
    logger.debug('yes', { n: 2 })
    logger.silly('no', { n: 3 })
    Reflect.set(dis, 'level', undefined)
    logger.level = 'error'
    logger.warn('no', { n: 4 })
    logger.error('yes', { n: 5 })
    logger.level = 'silly'
    logger.silly('yes', { n: 6 })
    await end(logger, 8_000)
    expect(await numbers(server)).toEqual([1, 2, 5, 6])
    expectBooks(dis.stats(), 4)
  })

  it('silent may be switched at run time, on the transport and on the logger', async () => {
    const server = await startDis()
    const { dis, events } = transportFor(server, { worker })
    const logger = winston.createLogger({ transports: [dis, witness().transport] })
    logger.info('yes', { n: 0 })
    dis.silent = true
    logger.info('no', { n: 1 })
    dis.silent = false
    logger.info('yes', { n: 2 })
    logger.silent = true
    logger.info('no', { n: 3 })
    logger.silent = false
    logger.info('yes', { n: 4 })
    await end(logger, 8_000)
    expect(await numbers(server)).toEqual([0, 2, 4])
    expectBooks(dis.stats(), 3)
    expect(events).toEqual([])
  })

  it('flush and end return while silent', async () => {
    const server = await startDis()
    const { dis } = transportFor(server, { worker, silent: true })
    const logger = winston.createLogger({ transports: [dis] })
    for (let n = 0; n < 100; n++) logger.info('no', { n })
    await within(5_000, 'flush does not resolve', dis.flush())
    await end(logger, 8_000)
    expectBooks(dis.stats(), 0)
  })

  it('silent, switched on while the logger is held up, lets flush and end return', async () => {
    const server = await startDis([{ kind: 'slow', delayMs: 5 }])
    const { dis } = transportFor(server, { worker, buffer: { maxBytes: 65_536 }, closeTimeoutMs: 20_000 })
    const logger = winston.createLogger({ transports: [dis] })
    for (let n = 0; n < 400; n++) logger.info('x', { n, pad: 'x'.repeat(worker ? 80_000 : 1_000) })
    expect(logger.writableLength).toBeGreaterThan(0)
    dis.silent = true
    await within(10_000, 'flush does not resolve', dis.flush())
    await end(logger, 10_000)
    // Those that had not reached the transport are filtered by winston.
    const { written } = dis.stats()
    expectBooks(dis.stats(), written)
    expect(await numbers(server)).toHaveLength(written)
  })
})

describe('levels of other kinds', () => {
  const own = { boom: 0, meh: 1, whatever: 2 }

  it('of syslog', async () => {
    const server = await startDis()
    const { dis } = transportFor(server, { worker: false, level: 'notice' })
    const logger = winston.createLogger({ levels: winston.config.syslog.levels, transports: [dis] })
    logger['emerg']?.('yes', { n: 0 })
    logger['notice']?.('yes', { n: 1 })
    logger['debug']?.('no', { n: 2 })
    await end(logger, 8_000)
    expect(await numbers(server)).toEqual([0, 1])
  })

  it('of npm', async () => {
    const server = await startDis()
    const { dis } = transportFor(server, { worker: false, level: 'http' })
    const logger = winston.createLogger({ levels: winston.config.npm.levels, transports: [dis] })
    logger.http('yes', { n: 0 })
    logger.verbose('no', { n: 1 })
    await end(logger, 8_000)
    expect(await numbers(server)).toEqual([0])
  })

  it("of the application's own", async () => {
    const server = await startDis()
    const { dis, events } = transportFor(server, { worker: false, level: 'meh' })
    const logger = winston.createLogger({ levels: own, level: 'whatever', transports: [dis] })
    logger.log('boom', 'yes', { n: 0 })
    logger.log('meh', 'yes', { n: 1 })
    logger.log('whatever', 'no', { n: 2 })
    await end(logger, 8_000)
    expect(await numbers(server)).toEqual([0, 1])
    expect(events).toEqual([])
  })

  it('of a logger that the transport joins later', async () => {
    const server = await startDis()
    const { dis } = transportFor(server, { worker: false, level: 'meh' })
    const logger = winston.createLogger({ levels: own, level: 'whatever', transports: [witness().transport] })
    logger.add(dis)
    logger.log('meh', 'yes', { n: 1 })
    logger.log('whatever', 'no', { n: 2 })
    await end(logger, 8_000)
    expect(await numbers(server)).toEqual([1])
  })
})

describe("the rest of a logger's life", () => {
  it('timers and profiles arrive', async () => {
    const server = await startDis()
    const { dis } = transportFor(server, { worker: false })
    const logger = winston.createLogger({ transports: [dis] })
    logger.startTimer().done({ message: 'a timer' })
    logger.profile('a profile')
    logger.profile('a profile')
    await end(logger, 8_000)
    const lines = (await texts(server)).map((text): unknown => JSON.parse(text))
    const durationMs = expect.any(Number)
    expect(lines).toEqual([
      expect.objectContaining({ message: 'a timer', durationMs }),
      expect.objectContaining({ message: 'a profile', durationMs })
    ])
  })

  it('query and stream, which the transport does not have, break nothing', async () => {
    const server = await startDis()
    const { dis } = transportFor(server, { worker: false })
    const logger = winston.createLogger({ transports: [dis] })
    logger.info('x', { n: 0 })
    const results = new Promise((resolve) => logger.query({ fields: [] }, (_, found) => resolve(found)))
    expect(await within(2_000, 'query does not call back', results)).toEqual({})
    logger.stream({ start: -1 })
    logger.info('x', { n: 1 })
    await end(logger, 8_000)
    expect(await numbers(server)).toEqual([0, 1])
  })
})
