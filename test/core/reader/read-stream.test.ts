import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { readStream } from '../../../packages/core/src/reader.ts'
import { first, named, open, put, rescale, serve, texts } from './service.ts'

describe('a stream', () => {
  it('is read from its beginning, all partitions, each in its order', async () => {
    const dis = await serve(3)
    for (const partition of [0, 1, 2]) await put(dis, named(5, `p${partition}`), partition)
    const records = await first(open(dis), 15)
    for (const partition of [0, 1, 2]) {
      const own = records.filter(({ partitionId }) => partitionId === `shardId-000000000${partition}`)
      expect(texts(own)).toEqual(named(5, `p${partition}`))
      expect(own.map(({ sequenceNumber }) => sequenceNumber)).toEqual(['0', '1', '2', '3', '4'])
    }
  })

  it('goes on with what arrives later', async () => {
    const dis = await serve()
    await put(dis, ['a'])
    const iterator = open(dis)[Symbol.asyncIterator]()
    expect((await iterator.next()).value?.data.toString()).toBe('a')
    const next = iterator.next()
    await put(dis, ['b'])
    expect((await next).value?.data.toString()).toBe('b')
    await iterator.return?.()
  })

  it("from 'latest' gives only what arrives from then on", async () => {
    const dis = await serve(2)
    await put(dis, named(3, 'old'), 0)
    const reading = first(open(dis, { from: 'latest' }), 1)
    const arrived: string[] = []
    let isOver = false
    const over = reading.then(() => (isOver = true))
    // Nobody knows when it has begun: one after another arrives until it has.
    while (!isOver) {
      arrived.push(`new-${arrived.length}`)
      await put(dis, arrived.slice(-1), 0)
      await Promise.race([over, sleep(20)])
    }
    expect(arrived).toContain(texts(await reading)[0])
  })

  it('from a time gives what was stored since, also from one before all that is kept', async () => {
    const dis = await serve()
    await put(dis, ['a'])
    await sleep(5)
    const since = new Date()
    await sleep(5)
    await put(dis, ['b'])
    expect(texts(await first(open(dis, { from: since }), 1))).toEqual(['b'])
    expect(texts(await first(open(dis, { from: new Date(1_000) }), 2))).toEqual(['a', 'b'])
    const position = { type: 'AT_TIMESTAMP', timestamp: since.getTime() } as const
    expect(texts(await first(open(dis, { from: position }), 1))).toEqual(['b'])
  })

  it('from a sequence number of one partition', async () => {
    const dis = await serve(2)
    await put(dis, named(5), 1)
    const from = { type: 'AT_SEQUENCE_NUMBER', sequenceNumber: '3' } as const
    expect(texts(await first(open(dis, { from, partitions: ['1'] }), 2))).toEqual(['r-3', 'r-4'])
  })

  it('is read in the partitions that were asked for, by either name', async () => {
    const dis = await serve(3)
    for (const partition of [0, 1, 2]) await put(dis, named(2, `p${partition}`), partition)
    const records = await first(open(dis, { partitions: ['2', 'shardId-0000000000'] }), 4)
    expect(texts(records).sort()).toEqual(['p0-0', 'p0-1', 'p2-0', 'p2-1'])
  })

  it('that lacks such a partition is an error of the options', async () => {
    const dis = await serve(2)
    await expect(first(open(dis, { partitions: ['7'] }), 1)).rejects.toMatchObject({
      code: 'DIS_LOGS_CONFIG',
      problems: [{ option: 'partitions', allowed: 'allowed: shardId-0000000000, shardId-0000000001' }]
    })
  })

  it('gives bytes as they are, whatever they are', async () => {
    const dis = await serve()
    const datas = [
      Buffer.from('1f8b0800ff00', 'hex'),
      Buffer.alloc(0),
      Buffer.from('a\nb'),
      Buffer.from('日志')
    ]
    await put(dis, datas)
    expect((await first(open(dis), 4)).map(({ data }) => data)).toEqual(datas)
  })

  it('of 30 partitions is read without a warning of Node', async () => {
    const dis = await serve(30)
    const warnings: Error[] = []
    const listener = (warning: Error) => warnings.push(warning)
    process.on('warning', listener)
    await put(dis, ['a'], 29)
    const reader = open(dis)
    expect(texts(await first(reader, 1))).toEqual(['a'])
    expect(reader.stats()).toEqual({ records: 1, repeats: 0, partitions: 30 })
    await sleep(0)
    process.off('warning', listener)
    expect(warnings).toEqual([])
  })

  it('of large records is read in smaller pages', async () => {
    const dis = await serve()
    for (let n = 0; n < 8; n++) await put(dis, [`${n}`.repeat(900_000)])
    const records = await first(open(dis), 8)
    expect(texts(records).map((text) => [text[0], text.length])).toEqual(
      Array.from({ length: 8 }, (_, n) => [String(n), 900_000])
    )
  })
})

