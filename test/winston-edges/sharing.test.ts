import { once } from 'node:events'
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
  within
} from './edges.ts'

/** A turn of the event loop, in which a close that was begun would have gone on. */
const aTurn = () => new Promise((resolve) => setImmediate(resolve))

describe.each([true, false])('a transport of several loggers, worker: %s', (worker) => {
  it('stays usable while one logger still has it, whichever is the last', async () => {
    for (const last of [0, 1]) {
      captureStderr()
      const server = await startDis()
      const watched = transportFor(server, { worker })
      const loggers = [1, 2].map(() => winston.createLogger({ transports: [watched.dis] }))
      const [staying, leaving] = [loggers[last], loggers[1 - last]] as [winston.Logger, winston.Logger]
      logLines(leaving, 0, 5)
      leaving.remove(watched.dis)
      await aTurn()
      logLines(staying, 5, 10)
      await within(5_000, 'flush does not resolve', watched.dis.flush())
      expect(watched.dis.stats()).toMatchObject({ written: 10, delivered: 10 })
      expect(watched.events).toEqual([])
      // Now nobody has it.
      staying.remove(watched.dis)
      await aTurn()
      watched.dis.log({ level: 'info', message: 'late' }, () => {})
      await watched.dis.flush()
      await vi.waitFor(() => expect(droppedIn(watched, 'closed')).toBe(1), 3_000)
      expectBooks(watched.dis.stats(), 11)
      expect(await numbers(server)).toEqual(upTo(10))
    }
  })

  it('may move from one logger to another', async () => {
    const server = await startDis()
    const watched = transportFor(server, { worker })
    const first = winston.createLogger({ transports: [watched.dis] })
    logLines(first, 0, 5)
    first.remove(watched.dis)
    const second = winston.createLogger({ transports: [watched.dis] })
    logLines(second, 5, 10)
    await aTurn()
    logLines(second, 10, 15)
    await end(second, 8_000)
    expect(watched.dis.stats()).toMatchObject({ written: 15, delivered: 15 })
    expect(await numbers(server)).toEqual(upTo(15))
  })

  it('takes the level of a logger that still has it, when the first is gone', async () => {
    const server = await startDis()
    const { dis } = transportFor(server, { worker })
    const [first, second] = [1, 2].map(() => winston.createLogger({ level: 'info', transports: [dis] })) as [
      winston.Logger,
      winston.Logger
    ]
    second.debug('below the level', { n: 0 })
    first.remove(dis)
    await aTurn()
    second.debug('below the level', { n: 1 })
    second.info('above', { n: 2 })
    await end(second, 8_000)
    expect(await numbers(server)).toEqual([2])
    expectBooks(dis.stats(), 1)
  })

  it('settles the lines of a logger that leaves while it is held up, and of the one that stays', async () => {
    const server = await startDis([{ kind: 'slow', delayMs: 5 }])
    const { dis } = transportFor(server, { ...smallBuffer(worker), closeTimeoutMs: 20_000 })
    const [leaving, staying] = [1, 2].map(() => winston.createLogger({ transports: [dis] })) as [
      winston.Logger,
      winston.Logger
    ]
    logUntilHeld(leaving, worker)
    logLines(staying, LINES, LINES + 50, padding(worker))
    leaving.remove(dis)
    await end(staying, 10_000)
    expect(dis.stats()).toMatchObject({ written: LINES + 50, delivered: LINES + 50, buffered: 0 })
    expect(await numbers(server)).toEqual(upTo(LINES + 50))
  })

  it('every line is counted, and no error comes, if one logger ends while the others log on', async () => {
    captureStderr()
    const server = await startDis([{ kind: 'hang' }])
    const watched = transportFor(server, { ...smallBuffer(worker), closeTimeoutMs: 300 })
    const [ending, other] = [1, 2].map(() => winston.createLogger({ transports: [watched.dis] })) as [
      winston.Logger,
      winston.Logger
    ]
    const errors: unknown[] = []
    for (const emitter of [ending, other, watched.dis]) emitter.on('error', (error) => errors.push(error))
    logUntilHeld(ending, worker)
    logLines(other, 0, 20, padding(worker))
    const finished = once(ending, 'finish')
    ending.end()
    await aTurn()
    logLines(other, 20, 30)
    await within(3_000, `no 'finish' of the logger`, finished)
    expect(errors).toEqual([])
    watched.dis.close()
    await within(3_000, 'flush after close does not resolve', watched.dis.flush())
    const stats = watched.dis.stats()
    expectBooks(stats, stats.written)
    // What the other logs after the end may be refused, or not reach us. What was there before is ours.
    expect(stats.written).toBeGreaterThanOrEqual(LINES + 20)
    expect(stats.written).toBeLessThanOrEqual(LINES + 30)
  })

  it('serves the loggers of a container until the last is closed', async () => {
    const server = await startDis()
    const watched = transportFor(server, { worker })
    const container = new winston.Container({ transports: [watched.dis] })
    logLines(container.get('one'), 0, 5)
    logLines(container.get('two'), 5, 10)
    container.close('one')
    await aTurn()
    logLines(container.get('two'), 10, 15)
    logLines(container.get('one'), 15, 20)
    container.close()
    await within(5_000, 'what is closed does not settle', watched.dis.flush())
    expect(watched.dis.stats()).toMatchObject({ written: 20, delivered: 20, dropped: 0 })
    expect(await numbers(server)).toEqual(upTo(20))
  })

  it('takes the lines of child loggers with their fields', async () => {
    const server = await startDis()
    const { dis } = transportFor(server, { worker, partitionKey: 'request' })
    const logger = winston.createLogger({ transports: [dis] })
    const child = logger.child({ request: 'r-1' })
    logLines(child, 0, 5)
    logLines(child.child({ request: 'r-2' }), 5, 10)
    await end(logger, 8_000)
    const keys = (await server.records('app-logs')).map(({ partitionKey }) => partitionKey)
    expect(keys.filter((key) => key === 'r-1')).toHaveLength(5)
    expect(keys.filter((key) => key === 'r-2')).toHaveLength(5)
    expectBooks(dis.stats(), 10)
  })
})
