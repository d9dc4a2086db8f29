import { describe, expect, it, vi } from 'vitest'
import winston from 'winston'
import {
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

const SLOW = { kind: 'slow', delayMs: 5 } as const
/** Nothing is sent before somebody asks for it. */
const lingering = { batch: { lingerMs: 60_000 }, closeTimeoutMs: 20_000 }

describe.each([true, false])('transports that come and go, worker: %s', (worker) => {
  it('add: lines after it arrive', async () => {
    const server = await startDis()
    const { dis } = transportFor(server, { worker })
    const logger = winston.createLogger({ transports: [witness().transport] })
    logLines(logger, 0, 5)
    logger.add(dis)
    logLines(logger, 5, 10)
    await dis.flush()
    expectBooks(dis.stats(), 5)
    expect(await numbers(server)).toEqual([5, 6, 7, 8, 9])
  })

  it('remove: settles the lines before it, and closes only its own producer', async () => {
    const server = await startDis()
    const removed = transportFor(server, { worker, ...lingering })
    const staying = transportFor(server, { worker, partitionKey: null })
    const logger = winston.createLogger({ transports: [removed.dis, staying.dis] })
    logLines(logger, 0, 10)
    logger.remove(removed.dis)
    logLines(logger, 10, 20)
    await within(5_000, 'what is removed does not settle', removed.dis.flush())
    expect(removed.dis.stats()).toMatchObject({ written: 10, delivered: 10, buffered: 0 })
    await end(logger, 8_000)
    expect(staying.dis.stats()).toMatchObject({ written: 20, delivered: 20, buffered: 0 })
    expect(await numbers(server)).toEqual([...upTo(20), ...upTo(10)].sort((a, b) => a - b))
    expect([...removed.events, ...staying.events]).toEqual([])
  })

  it('remove while the logger is held up: the lines before it are settled, those after it are not ours', async () => {
    const server = await startDis([SLOW])
    const removed = transportFor(server, { ...smallBuffer(worker), closeTimeoutMs: 20_000 })
    const other = witness()
    const logger = winston.createLogger({ transports: [removed.dis, other.transport] })
    logUntilHeld(logger, worker)
    logger.remove(removed.dis)
    logLines(logger, LINES, LINES + 10)
    await within(10_000, 'what is removed does not settle', removed.dis.flush())
    expect(removed.dis.stats()).toMatchObject({ written: LINES, delivered: LINES, buffered: 0 })
    expect(await numbers(server)).toEqual(upTo(LINES))
    await end(logger, 8_000)
    expect(other.seen).toHaveLength(LINES + 10)
  })

  it('remove while the service hangs: the logger is held up no longer, and the lines before it are counted', async () => {
    captureStderr()
    const server = await startDis([{ kind: 'hang' }])
    const removed = transportFor(server, { ...smallBuffer(worker), closeTimeoutMs: 300 })
    const other = witness()
    const logger = winston.createLogger({ transports: [removed.dis, other.transport] })
    logUntilHeld(logger, worker)
    logger.remove(removed.dis)
    await end(logger, 300)
    expect(other.seen).toHaveLength(LINES)
    await within(3_000, 'what is removed does not settle', removed.dis.flush())
    expectBooks(removed.dis.stats(), LINES)
  })

  it('clear: settles and closes all transports', async () => {
    captureStderr()
    const server = await startDis()
    const both = [1, 2].map(() => transportFor(server, { worker, ...lingering }))
    const logger = winston.createLogger({ transports: both.map(({ dis }) => dis) })
    logLines(logger, 0, 10)
    logger.clear()
    for (const { dis } of both) {
      await within(5_000, 'what is cleared does not settle', dis.flush())
      expect(dis.stats()).toMatchObject({ written: 10, delivered: 10, buffered: 0 })
    }
    logger.add(witness().transport)
    await end(logger)
  })

  it('logger.close settles what was logged, also while the logger is held up', async () => {
    const server = await startDis([SLOW])
    const { dis } = transportFor(server, { ...smallBuffer(worker), closeTimeoutMs: 20_000 })
    const logger = winston.createLogger({ transports: [dis] })
    logUntilHeld(logger, worker)
    logger.close()
    await within(10_000, 'what is closed does not settle', dis.flush())
    expect(dis.stats()).toMatchObject({ written: LINES, delivered: LINES, buffered: 0 })
    expect(await numbers(server)).toEqual(upTo(LINES))
  })

  it('configure: settles and closes the old transport, and the new one goes on', async () => {
    const server = await startDis()
    const old = transportFor(server, { worker, ...lingering })
    const next = transportFor(server, { worker })
    const logger = winston.createLogger({ transports: [old.dis] })
    logLines(logger, 0, 10)
    logger.configure({ level: 'warn', transports: [next.dis] })
    logger.info('below the new level', { n: 10 })
    logger.warn('above', { n: 11 })
    await within(5_000, 'the old one does not settle', old.dis.flush())
    expect(old.dis.stats()).toMatchObject({ written: 10, delivered: 10, buffered: 0 })
    await end(logger, 8_000)
    expect(next.dis.stats()).toMatchObject({ written: 1, delivered: 1, buffered: 0 })
    expect(await numbers(server)).toEqual([...upTo(10), 11])
  })

  it('configure with the transport that was there: it stays usable', async () => {
    const server = await startDis()
    const watched = transportFor(server, { worker })
    const logger = winston.createLogger({ transports: [watched.dis] })
    logLines(logger, 0, 10)
    logger.configure({ level: 'debug', transports: [watched.dis] })
    logLines(logger, 10, 20)
    await new Promise((resolve) => setImmediate(resolve))
    logLines(logger, 20, 30)
    await end(logger, 8_000)
    expect(watched.dis.stats()).toMatchObject({ written: 30, delivered: 30, dropped: 0 })
    expect(await numbers(server)).toEqual(upTo(30))
  })

  it('a transport that is used after its close counts the lines as closed, and tells', async () => {
    const errors = captureStderr()
    const server = await startDis()
    const watched = transportFor(server, { worker })
    const logger = winston.createLogger({ transports: [watched.dis] })
    logLines(logger, 0, 10)
    watched.dis.close()
    logLines(logger, 10, 15)
    await within(5_000, 'flush after close does not resolve', watched.dis.flush())
    logLines(logger, 15, 20)
    await end(logger, 8_000)
    expectBooks(watched.dis.stats(), 20)
    expect(watched.dis.stats()).toMatchObject({ delivered: 10, dropped: 10 })
    // Lines of one second are told together.
    await vi.waitFor(() => expect(droppedIn(watched, 'closed')).toBe(10), 3_000)
    expect(errors()).toMatch(/written after close/)
    expect(await numbers(server)).toEqual(upTo(10))
  })

  it('close while the logger is held up: the lines before it are settled', async () => {
    captureStderr()
    const server = await startDis([SLOW])
    const { dis } = transportFor(server, { ...smallBuffer(worker), closeTimeoutMs: 20_000 })
    const logger = winston.createLogger({ transports: [dis] })
    logUntilHeld(logger, worker)
    dis.close()
    logLines(logger, LINES, LINES + 10, padding(worker))
    await end(logger, 10_000)
    expectBooks(dis.stats(), LINES + 10)
    expect(dis.stats().delivered).toBeGreaterThanOrEqual(LINES)
  })
})