describe('partitions that come and go', () => {
  it('new ones are read from their beginning', async () => {
    const dis = await serve(1)
    await put(dis, ['before'], 0)
    const got: string[] = []
    for await (const { data } of open(dis, { refreshMs: 100 })) {
      got.push(data.toString())
      if (got.length === 4) break
      if (got.length > 1) continue
      // Only now it is known that it has begun with one partition.
      await rescale(dis, 3)
      await put(dis, ['a', 'b'], 2)
      await put(dis, ['c'], 1)
    }
    expect(got.sort()).toEqual(['a', 'b', 'before', 'c'])
  })

  it('closed ones are read to their end, and the reading of them alone ends then', async () => {
    const dis = await serve(2)
    await put(dis, named(5, 'closed'), 1)
    await rescale(dis, 1)
    const all: string[] = []
    for await (const { data } of open(dis, { partitions: ['1'], refreshMs: 100 })) all.push(data.toString())
    expect(all).toEqual(named(5, 'closed'))
  })

  it('one that is closed while it is read ends, too', async () => {
    const dis = await serve(2)
    await put(dis, ['a'], 1)
    const all: string[] = []
    for await (const { data } of open(dis, { partitions: ['1'], refreshMs: 100 })) {
      all.push(data.toString())
      if (all.length > 1) continue
      await put(dis, ['b'], 1)
      await rescale(dis, 1)
    }
    expect(all).toEqual(['a', 'b'])
  })
})

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

describe('options of a reader', () => {
  const place = {
    endpoint: 'http://127.0.0.1:1',
    projectId: 'p',
    streamName: 's',
    credentials: { token: 'T' }
  }
  it.each([
    [{ from: 'now' }, 'from', "got 'now'; allowed: 'beginning', 'latest', a Date"],
    [{ from: new Date('x') }, 'from', 'a Date'],
    [{ from: { type: 'AT_SEQUENCE_NUMBER', sequenceNumber: '1' } }, 'from', 'needs partitions with one id'],
    [{ partitions: 'all' }, 'partitions', 'a list'],
    [{ partitions: ['x'] }, 'partitions', 'a list'],
    [{ app: 'a b' }, 'app', "got 'a b'; allowed: 1 to 200 letters"],
    [{ app: 'a', checkpoints: { load() {}, save() {} } }, 'checkpoints', 'leave app or checkpoints out'],
    [{ checkpoints: {} }, 'checkpoints', '{ load, save }'],
    [{ checkpointMs: 5 }, 'checkpointMs', 'got 5; allowed: a whole number from 100'],
    [{ refreshMs: 0 }, 'refreshMs', 'a whole number'],
    [{ dedupe: { lookBack: -1 } }, 'dedupe', 'true, false or { lookBack }'],
    [{ dedupe: { size: 1 } }, 'dedupe', 'true, false or { lookBack }'],
    [{ dedupe: null }, 'dedupe', 'true, false or { lookBack }'],
    [{ signal: {} }, 'signal', 'an AbortSignal'],
    [{ onWarning: 1 }, 'onWarning', 'a function'],
    [{ aggregate: true }, 'aggregate', 'got an unknown option; allowed here: region'],
    [{ streamName: 'a b' }, 'streamName', '1 to 64']
  ])('%j: refused by name', (own, option, text) => {
    const options = { ...place, ...own }
    expect(() => readStream(options as never)).toThrow(
      expect.objectContaining({ code: 'DIS_LOGS_CONFIG', option, message: expect.stringContaining(text) })
    )
  })

  it('none at all is an error of the options, too', () => {
    expect(() => readStream()).toThrow(expect.objectContaining({ code: 'DIS_LOGS_CONFIG' }))
  })
})
