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
  transportFor,
  upTo,
  within
} from './edges.ts'

const ALL = { delivered: LINES, rejected: 0, dropped: 0, spooled: 0, pending: 0 }

describe.each([true, false])('flush while a logger is held up, worker: %s', (worker) => {
  it('covers every line that was logged before, also those that wait in the streams of the logger', async () => {
    const server = await startDis([{ kind: 'slow', delayMs: 5 }])
    const { dis } = transportFor(server, smallBuffer(worker))
    const logger = winston.createLogger({ transports: [dis] })
    logUntilHeld(logger, worker)
    expect(await within(10_000, 'flush does not resolve', dis.flush())).toEqual(ALL)
    expect(await numbers(server)).toEqual(upTo(LINES))
    await end(logger, 8_000)
    expectBooks(dis.stats(), LINES)
  })

  it('covers several loggers, child loggers and direct writes', async () => {
    const server = await startDis([{ kind: 'slow', delayMs: 5 }])
    const { dis } = transportFor(server, smallBuffer(worker))
    const loggers = [1, 2].map(() => winston.createLogger({ transports: [dis] }))
    const [first, second] = loggers as [winston.Logger, winston.Logger]
    const pad = padding(worker)
    logLines(first, 0, 150, pad)
    logLines(second.child({ part: 'a child' }), 150, 300, pad)
    logLines(first, 300, 399, pad)
    dis.write({ level: 'info', [Symbol.for('message')]: JSON.stringify({ n: 399 }) })
    expect(second.writableLength).toBeGreaterThan(0)
    expect(await within(10_000, 'flush does not resolve', dis.flush())).toEqual(ALL)
    expect(await numbers(server)).toEqual(upTo(LINES))
  })

  it('reports what still waits as pending when its time is over', async () => {
    captureStderr()
    const server = await startDis([{ kind: 'hang' }])
    const { dis } = transportFor(server, { ...smallBuffer(worker), closeTimeoutMs: 100 })
    const logger = winston.createLogger({ transports: [dis] })
    logUntilHeld(logger, worker)
    const report = await within(5_000, 'flush does not keep its timeoutMs', dis.flush({ timeoutMs: 300 }))
    expect(report).toEqual({ delivered: 0, rejected: 0, dropped: 0, spooled: 0, pending: LINES })
    await server.faults.clear()
    expect(await within(10_000, 'flush does not resolve', dis.flush())).toEqual(ALL)
  })

  it('waits for none of the lines that come after the call', async () => {
    captureStderr()
    const server = await startDis([{ kind: 'slow', delayMs: 5 }])
    const { dis } = transportFor(server, { ...smallBuffer(worker), closeTimeoutMs: 100 })
    const logger = winston.createLogger({ transports: [dis] })
    logUntilHeld(logger, worker)
    let next = LINES
    // For ever: there is always a line more in the logger's queue than before.
    const more = () => {
      logLines(logger, next, next + 1, padding(worker))
      next++
      dis.once('logged', more)
    }
    dis.once('logged', more)
    const report = await within(10_000, 'flush waits for later lines', dis.flush())
    dis.off('logged', more)
    expect(report.delivered).toBeGreaterThanOrEqual(LINES)
    expect((await numbers(server)).slice(0, LINES)).toEqual(upTo(LINES))
    await within(10_000, 'flush does not resolve', dis.flush())
    expectBooks(dis.stats(), next)
  })

  it('waits for lines that another transport of the logger holds up', async () => {
    const server = await startDis()
    const { dis } = transportFor(server, { worker })
    let release = () => {}
    const held = new Writable({
      objectMode: true,
      highWaterMark: 1,
      write(_chunk, _encoding, done) {
        release = done
      }
    })
    const slow = new winston.transports.Stream({ stream: held })
    // winston's own transports never wait for their stream; this one does, as one over a network may.
    slow.log = (info: unknown, next: () => void) => void held.write(info, next)
    const logger = winston.createLogger({ transports: [slow, dis] })
    logLines(logger, 0, LINES)
    expect(logger.writableLength).toBeGreaterThan(0)
    const early = await within(5_000, 'flush does not keep its timeoutMs', dis.flush({ timeoutMs: 100 }))
    expect(early.delivered + early.pending).toBe(LINES)
    expect(early.pending).toBeGreaterThan(0)
    held._write = (_chunk, _encoding, done) => done()
    release()
    expect(await within(8_000, 'flush does not resolve', dis.flush())).toEqual(ALL)
    expect(await numbers(server)).toEqual(upTo(LINES))
  })

  it('resolves at once if there is nothing', async () => {
    const { dis } = transportFor(await startDis(), { worker })
    winston.createLogger({ transports: [dis] })
    const report = await within(5_000, 'flush does not resolve', dis.flush())
    expect(report).toEqual({ ...ALL, delivered: 0 })
  })

  it('resolves if the logger ends meanwhile', async () => {
    const server = await startDis([{ kind: 'slow', delayMs: 5 }])
    const { dis } = transportFor(server, { ...smallBuffer(worker), closeTimeoutMs: 20_000 })
    const logger = winston.createLogger({ transports: [dis] })
    logUntilHeld(logger, worker)
    const flushed = dis.flush()
    await end(logger, 10_000)
    expect(await within(1_000, 'flush does not resolve after finish', flushed)).toEqual(ALL)
  })
})
