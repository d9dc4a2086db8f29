import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { AttemptMessage, DisOptions, Producer } from '../../../packages/core/src/index.ts'
import { MAX_BODY_BYTES } from '../../../packages/core/src/limits.ts'
import {
  assembleProducer,
  ManualClock,
  type Transport,
  type WireReply,
  type WireRequest
} from '../../../packages/core/src/testing.ts'
import { decodeBody, prepareDecoder } from '../../../packages/local/src/content-encoding.ts'
import { decodeSendRequest, encodeSendResult } from '../../../packages/local/src/protobuf.ts'
import { resultJson } from '../../../packages/local/src/result-list.ts'
import { parseSendRequest } from '../../../packages/local/src/schema.ts'
import { lines } from './world.ts'

const FORMATS = ['json', 'protobuf'] as const
const COMPRESSIONS = ['none', 'lz4', 'snappy', 'zstd'] as const
const FORMS = FORMATS.flatMap((format) =>
  COMPRESSIONS.map((compression) => ({ name: `${format}, ${compression}`, format, compression }))
)

beforeAll(() => prepareDecoder({ 'content-encoding': 'zstd' }))

/** What a request holds, read by the code of the local DIS. */
function read(request: WireRequest): { readonly data: string[]; readonly plainBytes: number } {
  const plain = decodeBody(request.body ?? Buffer.alloc(0), request.headers, 64 * 1024 ** 2)
  if (!Buffer.isBuffer(plain)) throw new Error(`unreadable: ${plain.message}`)
  const isProtobuf = request.headers['content-type']?.startsWith('application/x-protobuf')
  const message = isProtobuf ? decodeSendRequest(plain) : parseSendRequest(plain)
  if (message === undefined || !('records' in message)) throw new Error('not a request')
  return { data: message.records.map(({ data }) => data.toString()), plainBytes: plain.length }
}

/** Answers in the format of the request; the records whose data `fails` says yes to are throttled. */
function answer(request: WireRequest, fails: (data: string) => boolean = () => false): WireReply {
  const entries = read(request).data.map((data, index) =>
    fails(data)
      ? { errorCode: 'DIS.4303', errorMessage: 'slow down' }
      : { partitionId: 'shardId-0000000000', sequenceNumber: String(index) }
  )
  const result = { failedCount: entries.filter((entry) => 'errorCode' in entry).length, entries }
  const isProtobuf = request.headers['content-type']?.startsWith('application/x-protobuf')
  const body = isProtobuf ? encodeSendResult(result) : resultJson(result, undefined)
  return { kind: 'answer', status: 200, headers: {}, body: Buffer.from(body) }
}

const tooLarge: WireReply = {
  kind: 'answer',
  status: 413,
  headers: { 'content-type': 'application/json' },
  body: Buffer.from('{"error_code":"APIGW.0201","error_msg":"request entity too large"}')
}

class Recorder implements Transport {
  readonly requests: WireRequest[] = []
  reply: (request: WireRequest) => WireReply = (request) => answer(request)
  async send(request: WireRequest): Promise<WireReply> {
    // Its memory is used again, for the next body.
    this.requests.push({ ...request, body: request.body && Buffer.from(request.body) })
    return this.reply(request)
  }
  async close(): Promise<void> {}
}

let producer: Producer | undefined
const attempts: AttemptMessage[] = []
const listen = (message: unknown) => void attempts.push(message as AttemptMessage)
afterEach(async () => {
  unsubscribe('dis-logs:attempt', listen)
  attempts.length = 0
  await producer?.close({ timeoutMs: 0 })
})

function open(options: DisOptions) {
  subscribe('dis-logs:attempt', listen)
  const clock = new ManualClock(undefined, () => 0.5)
  const transport = new Recorder()
  producer = assembleProducer(
    {
      endpoint: 'http://127.0.0.1:1',
      projectId: 'p',
      streamName: 's',
      credentials: { accessKey: 'AK', secretKey: 'SK' },
      ...options
    },
    { clock, transport, env: {}, hostname: 'this-host', stderr: () => {} }
  )
  return { producer, clock, transport }
}

