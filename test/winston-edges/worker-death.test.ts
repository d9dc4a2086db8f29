import { once } from 'node:events'
import type { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
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
  smallBuffer,
  startDis,
  transportFor,
  upTo,
  within
} from './edges.ts'

/** The worker thread of the next transport. */
async function nextWorker(): Promise<Worker> {
  const [worker]: Worker[] = await within(5_000, 'no worker starts', once(process, 'worker'))
  if (worker === undefined) throw new Error('no worker started')
  return worker
}

describe('a worker that dies', () => {
  it('before it has taken anything: every line is delivered by the process', async () => {
    captureStderr()
    const server = await startDis()
    const started = nextWorker()
    const watched = transportFor(server)
    const worker = await started
    const logger = winston.createLogger({ transports: [watched.dis] })
    logLines(logger, 0, 100)
    const gone = worker.terminate()
    logLines(logger, 100, 200)
    await gone
    logLines(logger, 200, 300)
    await within(8_000, 'flush does not resolve', watched.dis.flush())
    expectBooks(watched.dis.stats(), 300)
    expect(watched.dis.stats()).toMatchObject({ delivered: 300, dropped: 0 })
    expect(watched.events.filter(([name]) => name === 'warning')).toMatchObject([
      ['warning', { code: 'WORKER' }]
    ])
    expect(await numbers(server)).toEqual(upTo(300))
    await end(logger, 8_000)
  })

  it('while the logger is held up: what waited outside is delivered, and what died is counted to the line', async () => {
    captureStderr()
    const server = await startDis([{ kind: 'hang' }])
    const started = nextWorker()
    const watched = transportFor(server, { ...smallBuffer(true), closeTimeoutMs: 20_000 })
    const worker = await started
    const logger = winston.createLogger({ transports: [watched.dis] })
    logUntilHeld(logger, true)
    // The worker is at work: it has sent lines, and its service does not answer.
    await expect.poll(async () => (await server.stats()).faults.hang, { timeout: 5_000 }).toBeGreaterThan(0)
    const outside = logger.writableLength + logger.readableLength + watched.dis.writableLength
    expect(outside).toBeGreaterThan(0)
    await worker.terminate()
    await server.faults.clear()
    await within(15_000, 'flush does not resolve', watched.dis.flush())
    const { delivered, dropped } = watched.dis.stats()
    expectBooks(watched.dis.stats(), LINES)
    expect(delivered).toBeGreaterThanOrEqual(outside)
    expect(dropped).toBeGreaterThan(0)
    expect(droppedIn(watched, 'worker')).toBe(dropped)
    const arrived = await numbers(server)
    expect(new Set(arrived).size).toBe(delivered)
    expect(arrived).toHaveLength(delivered)
    // The newest are those that waited outside.
    expect(arrived.slice(-outside)).toEqual(upTo(LINES).slice(-outside))
    await end(logger, 8_000)
  })

  it('during the end of the logger: finish comes, and the books are right', async () => {
    captureStderr()
    const server = await startDis([{ kind: 'hang' }])
    const started = nextWorker()
    const watched = transportFor(server, { ...smallBuffer(true), closeTimeoutMs: 1_000 })
    const worker = await started
    const logger = winston.createLogger({ transports: [watched.dis] })
    logUntilHeld(logger, true)
    await expect.poll(async () => (await server.stats()).faults.hang, { timeout: 5_000 }).toBeGreaterThan(0)
    const ended = end(logger, 2_000)
    await Promise.all([worker.terminate(), ended])
    expectBooks(watched.dis.stats(), LINES)
    expect(droppedIn(watched)).toBe(watched.dis.stats().dropped)
  })

  it('with nothing left to do: later lines go to the process, and one warning says so', async () => {
    const errors = captureStderr()
    const server = await startDis()
    const started = nextWorker()
    const watched = transportFor(server)
    const worker = await started
    const logger = winston.createLogger({ transports: [watched.dis] })
    logLines(logger, 0, 10)
    await watched.dis.flush()
    await worker.terminate()
    logLines(logger, 10, 20)
    await within(8_000, 'flush does not resolve', watched.dis.flush())
    await end(logger, 8_000)
    expect(watched.dis.stats()).toMatchObject({ written: 20, delivered: 20, dropped: 0, buffered: 0 })
    expect(errors().match(/\[dis-logs\] WORKER/g)).toHaveLength(1)
    expect(await numbers(server)).toEqual(upTo(20))
  })
})
