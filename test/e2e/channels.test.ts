/** The channels `dis-logs:*` in the main thread, of producers that run in another one. */
import { execFile } from 'node:child_process'
import diagnostics from 'node:diagnostics_channel'
import { once } from 'node:events'
import { promisify } from 'node:util'
import { BroadcastChannel } from 'node:worker_threads'
import type { AttemptMessage, PlainDisOptions } from '@dis-logs/core'
import { createWorkerProducer } from '@dis-logs/core/worker'
import { createLocalDis, type Fault, type LocalDis } from '@dis-logs/local'
import pino from 'pino'
import { disOptions, flushOf, relayChannels, statsOf } from 'pino-dis'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import winston from 'winston'
import { DisTransport } from 'winston-dis'
import { optionsFor, STREAM } from './arrivals.ts'

let dis: LocalDis
afterEach(() => dis.close())

const REFUSED: Fault = { kind: 'error', status: 400, code: 'DIS.4301', message: 'no such stream', times: 1 }

async function serve(...faults: Fault[]): Promise<void> {
  dis = await createLocalDis({ streams: [{ name: STREAM, partitions: 1 }], limits: false, faults })
}

/** On a busy machine a thread takes seconds to start. */
const eventually = (check: () => unknown) => vi.waitFor(check, { timeout: 20_000 })

/** What is published in this thread from now on. */
function listen(kind: string): AttemptMessage[] {
  const heard: AttemptMessage[] = []
  const hear = (message: unknown) => void heard.push(message as AttemptMessage)
  diagnostics.subscribe(`dis-logs:${kind}`, hear)
  onTestFinished(() => void diagnostics.unsubscribe(`dis-logs:${kind}`, hear))
  return heard
}

/** How many attempts the messages that cross between threads hold, from now on. */
function crossing(): number[] {
  const sizes: number[] = []
  const channel = new BroadcastChannel('dis-logs:relay')
  channel.onmessage = (event: unknown) => {
    const { told } = (event as { data: { told?: readonly unknown[] } }).data
    if (told !== undefined && told.length > 0) sizes.push(told.length)
  }
  onTestFinished(() => channel.close())
  return sizes
}

/** A logger of each kind whose producer runs in a thread. */
const KINDS: readonly [string, (options: PlainDisOptions) => Promise<Logger>][] = [
  [
    'pino',
    async (options) => {
      const transport = pino.transport({ target: 'pino-dis', options: disOptions({ ...options }) })
      const logger = pino({ base: { hostname: 'h' } }, transport)
      return {
        log: (n) => logger.info({ n }),
        flush: () => flushOf(transport),
        stats: () => statsOf(transport),
        end: async () => {
          transport.end()
          await once(transport, 'close')
        }
      }
    }
  ],
  [
    'winston',
    async (options) => {
      const transport = new DisTransport(options)
      const logger = winston.createLogger({ transports: [transport] })
      return {
        log: (n) => void logger.info('', { n }),
        flush: () => transport.flush(),
        stats: async () => transport.stats(),
        end: async () => {
          logger.end()
          await once(logger, 'finish')
        }
      }
    }
  ],
  [
    'a producer',
    async (options) => {
      const producer = createWorkerProducer(options)
      return {
        log: (n) => void producer.write(JSON.stringify({ n })),
        flush: () => producer.flush(),
        stats: async () => producer.stats(),
        end: () => producer.close()
      }
    }
  ]
]

interface Logger {
  log(n: number): void
  flush(): Promise<unknown>
  stats(): Promise<{ readonly producerId: string; readonly attempts: number }>
  end(): Promise<unknown>
}

describe.each(KINDS)('in the main thread, of %s', (_, make) => {
  it('each attempt is published once, with its producer', async () => {
    await serve()
    const attempts = listen('attempt')
    const logger = await make(optionsFor(dis, { batch: { maxRecords: 1 } }))
    for (let n = 0; n < 30; n++) logger.log(n)
    await logger.flush()
    const { producerId } = await logger.stats()
    expect(producerId).not.toBe('')
    await logger.end()
    await eventually(() => expect(attempts.length).toBe(30))
    for (const attempt of attempts) {
      expect(attempt).toMatchObject({
        producerId,
        streamName: STREAM,
        endpoint: dis.url,
        outcome: 'delivered',
        records: 1,
        stored: 1,
        failed: {}
      })
      expect(Math.abs(Date.now() - attempt.startedAt)).toBeLessThan(60_000)
    }
  })

  it('rejected and dropped lines and warnings are published once', async () => {
    await serve(REFUSED, { kind: 'hang' })
    const [rejected, dropped] = [listen('rejected'), listen('dropped')]
    const logger = await make(optionsFor(dis, { batch: { maxRecords: 1 }, closeTimeoutMs: 200 }))
    for (let n = 0; n < 3; n++) logger.log(n)
    await eventually(() => expect(rejected.length).toBe(1))
    await logger.end()
    await eventually(() => expect(dropped.length).toBe(1))
    expect(rejected).toMatchObject([{ code: 'DIS.4301', lines: 1 }])
    expect(dropped).toMatchObject([{ reason: 'closing', lines: 2 }])
  })

  it('nothing crosses between threads while nobody has subscribed', async () => {
    await serve()
    relayChannels()
    const sizes = crossing()
    const logger = await make(optionsFor(dis, { batch: { maxRecords: 1 } }))
    for (let n = 0; n < 20; n++) logger.log(n)
    await logger.flush()
    const attempts = listen('attempt')
    // Somebody who comes later is noticed, within 200 ms or with the next lines.
    await eventually(async () => {
      logger.log(20)
      await logger.flush()
      expect(attempts.length).toBeGreaterThan(0)
    })
    await logger.end()
    await eventually(() => expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(attempts.length))
    expect(attempts.length).toBeLessThan(20)
  })
})

describe('attempts that cross between threads', () => {
  it('travel together', async () => {
    await serve()
    const attempts = listen('attempt')
    const sizes = crossing()
    const producer = createWorkerProducer(optionsFor(dis, { batch: { maxRecords: 1 } }))
    for (let n = 0; n < 500; n++) producer.write(JSON.stringify({ n }))
    await producer.close()
    await eventually(() => expect(attempts.length).toBe(500))
    expect(Math.max(...sizes)).toBeGreaterThan(1)
    expect(sizes.length).toBeLessThan(250)
  })
})

describe('an application that listens', () => {
  const app = new URL('relay-app.mjs', import.meta.url).pathname

  it.each(['itself', 'end', 'exit'])('ends as without listening: %s', async (ending) => {
    await serve()
    const options = optionsFor(dis)
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [app, JSON.stringify({ options, ending })],
      { timeout: 20_000 }
    )
    const heard: [string, AttemptMessage][] = JSON.parse(stdout)
    expect((await dis.records(STREAM)).length).toBe(10)
    // What comes when the process is ending already is not heard.
    if (ending === 'end') {
      expect(heard.reduce((sum, [, { stored }]) => sum + stored, 0)).toBe(10)
    }
  })
})