describe.each(FORMS)('wire: $name', ({ format, compression }) => {
  const wire = { format, compression }

  it('sends the lines, says in the headers what they are in, and signs those headers', async () => {
    const { producer, clock, transport } = open({ wire })
    for (const line of lines(100)) producer.write(line)
    await clock.advance(1_000)
    const [request] = transport.requests
    if (request === undefined) throw new Error('nothing was sent')
    const { data, plainBytes } = read(request)
    expect(data).toEqual(lines(100))
    const { headers } = request
    expect(headers['content-type']).toBe(
      format === 'json' ? 'application/json' : 'application/x-protobuf; charset=utf-8'
    )
    const compressed = compression === 'none' ? undefined : compression
    expect([headers['content-encoding'], headers['accept-encoding']]).toEqual([compressed, compressed])
    for (const name of COMPRESSIONS) {
      const hasLength = name === compression && name !== 'snappy' && name !== 'none'
      expect(headers[`x-dis-${name}-content-length`]).toBe(hasLength ? String(plainBytes) : undefined)
    }
    for (const name of Object.keys(headers).filter((header) => header !== 'Authorization')) {
      expect(headers['Authorization']).toContain(name.toLowerCase())
    }
  })

  it('counts the bytes that were really sent', async () => {
    const { producer, clock, transport } = open({ wire, batch: { maxRecords: 10 } })
    for (const line of lines(35)) producer.write(line)
    await clock.advance(1_000)
    const sent = transport.requests.map(({ body }) => body?.length ?? 0)
    expect(sent).toHaveLength(4)
    expect(producer.stats().sentBytes).toBe(sent.reduce((sum, bytes) => sum + bytes, 0))
    expect(attempts.map(({ bodyBytes }) => bodyBytes)).toEqual(sent)
  })

  it('sends again only the records that failed', async () => {
    const { producer, clock, transport } = open({ wire, retry: { baseMs: 1 } })
    const throttled = new Set(lines(20).filter((_, index) => index % 3 === 0))
    transport.reply = (request) => answer(request, (data) => throttled.delete(data))
    for (const line of lines(20)) producer.write(line)
    await clock.advance(60_000)
    const [first, ...again] = transport.requests.map((request) => read(request).data)
    expect(first).toEqual(lines(20))
    expect(again.flat()).toEqual(lines(20).filter((_, index) => index % 3 === 0))
    expect(producer.stats()).toMatchObject({ delivered: 20, retriedRecords: 7, throttledRecords: 7 })
  })

  it('halves what is too large, until it fits', async () => {
    const { producer, clock, transport } = open({ wire })
    transport.reply = (request) => (read(request).data.length > 10 ? tooLarge : answer(request))
    for (const line of lines(40)) producer.write(line)
    await clock.advance(60_000)
    const sent = transport.requests.map((request) => read(request).data)
    expect(sent.map(({ length }) => length)).toEqual([40, 20, 20, 10, 10, 10, 10])
    expect(sent.slice(3).flat()).toEqual(lines(40))
    expect(producer.stats()).toMatchObject({ delivered: 40, rejected: 0 })
  })

  it('says that it may be the form, where a service cannot read the body', async () => {
    const { producer, clock, transport } = open({ wire })
    const cures: string[] = []
    producer.on('rejected', ({ cure }) => cures.push(cure))
    for (const [status, body] of [
      [400, '{"errorCode":"DIS.4200","message":"Invalid request"}'],
      [415, ''],
      [400, '{"errorCode":"DIS.4301","message":"no such stream"}']
    ] as const) {
      transport.reply = () => ({ kind: 'answer', status, headers: {}, body: Buffer.from(body) })
      producer.write('line')
      await clock.advance(1_000)
    }
    const isDefault = format === 'json' && compression === 'none'
    expect(cures.map((cure) => cure.includes('without {wire}'))).toEqual([!isDefault, !isDefault, false])
  })

  it('takes an answer that is none for one whose records may have arrived, and sends again', async () => {
    const { producer, clock, transport } = open({ wire, retry: { baseMs: 1, maxMs: 1 } })
    for (const body of ['', 'OK', '<html>', '\u0000']) {
      transport.reply = () => ({ kind: 'answer', status: 200, headers: {}, body: Buffer.from(body) })
      producer.write(`line ${body}`)
      await clock.advance(300)
    }
    expect(producer.stats()).toMatchObject({ delivered: 0, buffered: 4 })
    expect(producer.stats().ambiguous).toBeGreaterThanOrEqual(4)
    transport.reply = (request) => answer(request)
    await clock.advance(1_000)
    expect(producer.stats()).toMatchObject({ delivered: 4, buffered: 0 })
  })
})

describe('the largest body', () => {
  it.each(FORMATS)('in %s is cut by its own bytes: keys count there, and Base64', async (format) => {
    const { producer, clock, transport } = open({
      wire: { format },
      // Long, and six times as long in JSON as in characters.
      partitionKey: (line) => `${line.length % 3}${'ж'.repeat(50_000)}`,
      batch: { maxRecords: 5_000, maxBytes: 5_242_880 }
    })
    for (let index = 0; index < 300; index++) producer.write('x'.repeat(10 + (index % 3)))
    await clock.advance(60_000)
    const sizes = transport.requests.map(({ body }) => body?.length ?? 0)
    expect(producer.stats()).toMatchObject({ delivered: 300 })
    expect(Math.max(...sizes)).toBeLessThanOrEqual(MAX_BODY_BYTES)
    // And not by more than has to be.
    expect(Math.max(...sizes)).toBeGreaterThan(MAX_BODY_BYTES - 400_000)
  })
})
