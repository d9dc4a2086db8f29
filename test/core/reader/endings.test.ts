import { once } from 'node:events'
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { first, named, open, put, serve, texts } from './service.ts'

describe('the signal', () => {
  it('ends a reading that waits', async () => {
    const dis = await serve()
    const stop = new AbortController()
    const iterator = open(dis, { signal: stop.signal })[Symbol.asyncIterator]()
    const next = iterator.next()
    await put(dis, ['a'])
    await next
    const waiting = iterator.next()
    stop.abort()
    await expect(waiting).resolves.toEqual({ done: true, value: undefined })
  })

  it('ends a reading between two records, and before the first', async () => {
    const dis = await serve()
    await put(dis, named(5))
    const stop = new AbortController()
    const got: string[] = []
    for await (const { data } of open(dis, { signal: stop.signal })) {
      got.push(data.toString())
      if (got.length === 2) stop.abort()
    }
    expect(got).toEqual(['r-0', 'r-1'])
    for await (const record of open(dis, { signal: stop.signal })) throw new Error(`got ${record.data}`)
  })

  it('ends a reading whose request hangs', async () => {
    const dis = await serve()
    dis.faults.add({ kind: 'hang', action: '*' })
    const stop = new AbortController()
    const next = open(dis, { signal: stop.signal })[Symbol.asyncIterator]().next()
    while (dis.stats().faults['hang'] === undefined) await sleep(5)
    stop.abort()
    await expect(next).resolves.toEqual({ done: true, value: undefined })
  })
})

describe('a reader', () => {
  it('that is stopped from outside while it waits, ends', async () => {
    const dis = await serve()
    const iterator = open(dis)[Symbol.asyncIterator]()
    const next = iterator.next()
    await put(dis, ['a'])
    await next
    const waiting = iterator.next()
    await iterator.return?.()
    await expect(waiting).resolves.toEqual({ done: true, value: undefined })
  })

  it('is what a stream of Node can be made from, and ends with it', async () => {
    const dis = await serve()
    await put(dis, ['a'])
    const readable = Readable.from(open(dis))
    const [record] = await once(readable, 'data')
    expect(texts([record])).toEqual(['a'])
    readable.destroy()
    await once(readable, 'close')
  })

  it('can be iterated once', async () => {
    const dis = await serve()
    await put(dis, ['a'])
    const reader = open(dis)
    await first(reader, 1)
    await expect(first(reader, 1)).rejects.toThrow(TypeError)
  })

  it('throws what trying again cannot help', async () => {
    const dis = await serve()
    await expect(first(open(dis, { streamName: 'other' }), 1)).rejects.toMatchObject({
      code: 'DIS_LOGS_REQUEST',
      serviceCode: 'DIS.4301'
    })
  })

  it('asks with refused credentials twice at most: five failures lock a key', async () => {
    const dis = await serve(1, { auth: { tokens: ['right'] } })
    await expect(first(open(dis, { credentials: { token: 'wrong' } }), 1)).rejects.toMatchObject({
      code: 'DIS_LOGS_REQUEST'
    })
    expect(dis.stats().requests).toBeLessThanOrEqual(2)
  })

  it('that ends while it is read throws nothing later', async () => {
    const dis = await serve(3)
    await put(dis, ['a'])
    await first(open(dis), 1)
    await dis.close()
    await sleep(20)
  })
})
