import { describe, expect, it } from 'vitest'
import winston from 'winston'
import {
  captureStderr,
  droppedIn,
  end,
  expectBooks,
  LINES,
  numbers,
  padding,
  smallBuffer,
  startDis,
  texts,
  transportFor,
  upTo,
  witness
} from './edges.ts'

const json = winston.format.json()

/** Formats as JSON, and throws `thrown` for each seventh line, from line `first` on. */
function throwing(thrown: unknown = new Error('a bug in the format'), first = 0): winston.Logform.Format {
  return winston.format((info) => {
    const n = Number(info['n'])
    if (n >= first && n % 7 === 0) throw thrown
    return json.transform(info, {})
  })()
}

/** How many of lines 0 … `count` - 1 such a format throws for. */
const thrownOf = (count: number) => Math.ceil(count / 7)

function log(logger: winston.Logger, count: number, pad = ''): void {
  for (let n = 0; n < count; n++) expect(() => logger.info('x', { n, pad })).not.toThrow()
}

describe.each([true, false])("a transport's own format, worker: %s", (worker) => {
  it('costs its line if it throws: counted, told, and no other transport misses anything', async () => {
    const errors = captureStderr()
    const server = await startDis()
    const watched = transportFor(server, { worker, format: throwing() })
    const other = witness()
    const logger = winston.createLogger({ transports: [watched.dis, other.transport] })
    log(logger, 100)
    await end(logger, 8_000)
    expectBooks(watched.dis.stats(), 100)
    expect(watched.dis.stats()).toMatchObject({ dropped: thrownOf(100), delivered: 100 - thrownOf(100) })
    expect(droppedIn(watched, 'format')).toBe(thrownOf(100))
    expect(await numbers(server)).toEqual(upTo(100).filter((n) => n % 7 !== 0))
    expect(other.seen).toHaveLength(100)
    // A worker may write it itself, which cannot be seen here.
    if (worker) return
    const told = [...errors().matchAll(/^\[dis-logs\] (\d+) log lines? dropped: their format threw: a bug/gm)]
    // The first one at once, the others together. An earlier test's transport may still have its say.
    const counts = told.map(([, lines]) => Number(lines))
    expect(counts).toEqual(expect.arrayContaining([1, thrownOf(100) - 1]))
  })

  it('costs its line if it throws while lines wait behind a full buffer', async () => {
    captureStderr()
    const server = await startDis([{ kind: 'slow', delayMs: 5 }])
    // The first that throws is one of those that wait.
    const first = 378
    const format = throwing(new Error('a bug in the format'), first)
    const options = { ...smallBuffer(worker), format, closeTimeoutMs: 20_000 }
    const watched = transportFor(server, options)
    const other = witness()
    const logger = winston.createLogger({ transports: [watched.dis, other.transport] })
    log(logger, LINES, padding(worker))
    expect(logger.writableLength).toBeGreaterThan(0)
    await end(logger, 10_000)
    expectBooks(watched.dis.stats(), LINES)
    expect(droppedIn(watched, 'format')).toBe(4)
    expect(watched.dis.stats()).toMatchObject({ dropped: 4 })
    expect(await numbers(server)).toEqual(upTo(LINES).filter((n) => n < first || n % 7 !== 0))
    expect(other.seen).toHaveLength(LINES)
  })

  it('leaves the flush able to end if it throws while lines wait', async () => {
    captureStderr()
    const server = await startDis([{ kind: 'slow', delayMs: 5 }])
    const { dis } = transportFor(server, { ...smallBuffer(worker), format: throwing() })
    const logger = winston.createLogger({ transports: [dis] })
    log(logger, LINES, padding(worker))
    expect(logger.writableLength).toBeGreaterThan(0)
    const dropped = thrownOf(LINES)
    expect(await dis.flush({ timeoutMs: 15_000 })).toMatchObject({
      delivered: LINES - dropped,
      dropped,
      pending: 0
    })
  })
})

describe("a transport's own format", () => {
  it.each([
    ['undefined', undefined],
    ['null', null],
    ['a string', 'no'],
    ['false', false],
    ['an object that cannot become text', Object.create(null)]
  ])('costs its line if it throws %s', async (_, thrown) => {
    captureStderr()
    const server = await startDis()
    const watched = transportFor(server, { worker: false, format: throwing(thrown) })
    const logger = winston.createLogger({ transports: [watched.dis] })
    log(logger, 20)
    await end(logger, 8_000)
    expectBooks(watched.dis.stats(), 20)
    expect(droppedIn(watched, 'format')).toBe(thrownOf(20))
    expect(await numbers(server)).toEqual(upTo(20).filter((n) => n % 7 !== 0))
  })

  it('costs its line if a field that it copies throws', async () => {
    captureStderr()
    const server = await startDis()
    const watched = transportFor(server, { worker: false, format: json })
    const logger = winston.createLogger({
      format: winston.format((info) => info)(),
      transports: [watched.dis]
    })
    const info = Object.defineProperty({ level: 'info', message: 'bad' }, 'bad', {
      enumerable: true,
      get() {
        throw new Error('no')
      }
    })
    expect(() => logger.log(info)).not.toThrow()
    logger.info('good', { n: 1 })
    await end(logger, 8_000)
    expectBooks(watched.dis.stats(), 2)
    expect(droppedIn(watched)).toBe(2 - watched.dis.stats().delivered)
    expect((await texts(server)).at(-1)).toContain('good')
  })

  it.each([
    ['false', false],
    ['undefined', undefined],
    ['null', null]
  ])(
    'filters its line if it returns %s: counted nowhere, as in every winston transport',
    async (_, nothing) => {
      const server = await startDis([{ kind: 'slow', delayMs: 5 }])
      const format: winston.Logform.Format = {
        transform: (info) => {
          if (Number(info['n']) % 2 === 1) return json.transform(info, {})
          // What formats in JavaScript return that never heard of types.
          return nothing as false
        }
      }
      const watched = transportFor(server, { ...smallBuffer(false), format, closeTimeoutMs: 20_000 })
      const logger = winston.createLogger({ transports: [watched.dis] })
      log(logger, LINES, padding(false))
      expect(logger.writableLength).toBeGreaterThan(0)
      await end(logger, 10_000)
      expectBooks(watched.dis.stats(), LINES / 2)
      expect(watched.events).toEqual([])
      expect(await numbers(server)).toEqual(upTo(LINES).filter((n) => n % 2 === 1))
    }
  )

  it.each([
    ['a number', 7],
    ['a string', 'text'],
    ['true', true],
    ['a function', () => 1],
    ['an empty object', {}]
  ])('that returns %s loses no line untold, and nothing is stuck', async (_, odd) => {
    captureStderr()
    const server = await startDis([{ kind: 'slow', delayMs: 5 }])
    const format: winston.Logform.Format = {
      transform: (info) => (Number(info['n']) % 2 === 1 ? json.transform(info, {}) : (odd as typeof info))
    }
    const watched = transportFor(server, { ...smallBuffer(false), format, closeTimeoutMs: 20_000 })
    const logger = winston.createLogger({ transports: [watched.dis] })
    log(logger, LINES, padding(false))
    expect(logger.writableLength).toBeGreaterThan(0)
    await end(logger, 10_000)
    expectBooks(watched.dis.stats(), LINES)
    const { delivered, dropped } = watched.dis.stats()
    expect(delivered).toBeGreaterThanOrEqual(LINES / 2)
    expect(droppedIn(watched)).toBe(dropped)
    expect(await texts(server)).toHaveLength(delivered)
  })
})
