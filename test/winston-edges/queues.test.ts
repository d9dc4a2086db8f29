import { Writable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import winston from 'winston'
import {
  captureStderr,
  end,
  expectBooks,
  LINES,
  logLines,
  logUntilHeld,
  numbers,
  padding,
  smallBuffer,
  startDis,
  texts,
  transportFor,
  upTo,
  within
} from './edges.ts'

const SLOW = { kind: 'slow', delayMs: 5 } as const

/** A transport that takes one info and then none, until it is told to go on. */
function holding() {
  let release = () => {}
  let isOpen = false
  const stream = new Writable({
    objectMode: true,
    highWaterMark: 1,
    write(_chunk, _encoding, done) {
      if (isOpen) done()
      else release = done
    }
  })
  const transport = new winston.transports.Stream({ stream })
  // winston's own transports never wait for their stream; this one does, as one over a network may.
  transport.log = (info: unknown, next: () => void) => void stream.write(info, next)
  return {
    transport,
    goOn() {
      isOpen = true
      release()
    }
  }
}

describe.each([true, false])("lines in winston's own queues, worker: %s", (worker) => {
  it('flush waits for the older lines of a logger while another one logs on', async () => {
    const server = await startDis([SLOW])
    const { dis } = transportFor(server, { ...smallBuffer(worker), closeTimeoutMs: 20_000 })
    const busy = winston.createLogger({ transports: [dis] })
    const quiet = winston.createLogger({ transports: [dis] })
    logUntilHeld(busy, worker)
    logLines(quiet, 10_000, 10_100, padding(worker))
    expect(quiet.writableLength + quiet.readableLength).toBeGreaterThan(50)
    const flushed = dis.flush()
    // winston takes many lines of one logger for each of the other's.
    logLines(busy, LINES, LINES + 600, padding(false))
    await within(10_000, 'flush does not resolve', flushed)
    const arrived = await numbers(server)
    expect(arrived.filter((n) => n < LINES)).toEqual(upTo(LINES))
    expect(arrived.filter((n) => n >= 10_000)).toHaveLength(100)
    await within(10_000, 'flush does not resolve', dis.flush())
    expectBooks(dis.stats(), LINES + 700)
  })

  it('a removal settles also the lines that another transport of the logger holds up', async () => {
    const server = await startDis()
    const { dis } = transportFor(server, { worker, closeTimeoutMs: 20_000 })
    const { transport, goOn } = holding()
    const logger = winston.createLogger({ transports: [transport, dis] })
    logLines(logger, 0, LINES)
    expect(logger.writableLength).toBeGreaterThan(0)
    logger.remove(dis)
    const early = await within(5_000, 'flush does not keep its timeoutMs', dis.flush({ timeoutMs: 100 }))
    expect(early.delivered + early.pending).toBe(LINES)
    goOn()
    await within(8_000, 'flush does not resolve', dis.flush())
    expect(dis.stats()).toMatchObject({ written: LINES, delivered: LINES, buffered: 0 })
    expect(await numbers(server)).toEqual(upTo(LINES))
  })

  it('a removal is final for the lines after it, though others before it still wait', async () => {
    const server = await startDis()
    const { dis } = transportFor(server, { worker, closeTimeoutMs: 20_000 })
    const { transport, goOn } = holding()
    const logger = winston.createLogger({ transports: [transport, dis] })
    logLines(logger, 0, LINES)
    logger.remove(dis)
    logLines(logger, LINES, LINES + 100)
    goOn()
    await end(logger, 8_000)
    await within(8_000, 'flush does not resolve', dis.flush())
    expect(await numbers(server)).toEqual(upTo(LINES))
    expectBooks(dis.stats(), LINES)
  })

  it('a removal and an end at once: every line is settled', async () => {
    const server = await startDis([SLOW])
    const { dis } = transportFor(server, { ...smallBuffer(worker), closeTimeoutMs: 20_000 })
    const other = transportFor(server, { worker: false, silent: true })
    const logger = winston.createLogger({ transports: [dis, other.dis] })
    logUntilHeld(logger, worker)
    logger.remove(dis)
    await end(logger, 8_000)
    await within(10_000, 'flush does not resolve', dis.flush())
    expect(dis.stats()).toMatchObject({ written: LINES, delivered: LINES, buffered: 0 })
  })
})

describe('what the format of a logger filters', () => {
  it.each([
    ['false', false],
    ['undefined', undefined],
    ['0', 0],
    ['an empty text', '']
  ])('is no line, if the format returns %s', async (_, nothing) => {
    const server = await startDis([SLOW])
    const watched = transportFor(server, { ...smallBuffer(false), closeTimeoutMs: 20_000 })
    const json = winston.format.json()
    const format: winston.Logform.Format = {
      // What formats in JavaScript return that never heard of types.
      transform: (info) => (Number(info['n']) % 2 === 1 ? json.transform(info, {}) : (nothing as false))
    }
    const logger = winston.createLogger({ format, transports: [watched.dis] })
    // The first ones go through at once, the others wait.
    logLines(logger, 0, LINES, padding(false))
    expect(logger.writableLength).toBeGreaterThan(0)
    await end(logger, 10_000)
    expect(await numbers(server)).toEqual(upTo(LINES).filter((n) => n % 2 === 1))
    expectBooks(watched.dis.stats(), LINES / 2)
    expect(watched.events).toEqual([])
  })
})

describe('a transport that is destroyed', () => {
  it.each([true, false])('loses no line untold, and no error comes, worker: %s', async (worker) => {
    captureStderr()
    const server = await startDis()
    const { dis } = transportFor(server, { worker })
    const logger = winston.createLogger({ transports: [dis] })
    const errors: unknown[] = []
    for (const emitter of [logger, dis]) emitter.on('error', (error) => errors.push(error))
    logLines(logger, 0, 10)
    dis.destroy()
    logLines(logger, 10, 20)
    await within(5_000, 'flush does not resolve', dis.flush())
    dis.close()
    await within(5_000, 'flush does not resolve', dis.flush())
    expect(errors, 'errors').toHaveLength(0)
    const { written, delivered } = dis.stats()
    expectBooks(dis.stats(), written)
    expect(written).toBe(20)
    expect(delivered).toBeGreaterThanOrEqual(10)
    expect((await texts(server)).length).toBe(delivered)
  })
})

describe('events that the application logs', () => {
  it('to the logger that they come from make no loop', async () => {
    captureStderr()
    const server = await startDis([{ kind: 'error', status: 400, code: 'DIS.4301', times: 1 }])
    const { dis } = transportFor(server, {
      worker: false,
      buffer: { maxBytes: 65_536, onFull: 'dropNewest' }
    })
    const logger = winston.createLogger({ transports: [dis] })
    let told = 0
    for (const name of ['rejected', 'dropped', 'warning'])
      dis.on(name, () => {
        told++
        logger.warn(`an event: ${name}`)
      })
    logLines(logger, 0, LINES, padding(false))
    await within(5_000, 'flush does not resolve', dis.flush())
    // What is logged after the end is an error of the logger.
    logger.on('error', () => {})
    const finished = new Promise<void>((resolve) => logger.once('finish', resolve))
    logger.end()
    await within(8_000, `no 'finish' of the logger`, finished)
    expect(told).toBeGreaterThan(0)
    expect(told).toBeLessThan(20)
    const { written } = dis.stats()
    expectBooks(dis.stats(), written)
    expect(written).toBeGreaterThanOrEqual(LINES)
  })
})
