import { once } from 'node:events'
import { createProducer, type PlainDisOptions } from '@dis-logs/core'
import { createLocalDis, type Fault, type LocalDis, type LocalDisOptions } from '@dis-logs/local'
import pino from 'pino'
import { afterEach, describe, expect, it } from 'vitest'
import winston from 'winston'
import { DisTransport } from 'winston-dis'
import { shareOf } from '../thorough.ts'
import { arrivals, compare, optionsFor, STREAM } from './arrivals.ts'

const KEYS = { accessKey: 'WIRE-ACCESS-KEY', secretKey: 'wire-secret-key-of-some-length' }
const FORMS = (['json', 'protobuf'] as const).flatMap((format) =>
  (['none', 'lz4', 'snappy', 'zstd'] as const).map((compression) => ({ format, compression }))
)

let dis: LocalDis
afterEach(() => dis?.close())

/** A server that checks signatures: what is hashed has to be what is sent. */
async function start(options: Partial<LocalDisOptions> = {}): Promise<void> {
  dis = await createLocalDis({
    port: 0,
    streams: [{ name: STREAM, partitions: 3 }],
    limits: false,
    auth: { keys: [KEYS] },
    ...options
  })
}

const THROTTLED: Partial<LocalDisOptions> = {
  seed: 20_250_102,
  faults: [{ kind: 'throttle', recordProbability: 0.3 }]
}

function options(own: PlainDisOptions): PlainDisOptions {
  return optionsFor(dis, {
    credentials: KEYS,
    partitionKey: 'key',
    closeTimeoutMs: 30_000,
    batch: { lingerMs: 20 },
    retry: { baseMs: 10, maxMs: 100 },
    ...own
  })
}

describe.each(FORMS)('wire: $format, $compression', (wire) => {
  const COUNT = 3_000

  it('brings every line once from a pino worker while 30 % of records are throttled', async () => {
    await start(THROTTLED)
    const transport = pino.transport({ target: 'pino-dis', options: options({ wire }) })
    const logger = pino({ base: null }, transport)
    for (let n = 0; n < COUNT; n++) logger.info({ n, key: `k-${n % 17}`, text: 'Grüße, 日志 🔑' })
    transport.end()
    await once(transport, 'close')
    const arrived = await arrivals(dis)
    expect(compare(arrived, COUNT)).toEqual({ missing: [], repeated: [] })
    expect(arrived.filter(({ n, key }) => key !== `k-${n % 17}`)).toEqual([])
    expect(arrived.filter(({ line }) => line['text'] !== 'Grüße, 日志 🔑')).toEqual([])
  })

  it('brings every line once from a winston worker while 30 % of records are throttled', async () => {
    await start(THROTTLED)
    const transport = new DisTransport(options({ wire, signing: 'dis', region: 'cn-north-4' }))
    const logger = winston.createLogger({ transports: [transport] })
    for (let n = 0; n < COUNT; n++) logger.info('order accepted', { n, key: `k-${n % 17}` })
    const finished = once(logger, 'finish')
    logger.end()
    await finished
    expect(compare(await arrivals(dis), COUNT)).toEqual({ missing: [], repeated: [] })
    expect(transport.stats()).toMatchObject({ written: COUNT, delivered: COUNT, buffered: 0 })
    expect(transport.stats().throttledRecords).toBeGreaterThan(COUNT / 5)
  })
})

const MISBEHAVING = [
  { format: 'protobuf', compression: 'none' },
  { format: 'protobuf', compression: 'zstd' },
  { format: 'json', compression: 'lz4' }
] as const

