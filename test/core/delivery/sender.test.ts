import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { describe, expect, it } from 'vitest'
import type { CredentialSource, Credentials } from '../../../packages/core/src/auth/identity.ts'
import { Sender } from '../../../packages/core/src/delivery/sender.ts'
import { DisCredentialsError } from '../../../packages/core/src/errors.ts'
import { ScriptedTransport, stored } from '../../../packages/core/src/testing.ts'
import { Bodies } from '../../../packages/core/src/wire/bodies.ts'
import { WireForm } from '../../../packages/core/src/wire/form.ts'
import { JsonFormat } from '../../../packages/core/src/wire/json.ts'
import type { WireReply } from '../../../packages/core/src/wire/message.ts'
import { FORMAT, TestQueue } from '../queue/builders.ts'

const KEYS: Credentials = { accessKey: 'AK-public', secretKey: 'SK-very-secret' }

interface Options {
  readonly projectId?: string
  readonly get?: () => Promise<Credentials>
  readonly projectOf?: () => Promise<string>
  readonly form?: WireForm
}

/** A sender with a batch of two lines. */
function senderOf({
  projectId = 'p',
  get = async () => KEYS,
  projectOf = async () => 'found',
  form = new WireForm(FORMAT, undefined, new Bodies())
}: Options = {}) {
  const queue = new TestQueue()
  queue.put('a', 'a1')
  queue.put('b', 'b1')
  const batch = queue.take()
  const transport = new ScriptedTransport()
  const refused: Credentials[] = []
  const credentials: CredentialSource = {
    get,
    projectId: projectOf,
    refused: (held) => refused.push(held),
    refresh: async () => false,
    close: async () => {}
  }
  const sender = new Sender({
    store: queue.store,
    transport,
    credentials,
    identity: { host: 'dis.example', region: 'r', projectId, signing: 'sdk' },
    secrets: [],
    source: { producerId: '0.7', streamName: 's', endpoint: 'https://dis.example' },
    form,
    clock: queue.clock
  })
  return { clock: queue.clock, batch, transport, sender, refused }
}

const error = (status: number, body: object, headers: Record<string, string> = {}): WireReply => ({
  kind: 'answer',
  status,
  headers,
  body: Buffer.from(JSON.stringify(body))
})

/** Knows how many bodies nobody gave back. */
class CountedBodies extends Bodies {
  used = 0

  override take(size: number): Buffer {
    this.used++
    return super.take(size)
  }

  override release(body: Buffer): void {
    this.used--
    super.release(body)
  }

  override forget(body: Buffer): void {
    this.used--
    super.forget(body)
  }
}

describe('the memory of a body', () => {
  const broken = () => {
    throw new Error('a bug')
  }

  it('is given back where the codec throws, and used again', async () => {
    const bodies = new CountedBodies()
    const form = new WireForm(
      new JsonFormat('s', undefined, bodies),
      { name: 'lz4', compress: broken },
      bodies
    )
    const { sender, batch } = senderOf({ form })
    expect(await sender.send(batch)).toMatchObject({ kind: 'retry', code: 'BUG' })
    expect(bodies.used).toBe(0)
    expect(bodies.freeBytes).toBeGreaterThan(0)
  })

  it('is not counted as used any more where the attempt throws, nor used again', async () => {
    const bodies = new CountedBodies()
    const form = new WireForm(new JsonFormat('s', undefined, bodies), undefined, bodies)
    const { sender, batch, transport } = senderOf({ form })
    Object.assign(transport, { send: broken })
    expect(await sender.send(batch)).toMatchObject({ kind: 'retry', code: 'BUG', ambiguous: true })
    expect([bodies.used, bodies.freeBytes]).toEqual([0, 0])
  })
})

