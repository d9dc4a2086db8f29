import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
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

  it("from 'latest' begins there too where the service does not take the number of the next record", async () => {
    const dis = await serve()
    await put(dis, named(3, 'old'))
    dis.faults.add({ kind: 'error', action: 'GetCursor', status: 400, code: 'DIS.4224', times: 1 })
    const warnings: unknown[] = []
    const iterator = open(dis, { from: 'latest', onWarning: (event) => warnings.push(event) })[
      Symbol.asyncIterator
    ]()
    const next = iterator.next()
    while ((dis.stats().actions['GetRecords'] ?? 0) === 0) await sleep(5)
    await put(dis, ['new'])
    expect((await next).value?.data.toString()).toBe('new')
    await iterator.return?.()
    expect(warnings).toEqual([])
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
