import { readFile } from 'node:fs/promises'
import { createLocalDis, type LocalDis } from '@dis-logs/local'
import sharedSuite from 'abstract-winston-transport'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import winston from 'winston'
import { DisTransport, type DisTransportOptions } from 'winston-dis'
import { optionsFor, STREAM } from '../e2e/arrivals.ts'
import { captureStderr, end, expectBooks, startDis, texts, transportFor, within } from './edges.ts'

const MESSAGE = Symbol.for('message')

type Done = (error?: unknown) => void
type Body = (done: Done) => void

/** A test or hook of mocha, which takes a callback, as one of vitest. */
function promised(body: Body): () => Promise<void> {
  return () =>
    new Promise((resolve, reject) => {
      const done: Done = (error) => (error ? reject(error) : resolve())
      body(done)
      if (body.length === 0) done()
    })
}

// The suite looks for mocha's globals, in callbacks that vitest calls after this module has run.
const mocha = {
  describe,
  it: (name: string, body: Body) => it(name, promised(body)),
  beforeEach: (body: Body) => beforeEach(promised(body)),
  afterEach: (body: Body) => afterEach(promised(body)),
  after: (body: Body) => afterAll(promised(body))
}
for (const [name, value] of Object.entries(mocha)) vi.stubGlobal(name, value)

describe.each([true, false])("winston's shared suite for transports, worker: %s", (worker) => {
  let server: LocalDis
  let tests = 0
  const made: DisTransport[] = []

  class Kept extends DisTransport {
    constructor(options: DisTransportOptions) {
      super(options)
      made.push(this)
    }
  }

  beforeAll(async () => {
    server = await createLocalDis({ port: 0, streams: [{ name: STREAM, partitions: 1 }] })
  })
  afterEach(async () => {
    tests++
    for (const one of made.splice(0)) {
      one.close()
      await one.flush()
    }
  })
  afterAll(async () => {
    const lines = await texts(server)
    await server.close()
    expect(tests).toBe(4)
    // Three of the tests log a line.
    expect(lines).toHaveLength(3)
  })

  sharedSuite({
    name: 'DisTransport',
    Transport: Kept,
    construct: () => ({ ...optionsFor(server), worker })
  })
})

describe.each([true, false])('log, called as other code than winston calls it, worker: %s', (worker) => {
  it('returns true with a callback, and calls back once', async () => {
    const server = await startDis()
    const { dis } = transportFor(server, { worker })
    const next = vi.fn()
    expect(dis.log({ [MESSAGE]: 'text' }, next)).toBe(true)
    await dis.flush()
    expect(next).toHaveBeenCalledTimes(1)
    expect(await texts(server)).toEqual(['text'])
  })

  it('returns true without a callback, also when the buffer is full', async () => {
    const server = await startDis([{ kind: 'slow', delayMs: 5 }])
    const { dis } = transportFor(server, { worker, buffer: { maxBytes: 65_536, onFull: 'block' } })
    const log = (info: unknown): unknown => Reflect.apply(dis.log, dis, [info])
    for (let n = 0; n < 200; n++) expect(log({ [MESSAGE]: 'x'.repeat(1_000) })).toBe(true)
    await within(8_000, 'flush does not resolve', dis.flush())
    expect(dis.stats()).toMatchObject({ written: 200, delivered: 200 })
  })

  it('emits logged for each line that it took', async () => {
    const server = await startDis()
    const { dis } = transportFor(server, { worker })
    const logged = vi.fn()
    dis.on('logged', logged)
    const info = { level: 'info', [MESSAGE]: 'text' }
    dis.log(info, () => {})
    await vi.waitFor(() => expect(logged.mock.calls).toEqual([[info]]))
  })
})

/** Calls the constructor as JavaScript may, whatever the types say. */
const make = (...args: unknown[]): DisTransport => Reflect.construct(DisTransport, args)

describe('a transport made from the environment', () => {
  it.each([
    ['no argument', []],
    ['undefined', [undefined]],
    ['an empty object', [{}]],
    ['undefined options', [{ level: undefined, streamName: undefined, worker: undefined }]],
    ['nothing but a place for the producer', [{ worker: false }]]
  ])('takes %s', async (_, args) => {
    const server = await startDis()
    const { projectId = '' } = optionsFor(server)
    const environment = {
      DIS_ENDPOINT: server.url,
      DIS_PROJECT_ID: projectId,
      DIS_STREAM_NAME: STREAM,
      DIS_TOKEN: 'T'
    }
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value)
    onTestFinished(() => void vi.unstubAllEnvs())
    const dis = make(...args)
    const logger = winston.createLogger({ transports: [dis] })
    logger.info('from the environment')
    await end(logger, 8_000)
    expectBooks(dis.stats(), 1)
    expect((await texts(server)).join()).toContain('from the environment')
  })

  it.each([[null], [5], ['text'], [[]]])('says what is wrong with %j as options', (options) => {
    expect(() => make(options)).toThrow(expect.objectContaining({ code: 'DIS_LOGS_CONFIG' }))
  })
})

describe('the README', () => {
  it('says how an Error keeps its message and stack', async () => {
    const readme = await readFile(new URL('../../packages/winston/README.md', import.meta.url), 'utf8')
    expect(readme).toContain('errors({ stack: true })')
  })
})

describe('a level that winston does not know', () => {
  it('is told where the transport gets it, and no line is lost untold', async () => {
    const errors = captureStderr()
    const server = await startDis()
    let told = ''
    try {
      const watched = transportFor(server, { worker: false, level: 'nonsense' })
      const logger = winston.createLogger({ transports: [watched.dis] })
      logger.info('a line')
      await end(logger, 8_000)
      expectBooks(watched.dis.stats(), 1)
      told = errors() + JSON.stringify(watched.events)
    } catch (error) {
      // A message at construction, or where the logger gets it, is as good.
      if (!(error instanceof Error) || !/nonsense/.test(error.message)) throw error
      told = error.message
    }
    expect(told).toMatch(/level.*nonsense|nonsense.*level/)
  })

  it('of a line: the line is counted and told, or arrives', async () => {
    captureStderr()
    const server = await startDis()
    const watched = transportFor(server, { worker: false })
    const logger = winston.createLogger({ transports: [watched.dis] })
    logger.log({ level: 'nonsense', message: 'a line' })
    logger.info('another')
    await end(logger, 8_000)
    expect(watched.dis.stats().written).toBe(2)
  })
})