describe.each(MISBEHAVING)('wire: $format, $compression, a service that misbehaves', (wire) => {
  const faults: [Fault, boolean][] = [
    [{ kind: 'short-list', times: 2 }, true],
    [{ kind: 'long-list', times: 2 }, false],
    [{ kind: 'not-json', times: 2 }, true],
    [{ kind: 'empty', times: 2 }, true],
    [{ kind: 'record-error', code: 'DIS.5000', recordProbability: 0.3, times: 3 }, false],
    [{ kind: '413', times: 3 }, false],
    [{ kind: '429', times: 2 }, false],
    [{ kind: '500', times: 2 }, false],
    [{ kind: 'auth-441', times: 1 }, false]
  ]
  it.each(shareOf(faults, MISBEHAVING.indexOf(wire)))('%o: nothing is lost', async (fault, mayRepeat) => {
    await start({ faults: [fault] })
    const producer = createProducer(
      options({ wire, retry: { baseMs: 10, maxMs: 50, probeIntervalMs: 1_000 } })
    )
    for (let n = 0; n < 200; n++) producer.write(JSON.stringify({ n, key: `k-${n % 7}` }))
    await producer.flush({ timeoutMs: 20_000 })
    const { missing, repeated } = compare(await arrivals(dis), 200)
    expect(missing).toEqual([])
    if (!mayRepeat) expect(repeated).toEqual([])
    expect(producer.stats()).toMatchObject({ written: 200, delivered: 200, buffered: 0 })
    expect(Object.values((await dis.stats()).faults).every((fired) => fired > 0)).toBe(true)
    await producer.close()
  })

  it('keeps within the limits of the partitions', async () => {
    await start({ limits: true })
    const producer = createProducer(options({ wire, batch: { lingerMs: 0, maxRecords: 5_000 } }))
    const text = 'x'.repeat(900)
    for (let n = 0; n < 6_000; n++) producer.write(JSON.stringify({ n, key: `k-${n % 23}`, text }))
    await producer.flush({ timeoutMs: 20_000 })
    expect(compare(await arrivals(dis), 6_000)).toEqual({ missing: [], repeated: [] })
    await producer.close()
  })
})

describe('bytes sent for a byte logged', () => {
  /** What a web service logs, 250 bytes a line. */
  function line(n: number): string {
    const entry = {
      level: 30,
      time: 1_795_000_000_000 + n,
      pid: 4242,
      hostname: 'web-01',
      reqId: `req-${n.toString(36)}-${((n * 2_654_435_761) % 2 ** 32).toString(36)}`,
      req: { method: ['GET', 'POST', 'PUT'][n % 3], url: `/api/order/${(n * 7_919) % 1_000_003}` },
      responseTime: ((n * 48_271) % 9_973) / 100,
      detail: ''
    }
    const words = ['cart', 'session', 'payment', 'refund', 'user', 'price', 'invoice', 'queue']
    const details = Array.from(
      { length: 20 },
      (_, index) => `${words[(n * 7 + index * 3) % 8]}=${(n * 7_919 + index * 104_729) % 99_991}`
    )
    const room = 250 - JSON.stringify(entry).length
    return JSON.stringify({ ...entry, detail: details.join(' ').slice(0, room) })
  }

  it.each([
    [{ format: 'protobuf', compression: 'none' }, null, 1.05],
    // The key of each record is a thirtieth of it.
    [{ format: 'protobuf', compression: 'none' }, 'hostname', 1.06],
    [{ format: 'protobuf', compression: 'lz4' }, 'hostname', 0.35],
    [{ format: 'protobuf', compression: 'zstd' }, 'hostname', 0.35],
    [{ format: 'json', compression: 'zstd' }, 'hostname', 0.35],
    [{ format: 'json', compression: 'none' }, null, 1.45]
  ] as const)('%o with the key %s: at most what is promised', async (wire, partitionKey, most) => {
    await start()
    const producer = createProducer(optionsFor(dis, { credentials: KEYS, wire, partitionKey }))
    let logged = 0
    for (let n = 0; n < 2_000; n++) {
      logged += line(n).length
      producer.write(line(n))
    }
    await producer.flush()
    expect(logged).toBe(500_000)
    expect(producer.stats().sentBytes / logged).toBeLessThanOrEqual(most)
    await producer.close()
  })
})
