import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createLocalDis, type LocalDis } from '@dis-logs/local'
import fastify from 'fastify'
import pino, { type Logger, type LoggerOptions } from 'pino'
import { flushOf } from 'pino-dis'
import { pinoHttp } from 'pino-http'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { optionsFor, STREAM } from '../e2e/arrivals.ts'

let dis: LocalDis
let transport: ReturnType<typeof pino.transport>
/** What pino wrote, besides to DIS. */
let written: string[]
let before: number

beforeAll(async () => {
  dis = await createLocalDis({ streams: [{ name: STREAM, partitions: 3 }], limits: false })
  transport = pino.transport({ target: 'pino-dis', options: optionsFor(dis) })
})
beforeEach(async () => {
  written = []
  before = (await dis.records(STREAM)).length
})
afterAll(async () => {
  transport.end()
  await once(transport, 'close')
  await dis.close()
})

/** DIS, beside a stream that keeps what it gets. */
function streams() {
  const memory = { write: (text: string) => void written.push(...text.split(/\r?\n/).slice(0, -1)) }
  return pino.multistream([
    { level: 1, stream: transport },
    { level: 1, stream: memory }
  ])
}

async function expectSame(lines: number): Promise<Record<string, unknown>[]> {
  await flushOf(transport)
  const records = await dis.records(STREAM)
  const arrived = records.slice(before).map(({ data }) => data.toString('utf8'))
  // Each partition keeps its own order.
  expect([...arrived].sort()).toEqual([...written].sort())
  expect(arrived).toHaveLength(lines)
  return written.map((line) => JSON.parse(line))
}

const SETTINGS: readonly (readonly [string, LoggerOptions, Readonly<Record<string, unknown>>])[] = [
  ['nothing', {}, { level: 30, msg: 'hello', tenant: 'a' }],
  ['messageKey and errorKey', { messageKey: 'message', errorKey: 'error' }, { message: 'hello' }],
  ['nestedKey', { nestedKey: 'payload' }, { payload: expect.objectContaining({ tenant: 'a' }) }],
  ['timestamp: ISO', { timestamp: pino.stdTimeFunctions.isoTime }, { time: expect.stringMatching(/Z$/) }],
  ['timestamp: none', { timestamp: false }, { level: 30 }],
  ['formatters.level', { formatters: { level: (label) => ({ severity: label }) } }, { severity: 'info' }],
  ['formatters.bindings', { formatters: { bindings: () => ({ app: 'shop' }) } }, { app: 'shop' }],
  ['formatters.log', { formatters: { log: (line) => ({ ...line, more: 1 }) } }, { more: 1 }],
  ['redact', { redact: ['password'] }, { password: '[Redacted]' }],
  [
    'mixin',
    { mixin: () => ({ trace_id: 'f'.repeat(32), span_id: 'e'.repeat(16) }) },
    { trace_id: 'f'.repeat(32) }
  ],
  ['base: null', { base: null }, { msg: 'hello' }],
  ['name and msgPrefix', { name: 'shop', msgPrefix: '[x] ' }, { name: 'shop', msg: '[x] hello' }],
  ['crlf', { crlf: true }, { msg: 'hello' }]
]

describe('lines arrive as pino wrote them', () => {
  it.each(SETTINGS)('%s', async (_, options, expected) => {
    const logger = pino(options, streams())
    logger.info({ tenant: 'a', password: 'secret' }, 'hello')
    logger.child({ module: 'orders', text: 'ä€🙂 \n "quoted"' }).error(new Error('it failed'))
    const [first] = await expectSame(2)
    expect(first).toMatchObject(expected)
  })

  it('levels of one’s own', async () => {
    const options = {
      customLevels: { audit: 35, noise: 5 },
      useOnlyCustomLevels: true,
      level: 'noise'
    } as const
    const logger = pino<keyof typeof options.customLevels>(options, streams())
    logger.audit({ tenant: 'a' }, 'paid')
    logger.noise('hum')
    const [first] = await expectSame(2)
    expect(first).toMatchObject({ level: 35, msg: 'paid' })
  })

  it('pino-http', async () => {
    const log = pinoHttp({ logger: pino({}, streams()) })
    const server = createServer((request, response) => {
      log(request, response)
      request.log.info('in the handler')
      response.end('ok')
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    await fetch(`http://127.0.0.1:${port}/orders`).then((response) => response.text())
    server.close()
    await once(server, 'close')
    const [first, second] = await expectSame(2)
    expect(first).toMatchObject({ msg: 'in the handler', req: { url: '/orders' } })
    expect(second).toMatchObject({ res: { statusCode: 200 }, responseTime: expect.any(Number) })
  })

  it('Fastify, by its logger option', async () => {
    const app = fastify({ logger: { level: 'info', stream: streams() } })
    app.get('/orders', (request) => {
      request.log.info({ tenant: 'a' }, 'in the handler')
      return 'ok'
    })
    await app.inject('/orders')
    await app.close()
    const lines = await expectSame(3)
    expect(lines.map(({ msg }) => msg)).toEqual(['incoming request', 'in the handler', 'request completed'])
  })

  it('Fastify, with the target in its logger option', async () => {
    const app = fastify({ logger: { transport: { target: 'pino-dis', options: optionsFor(dis) } } })
    app.get('/orders', () => 'ok')
    await app.inject('/orders')
    await app.close()
    await flush(app.log as Logger)
    const records = (await dis.records(STREAM)).slice(before)
    const lines = records.map(({ data }) => JSON.parse(data.toString('utf8')))
    expect(lines.map(({ msg }) => msg).sort()).toEqual(['incoming request', 'request completed'])
  })
})

function flush(logger: Logger): Promise<void> {
  return new Promise((resolve, reject) => logger.flush((error) => (error ? reject(error) : resolve())))
}