describe('an attempt', () => {
  it('sends the records of the batch, signed, and gives their outcome', async () => {
    const { sender, batch, transport } = senderOf()
    const outcome = await sender.send(batch)
    expect(outcome.kind).toBe('delivered')
    expect(transport.batches).toEqual([
      [
        { data: 'a1', partition_key: 'a' },
        { data: 'b1', partition_key: 'b' }
      ]
    ])
    const [request] = transport.requests
    expect(request).toMatchObject({ method: 'POST', path: '/v2/p/records' })
    expect(JSON.stringify(request?.headers)).toContain('Access=AK-public')
    expect(JSON.stringify(request?.headers)).not.toContain('SK-very-secret')
    expect([sender.count, sender.sentBytes]).toEqual([1, request?.body?.length])
  })

  it('asks for the project where none is configured', async () => {
    const { sender, batch, transport } = senderOf({ projectId: '' })
    await sender.send(batch)
    expect(transport.requests[0]?.path).toBe('/v2/found/records')
  })

  it('gives what failed by record', async () => {
    const { sender, batch, transport } = senderOf()
    transport.answer((records) => stored(records, { 1: 'DIS.4303' }))
    expect(await sender.send(batch)).toMatchObject({
      kind: 'partial',
      results: [{ kind: 'stored' }, { kind: 'failed', code: 'DIS.4303' }]
    })
  })

  it('is told on the diagnostics channel, with its size, its time and its outcome', async () => {
    const { sender, batch, transport, clock } = senderOf()
    transport.answer(async () => {
      await clock.advance(40)
      return error(503, {})
    })
    const told: unknown[] = []
    const listen = (message: unknown): void => {
      told.push(message)
    }
    subscribe('dis-logs:attempt', listen)
    await sender.send(batch)
    unsubscribe('dis-logs:attempt', listen)
    expect(told).toMatchObject([
      { streamName: 's', records: 2, lines: 2, outcome: 'retry', code: 'HTTP 503', durationMs: 40 }
    ])
  })

  it('is told with its producer, its time and what became of its records, by code', async () => {
    const told: unknown[] = []
    const listen = (message: unknown): void => {
      told.push(message)
    }
    subscribe('dis-logs:attempt', listen)
    const { sender, batch, transport, clock } = senderOf()
    const startedAt = clock.now()
    transport.answer(async (records) => {
      await clock.advance(40)
      return stored(records, { 1: 'DIS.4303' })
    })
    await sender.send(batch)
    transport.answer(() => error(401, { errorCode: 'APIGW.0301' }))
    await sender.send(batch)
    unsubscribe('dis-logs:attempt', listen)
    expect(told).toMatchObject([
      {
        producerId: '0.7',
        endpoint: 'https://dis.example',
        startedAt,
        outcome: 'partial',
        stored: 1,
        failed: { 'DIS.4303': 1 }
      },
      { outcome: 'unauthorized', stored: 0, failed: { 'APIGW.0301': 2 } }
    ])
  })
})

describe('credentials', () => {
  it('that are refused are named to their source', async () => {
    const { sender, batch, transport, refused } = senderOf()
    transport.answer(() => error(401, {}))
    expect((await sender.send(batch)).kind).toBe('unauthorized')
    expect(refused).toEqual([KEYS])
  })

  it('are not named where something else is wrong', async () => {
    const { sender, batch, transport, refused } = senderOf()
    for (const status of [200, 400, 413, 503]) {
      transport.answer(() => error(status, {}))
      await sender.send(batch)
    }
    expect(refused).toEqual([])
  })

  it('that are missing are an outcome with the code and the cure of their source: nothing is sent', async () => {
    const { sender, batch, transport } = senderOf({
      get: async () => {
        throw new DisCredentialsError('CREDENTIALS_NOT_FOUND', 'none', 'set them')
      }
    })
    expect(await sender.send(batch)).toMatchObject({
      kind: 'retry',
      code: 'CREDENTIALS_NOT_FOUND',
      cure: 'set them',
      ambiguous: false
    })
    expect([transport.requests.length, sender.count]).toEqual([0, 0])
  })

  it('whose project cannot be found are one as well', async () => {
    const { sender, batch } = senderOf({
      projectId: '',
      projectOf: async () => {
        throw new Error('no network')
      }
    })
    expect(await sender.send(batch)).toMatchObject({ kind: 'retry', code: 'CREDENTIALS_UNREADABLE' })
  })

  it('are in no message, although the service repeats them', async () => {
    const { sender, batch, transport } = senderOf()
    transport.answer(() => error(400, { errorCode: 'X.1', message: 'bad: SK-very-secret' }))
    expect(JSON.stringify(await sender.send(batch))).not.toContain('SK-very-secret')
  })
})

describe('the clock of signatures', () => {
  const dateOf = (ms: number) => new Date(ms).toUTCString()

  it('follows that of the service where they differ by more than five minutes', async () => {
    const { sender, batch, transport, clock } = senderOf()
    expect(sender.correctClock(dateOf(clock.now() + 3_600_000))).toBe(3_600_000)
    // Right from now on: learned, and not added twice.
    expect(sender.correctClock(dateOf(clock.now() + 3_600_000))).toBe(0)
    await sender.send(batch)
    expect(JSON.stringify(transport.requests[0]?.headers)).toContain('19700101T010000Z')
  })

  it.each([undefined, '', 'yesterday', dateOf(299_000)])('stays as it is with %s', (date) => {
    expect(senderOf().sender.correctClock(date)).toBe(0)
  })
})

it('a bug of the transport is told without the secrets that it may quote', async () => {
  const { sender, batch, transport } = senderOf()
  transport.answer(({ length }, { headers }) => {
    throw new TypeError(`cannot send ${length} records with ${headers['Authorization']}, SK-very-secret`)
  })
  const outcome = await sender.send(batch)
  expect(outcome).toMatchObject({ kind: 'retry', code: 'BUG', ambiguous: true })
  const [request] = transport.requests
  const [, signature = 'none'] = /Signature=(\w+)/.exec(request?.headers['Authorization'] ?? '') ?? []
  expect(signature).toHaveLength(64)
  const message = 'message' in outcome ? outcome.message : ''
  expect(message).toMatch(/TypeError: cannot send 2 records with [^\n]*\n +at /)
  expect(message).not.toContain(signature.slice(0, 12))
  expect(message).not.toContain('SK-very-secret')
})
