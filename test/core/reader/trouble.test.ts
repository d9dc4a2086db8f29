import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { Fault } from '../../../packages/local/src/index.ts'
import { first, named, open, put, serve, texts } from './service.ts'

describe('calls that fail', () => {
  it.each<[string, Fault]>([
    ['throttled by DIS', { kind: 'error', status: 400, code: 'DIS.4303' }],
    ['throttled by the gateway', { kind: '429' }],
    ['faults of the service', { kind: '500', status: 503 }],
    ['connections that break', { kind: 'reset-before' }],
    ['answers that are lost', { kind: 'reset-after' }],
    ['answers that are no JSON', { kind: 'not-json' }],
    ['answers that are empty', { kind: 'empty' }],
    ['cursors that have expired', { kind: 'error', status: 400, code: 'DIS.4225' }],
    ['cursors of nothing', { kind: 'error', status: 400, code: 'DIS.4217' }],
    ['a stream that is not running yet', { kind: 'error', status: 400, code: 'DIS.4205' }],
    ['credentials that are refused once', { kind: 'auth-441', times: 1 }]
  ])('are made again, and cost and double nothing: %s', async (_, fault) => {
    const dis = await serve(2)
    await put(dis, named(3, 'a'), 0)
    await put(dis, named(3, 'b'), 1)
    // A reader that has begun, in the middle of what it reads; and one that begins.
    dis.faults.add({ times: 3, after: 3, ...fault, action: '*' } as Fault)
    const got = texts(await first(open(dis, { onWarning: () => {} }), 6)).sort()
    expect(got).toEqual([...named(3, 'a'), ...named(3, 'b')])
    const later = open(dis, { partitions: ['0'], onWarning: () => {} })
    expect(texts(await first(later, 3))).toEqual(named(3, 'a'))
    expect(Object.values(dis.stats().faults)).toEqual([fault.times ?? 3])
  })

  it('again and again are told, once a minute, with the code and a cure', async () => {
    const dis = await serve()
    await put(dis, ['a'])
    dis.faults.add({ kind: 'error', action: 'GetRecords', status: 400, code: 'DIS.4303', times: 5 })
    const warnings: unknown[] = []
    const reader = open(dis, { onWarning: (event) => warnings.push(event) })
    expect(texts(await first(reader, 1))).toEqual(['a'])
    expect(warnings).toEqual([
      {
        code: 'DIS.4303',
        message: expect.stringMatching(/^shardId-0000000000: DIS\.4303: .*; trying again$/),
        cure: expect.any(String)
      }
    ])
  })

  it('a warning that its listener throws on ends nothing', async () => {
    const dis = await serve()
    await put(dis, ['a'])
    dis.faults.add({ kind: '500', action: 'GetRecords', times: 3 })
    const onWarning = () => {
      throw new Error('of the listener')
    }
    const heard = new Promise((resolve) => process.once('warning', resolve))
    expect(texts(await first(open(dis, { onWarning }), 1))).toEqual(['a'])
    expect(await heard).toMatchObject({ message: 'of the listener' })
  })

  it('a request that hangs is given up and made again', async () => {
    const dis = await serve()
    await put(dis, ['a'])
    dis.faults.add({ kind: 'hang', action: 'GetRecords', times: 1 })
    expect(texts(await first(open(dis, { requestTimeoutMs: 200 }), 1))).toEqual(['a'])
  })

  it('of one partition hold up no other', async () => {
    const dis = await serve(2)
    await put(dis, named(2_500, 'b'), 1)
    dis.faults.add({ kind: 'hang', action: 'GetCursor', times: 1 })
    // The cursor of partition 0 is asked for first.
    expect(texts(await first(open(dis), 2_500))).toEqual(named(2_500, 'b'))
  })
})

describe('a consumer that is slow', () => {
  it('is waited for: one page ahead of a partition, no more', async () => {
    const dis = await serve()
    for (let n = 0; n < 5; n++) await put(dis, named(1_000, `p${n}`))
    const iterator = open(dis)[Symbol.asyncIterator]()
    await iterator.next()
    const calls = () => dis.stats().actions['GetRecords'] ?? 0
    while (calls() < 2) await sleep(5)
    await sleep(50)
    expect(calls()).toBe(2)
    // It takes the rest of its page, and the next one is asked for.
    for (let n = 1; n <= 1_000; n++) await iterator.next()
    while (calls() < 3) await sleep(5)
    await sleep(50)
    expect(calls()).toBe(3)
    await iterator.return?.()
  })
})
