import { once } from 'node:events'
import { describe, expect, it, onTestFinished } from 'vitest'
import winston from 'winston'
import { temporaryFolder } from '../leaving/child.ts'
import {
  CLOSE_MS,
  captureStderr,
  droppedIn,
  end,
  expectBooks,
  LINES,
  logLines,
  logUntilHeld,
  numbers,
  padding,
  smallBuffer,
  startDis,
  transportFor,
  upTo,
  within,
  witness
} from './edges.ts'

describe.each([true, false])('the end of a logger that is held up, worker: %s', (worker) => {
  it('finish comes while the service hangs, and every line is counted', async () => {
    captureStderr()
    const server = await startDis([{ kind: 'hang' }])
    const watched = transportFor(server, { ...smallBuffer(worker), closeTimeoutMs: CLOSE_MS })
    const logger = winston.createLogger({ transports: [watched.dis] })
    logUntilHeld(logger, worker)
    await end(logger)
    expectBooks(watched.dis.stats(), LINES)
    expect(watched.dis.stats()).toMatchObject({ delivered: 0, dropped: LINES })
    expect(droppedIn(watched)).toBe(LINES)
  })

  it('finish comes while the service hangs, and every line is in the spool, whence the next start sends it', async () => {
    captureStderr()
    const folder = temporaryFolder()
    onTestFinished(() => folder.remove())
    const server = await startDis([{ kind: 'hang' }])
    const spool = { dir: folder.path }
    const { dis } = transportFor(server, { ...smallBuffer(worker), spool, closeTimeoutMs: CLOSE_MS })
    const logger = winston.createLogger({ transports: [dis] })
    logUntilHeld(logger, worker)
    await end(logger)
    expectBooks(dis.stats(), LINES)
    expect(dis.stats()).toMatchObject({ delivered: 0, dropped: 0, spooled: LINES })
    await server.faults.clear()
    const next = transportFor(server, { worker: false, spool, closeTimeoutMs: 20_000 })
    await end(winston.createLogger({ transports: [next.dis] }), 20_000)
    expect(await numbers(server)).toEqual(upTo(LINES))
  })

  it('every line arrives, once, if the service is merely slow', async () => {
    const server = await startDis([{ kind: 'slow', delayMs: 5 }])
    const watched = transportFor(server, { ...smallBuffer(worker), closeTimeoutMs: 20_000 })
    const other = witness()
    const logger = winston.createLogger({ transports: [watched.dis, other.transport] })
    logUntilHeld(logger, worker)
    await end(logger, 10_000)
    expect(watched.dis.stats()).toMatchObject({ written: LINES, delivered: LINES, buffered: 0 })
    expect(watched.events).toEqual([])
    expect(await numbers(server)).toEqual(upTo(LINES))
    expect(other.seen).toHaveLength(LINES)
  })

  it('a logger that ends twice finishes once', async () => {
    const server = await startDis()
    const { dis } = transportFor(server, { worker })
    const logger = winston.createLogger({ transports: [dis] })
    let finished = 0
    logger.on('finish', () => finished++)
    logLines(logger, 0, 10)
    logger.end()
    await end(logger, 8_000)
    logger.end()
    logger.close()
    await dis.flush()
    expect(finished).toBe(1)
    expectBooks(dis.stats(), 10)
    expect(await numbers(server)).toEqual(upTo(10))
  })

  it('an end that a child logger begins is an end', async () => {
    captureStderr()
    const server = await startDis([{ kind: 'hang' }])
    const { dis } = transportFor(server, { ...smallBuffer(worker), closeTimeoutMs: CLOSE_MS })
    const logger = winston.createLogger({ transports: [dis] })
    const child = logger.child({ part: 'a child' })
    logUntilHeld(child, worker)
    await end(child)
    expectBooks(dis.stats(), LINES)
  })

  it('the end of a transport without a logger begins the ending too', async () => {
    captureStderr()
    const server = await startDis([{ kind: 'hang' }])
    const { dis } = transportFor(server, { ...smallBuffer(worker), closeTimeoutMs: CLOSE_MS })
    for (let n = 0; n < LINES; n++) dis.write({ level: 'info', message: padding(worker) })
    expect(dis.writableLength).toBeGreaterThan(0)
    const finished = once(dis, 'finish')
    dis.end()
    await within(CLOSE_MS + 2_500, `no 'finish' of the transport`, finished)
    expectBooks(dis.stats(), LINES)
  })
})

describe('the end of a logger with short lines and a worker', () => {
  it('counts 32,000 of 32,000', async () => {
    captureStderr()
    const server = await startDis([{ kind: 'hang' }])
    const { dis } = transportFor(server, {
      buffer: { maxBytes: 65_536, onFull: 'block' },
      closeTimeoutMs: CLOSE_MS
    })
    const logger = winston.createLogger({ transports: [dis] })
    logLines(logger, 0, 32_000, 'x'.repeat(470))
    expect(logger.writableLength).toBeGreaterThan(0)
    await end(logger, CLOSE_MS)
    expectBooks(dis.stats(), 32_000)
  })

  it('calls back once what waited for a drain when the end began', async () => {
    const errors = captureStderr()
    const server = await startDis([{ kind: 'slow', delayMs: 5 }])
    const watched = transportFor(server, { ...smallBuffer(true), closeTimeoutMs: 20_000 })
    const logger = winston.createLogger({ transports: [watched.dis] })
    logUntilHeld(logger, true)
    // The worker is in the middle of it: some lines have arrived, and others wait for room.
    while ((await numbers(server)).length === 0);
    await end(logger, 10_000)
    expect(errors()).not.toMatch(/WORKER|multiple/)
    expect(watched.events).toEqual([])
    expect(await numbers(server)).toEqual(upTo(LINES))
  })
})
