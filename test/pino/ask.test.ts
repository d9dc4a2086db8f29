import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { createLocalDis, type Fault, type LocalDis } from '@dis-logs/local'
import pino from 'pino'
import { type DisOptions, disOptions, flushOf, statsOf } from 'pino-dis'
import { afterEach, describe, expect, it } from 'vitest'
import { arrivals, compare, optionsFor, STREAM } from '../e2e/arrivals.ts'

type Transport = ReturnType<typeof pino.transport>

let dis: LocalDis
const open: Transport[] = []
afterEach(async () => {
  for (const transport of open.splice(0)) {
    transport.end()
    await once(transport, 'close')
  }
  await dis.close()
})

async function serve(faults: Fault[] = []): Promise<void> {
  const streams = [STREAM, 'other'].map((name) => ({ name, partitions: 3 }))
  dis = await createLocalDis({ streams, limits: false, faults })
}

function keep(transport: Transport): Transport {
  open.push(transport)
  return transport
}

/** Typed apart: pino takes the options of all targets to be of one type. */
const BESIDE: { target: string; options: Record<string, unknown> } = {
  target: 'pino/file',
  options: { destination: '/dev/null' }
}
const target = (options: DisOptions = {}) => ({
  target: 'pino-dis',
  options: { ...optionsFor(dis, options) }
})
const single = (options?: DisOptions) => keep(pino.transport(target(options)))
const several = (options?: DisOptions) =>
  keep(pino.transport<Record<string, unknown>>({ targets: [target(options), BESIDE] }))

describe.each([
  ['a single target', single],
  ['several targets', several]
])('from the main thread: %s', (_, make) => {
  it('gives its counters when asked', async () => {
    await serve([{ kind: 'hang' }])
    const transport = make()
    expect(await statsOf(transport)).toMatchObject({ written: 0, buffered: 0 })
    const logger = pino({ base: { hostname: 'h' } }, transport)
    for (let n = 0; n < 100; n++) logger.info({ n })
    await dis.faults.clear()
    await flushOf(transport)
    expect(await statsOf(transport)).toMatchObject({ written: 100, delivered: 100, buffered: 0 })
  })

  it('leaves no timer behind that keeps the process alive', async () => {
    await serve()
    const transport = make()
    const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
    await statsOf(transport)
    const before = timers()
    pino(transport).info('x')
    expect(await flushOf(transport, { timeoutMs: 60_000 })).toMatchObject({ delivered: 1 })
    for (let turn = 0; turn < 1_000 && timers() > before; turn++) await new Promise(setImmediate)
    expect(timers()).toBeLessThanOrEqual(before)
  })

  it('waits until all is settled, and says what became of it', async () => {
    await serve([{ kind: 'slow', delayMs: 200 }])
    const transport = make({ batch: { lingerMs: 60_000 } })
    const logger = pino({ base: { hostname: 'h' } }, transport)
    for (let n = 0; n < 2_000; n++) logger.info({ n })
    const report = { delivered: 2_000, rejected: 0, dropped: 0, spooled: 0, pending: 0 }
    await expect(flushOf(transport)).resolves.toEqual(report)
    expect(compare(await arrivals(dis), 2_000)).toEqual({ missing: [], repeated: [] })
  })

  it('gives up waiting when told to, and says what is pending', async () => {
    await serve([{ kind: 'hang' }])
    const transport = make({ closeTimeoutMs: 100 })
    const logger = pino({ base: { hostname: 'h' } }, transport)
    for (let n = 0; n < 50; n++) logger.info({ n })
    await expect(flushOf(transport, { timeoutMs: 2_000 })).resolves.toMatchObject({ pending: 50 })
  })

  it('hears its events', async () => {
    await serve([{ kind: 'error', status: 400, code: 'DIS.4301', message: 'no such stream', times: 1 }])
    const transport = make({ stats: { intervalMs: 100 } })
    const rejected = once(transport, 'dis:rejected')
    const stats = once(transport, 'dis:stats')
    pino({ base: { hostname: 'h' } }, transport).info('refused for good')
    await expect(rejected).resolves.toMatchObject([{ code: 'DIS.4301', lines: 1 }])
    await expect(stats).resolves.toMatchObject([{ delivered: 0 }])
  })

  it('says that it has ended, instead of waiting for ever', async () => {
    await serve()
    const transport = make()
    await statsOf(transport)
    open.length = 0
    const waiting = Promise.allSettled([flushOf(transport)])
    transport.end()
    await once(transport, 'close')
    await waiting
    await expect(statsOf(transport)).rejects.toThrow('the transport has ended')
    await expect(flushOf(transport)).rejects.toThrow('the transport has ended')
  })
})

describe('two targets of this package', () => {
  it('are told apart by their index, and flushed together', async () => {
    await serve()
    const transport = keep(
      pino.transport({
        targets: [target(), { ...target({ streamName: 'other' }), level: 'error' }]
      })
    )
    const logger = pino({ base: { hostname: 'h' } }, transport)
    logger.info({ n: 0 })
    logger.error({ n: 1 })
    await expect(flushOf(transport)).resolves.toMatchObject({ delivered: 3 })
    expect(await statsOf(transport)).toMatchObject({ delivered: 2 })
    expect(await statsOf(transport, 1)).toMatchObject({ delivered: 1 })
    await expect(statsOf(transport, 2)).rejects.toThrow('no pino-dis target with the index 2')
  })
})

describe('a worker of the application that makes a stream itself', () => {
  it('is no worker of pino: nothing is posted to its parent', async () => {
    await serve()
    const code = `
      const { parentPort, workerData } = require('node:worker_threads')
      const { default: pinoDis } = require('pino-dis')
      const stream = pinoDis(workerData.workerData)
      stream.on('close', () => parentPort.postMessage({ mine: stream.stats().delivered }))
      stream.end('{"n":0}\\n')`
    const workerData = { workerData: { ...optionsFor(dis), stats: { intervalMs: 100 } } }
    const worker = new Worker(code, { eval: true, workerData })
    const messages: unknown[] = []
    worker.on('message', (message) => messages.push(message))
    await once(worker, 'exit')
    expect(messages).toEqual([{ mine: 1 }])
  })
})

describe('a wrong option', () => {
  it('throws where it is written', async () => {
    await serve()
    const wrong = optionsFor(dis, { batch: { maxRecords: 0 }, closeTimeoutMs: -1 })
    expect(() => disOptions(wrong)).toThrow(
      expect.objectContaining({
        code: 'DIS_LOGS_CONFIG',
        problems: [
          expect.objectContaining({ option: 'batch.maxRecords', given: '0' }),
          expect.objectContaining({ option: 'closeTimeoutMs' })
        ]
      })
    )
    const right = optionsFor(dis)
    expect(disOptions(right)).toBe(right)
  })

  it.each([
    ['partitionKey', { partitionKey: () => 'key' }],
    ['credentials', { credentials: async () => ({ token: 'T' }) }]
  ] satisfies [string, DisOptions][])(
    'that is a function says how to do without: %s',
    async (option, options) => {
      await serve()
      // @ts-expect-error TypeScript says it before.
      expect(() => disOptions(optionsFor(dis, options))).toThrow(
        expect.objectContaining({
          code: 'DIS_LOGS_CONFIG',
          problems: [
            expect.objectContaining({
              option,
              given: 'a function',
              cure: expect.stringContaining('disStream')
            })
          ]
        })
      )
    }
  )

  it('that nobody checked is an error event with its code and problems', async () => {
    await serve()
    const transport = pino.transport(target({ batch: { maxRecords: 0 } }))
    const [error] = await once(transport, 'error')
    expect(error.message).toMatch(/batch\.maxRecords: got 0; allowed: a whole number from 1 to 5000/)
    expect(error.cause).toMatchObject({
      code: 'DIS_LOGS_CONFIG',
      problems: [{ option: 'batch.maxRecords', given: '0' }]
    })
  })
})
