import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { createClient } from '../../../packages/core/src/index.ts'
import type { CheckpointStore } from '../../../packages/core/src/reader.ts'
import { first, named, open, place, put, rescale, serve, texts } from './service.ts'

/** A store of a user's, and all that was asked of it. */
function memoryStore(initial: Readonly<Record<string, string>> = {}) {
  const places = new Map(Object.entries(initial))
  const saves: [string, string][] = []
  const store: CheckpointStore = {
    load: (partitionId) => places.get(partitionId),
    async save(partitionId, sequenceNumber) {
      await sleep(1)
      saves.push([partitionId, sequenceNumber])
      places.set(partitionId, sequenceNumber)
    }
  }
  return { store, saves, places }
}

const P0 = 'shardId-0000000000'
const P1 = 'shardId-0000000001'

describe('checkpoints in a store of the user', () => {
  it('let the next reader go on behind what was done', async () => {
    const dis = await serve(2)
    await put(dis, named(3, 'a'), 0)
    await put(dis, named(3, 'b'), 1)
    const { store, places } = memoryStore()
    const stop = new AbortController()
    const before: string[] = []
    for await (const { data } of open(dis, { checkpoints: store, signal: stop.signal })) {
      before.push(data.toString())
      if (before.length === 4) stop.abort()
    }
    const after = texts(await first(open(dis, { checkpoints: store }), 2))
    expect([...before, ...after].sort()).toEqual([...named(3, 'a'), ...named(3, 'b')])
    expect(places.size).toBe(2)
  })

  it.each(['break', 'throw'] as const)(
    'leave the record in hand to the next reader after a %s',
    async (end) => {
      const dis = await serve()
      await put(dis, named(5))
      const { store, places } = memoryStore()
      const read = async () => {
        for await (const { data } of open(dis, { checkpoints: store })) {
          if (data.toString() !== 'r-2') continue
          if (end === 'break') break
          throw new Error('of the consumer')
        }
      }
      if (end === 'throw') await expect(read()).rejects.toThrow('of the consumer')
      else await read()
      expect(places.get(P0)).toBe('1')
      expect(texts(await first(open(dis, { checkpoints: store }), 3))).toEqual(['r-2', 'r-3', 'r-4'])
    }
  )

  it('are stored by themselves while it reads and while it waits, each once', async () => {
    const dis = await serve()
    await put(dis, named(5))
    const { store, saves } = memoryStore()
    const iterator = open(dis, { checkpoints: store, checkpointMs: 100 })[Symbol.asyncIterator]()
    for (let n = 0; n < 5; n++) await iterator.next()
    const waiting = iterator.next()
    while (saves.at(-1)?.[1] !== '4') await sleep(10)
    await sleep(250)
    expect(saves.filter(([, sequence]) => sequence === '4')).toHaveLength(1)
    await put(dis, ['more'])
    await waiting
    await iterator.return?.()
    // The record in hand is not done.
    expect(saves.at(-1)).toEqual([P0, '4'])
  })

  it('are left to the consumer with checkpointMs: null, during the loop and behind it', async () => {
    const dis = await serve()
    await put(dis, named(5))
    const { store, saves } = memoryStore()
    const stop = new AbortController()
    const reader = open(dis, { checkpoints: store, checkpointMs: null, signal: stop.signal })
    let count = 0
    for await (const _ of reader) {
      count++
      if (count === 2) await reader.checkpoint()
      if (count === 4) stop.abort()
    }
    expect(saves).toEqual([[P0, '1']])
    await reader.checkpoint()
    await reader.checkpoint()
    expect(saves).toEqual([
      [P0, '1'],
      [P0, '3']
    ])
  })

  it('that cannot be stored are told and tried again; the last ones with a few attempts', async () => {
    const dis = await serve()
    await put(dis, named(3))
    let failing = 4
    const saved: string[] = []
    const checkpoints: CheckpointStore = {
      load: () => undefined,
      save(_, sequenceNumber) {
        if (failing-- > 0) throw new Error('the disk is full')
        saved.push(sequenceNumber)
      }
    }
    const warnings: { code: string; message: string }[] = []
    const stop = new AbortController()
    const options = { checkpoints, checkpointMs: 100, signal: stop.signal }
    let count = 0
    for await (const _ of open(dis, { ...options, onWarning: (event) => warnings.push(event) })) {
      if (++count < 3) continue
      while (failing > 2) await sleep(10)
      stop.abort()
    }
    expect(saved.at(-1)).toBe('2')
    expect(warnings).toEqual([
      expect.objectContaining({
        code: 'CHECKPOINT',
        message: 'a checkpoint cannot be stored: the disk is full'
      })
    ])
  })

  it('that the consumer stores itself reject as the store does', async () => {
    const dis = await serve()
    await put(dis, ['a'])
    const save = () => Promise.reject(new Error('no such table'))
    const reader = open(dis, { checkpoints: { load: () => undefined, save }, checkpointMs: null })
    for await (const _ of reader) {
      await expect(reader.checkpoint()).rejects.toThrow('no such table')
      break
    }
  })

  it('that cannot be loaded, or are none, end the reading', async () => {
    const dis = await serve()
    const load = () => Promise.reject(new Error('no such table'))
    await expect(first(open(dis, { checkpoints: { load, save() {} } }), 1)).rejects.toThrow('no such table')
    const wrong = memoryStore({ [P0]: 'x' })
    await expect(first(open(dis, { checkpoints: wrong.store }), 1)).rejects.toThrow(/no sequence number: "x"/)
  })

  it('of what is gone are told, and the oldest record is next', async () => {
    const dis = await serve(1, { maxBytesPerPartition: 1_000 })
    for (let n = 0; n < 10; n++) await put(dis, [`${n}`.repeat(300)])
    const { store } = memoryStore({ [P0]: '2' })
    const codes: string[] = []
    const got: string[] = []
    const options = { checkpoints: store, onWarning: ({ code }: { code: string }) => codes.push(code) }
    for await (const { sequenceNumber } of open(dis, options)) {
      got.push(sequenceNumber)
      if (sequenceNumber === '9') break
    }
    expect(codes).toEqual(['READ_GAP'])
    expect(Number(got[0])).toBeGreaterThan(3)
    expect(got).toEqual(got.map((_, n) => String(10 - got.length + n)))
  })

  it('of a stream that was made again are told, and its records are read from the first', async () => {
    const dis = await serve()
    await put(dis, named(3))
    const { store, places } = memoryStore({ [P0]: '1000' })
    const codes: string[] = []
    const stop = new AbortController()
    const options = { checkpoints: store, dedupe: true, signal: stop.signal }
    const got: string[] = []
    for await (const { data } of open(dis, { ...options, onWarning: ({ code }) => codes.push(code) })) {
      got.push(data.toString())
      if (got.length === 3) stop.abort()
    }
    expect(got).toEqual(named(3))
    expect(codes).toEqual(['READ_GAP'])
    expect(places.get(P0)).toBe('2')
  })

  it("from 'latest' lose nothing while nobody reads", async () => {
    const dis = await serve(2)
    await put(dis, named(2, 'old'), 0)
    const { store } = memoryStore()
    const stop = new AbortController()
    const reading = first(
      open(dis, { from: 'latest', checkpoints: store, checkpointMs: 100, signal: stop.signal }),
      1
    )
    // Its place is a number before anything has come.
    while (store.load(P0) !== '1') await sleep(10)
    stop.abort()
    expect(await reading).toEqual([])
    await put(dis, ['a'], 0)
    await put(dis, ['b'], 1)
    await rescale(dis, 3)
    await put(dis, ['c'], 2)
    const after = await first(open(dis, { from: 'latest', checkpoints: store }), 3)
    expect(texts(after).sort()).toEqual(['a', 'b', 'c'])
  })
})

describe('checkpoints of an app of DIS', () => {
  it('are kept by DIS; the app is made if there is none', async () => {
    const dis = await serve(2)
    await put(dis, named(3, 'a'), 0)
    await put(dis, named(3, 'b'), 1)
    const stop = new AbortController()
    const before: string[] = []
    for await (const { data } of open(dis, { app: 'indexer', signal: stop.signal })) {
      before.push(data.toString())
      if (before.length === 5) stop.abort()
    }
    const client = createClient(place(dis))
    const states = await client.consumerStates('indexer')
    expect(states.map(({ sequenceNumber }) => sequenceNumber).sort()).toEqual(['1', '2'])
    const after = texts(await first(open(dis, { app: 'indexer' }), 1))
    expect([...before, ...after].sort()).toEqual([...named(3, 'a'), ...named(3, 'b')])
    // Another consumer has its own.
    expect(await first(open(dis, { app: 'other' }), 6)).toHaveLength(6)
    await client.close()
  })

  it('can be stored when the loop is over', async () => {
    const dis = await serve()
    await put(dis, named(3))
    const reader = open(dis, { app: 'batches', checkpointMs: null })
    const batch = await first(reader, 3)
    expect(batch).toHaveLength(3)
    await reader.checkpoint()
    const client = createClient(place(dis))
    expect(await client.consumerStates('batches')).toEqual([{ partitionId: P0, sequenceNumber: '2' }])
    await client.close()
  })

  it('are tried again where the service fails', async () => {
    const dis = await serve(2)
    await put(dis, ['a'], 1)
    dis.faults.add({ kind: '500', action: '*', times: 2, after: 1 })
    const stop = new AbortController()
    for await (const _ of open(dis, { app: 'reader', signal: stop.signal })) {
      dis.faults.add({ kind: 'reset-before', action: '*', times: 2 })
      stop.abort()
    }
    const client = createClient(place(dis))
    expect(await client.consumerStates('reader')).toContainEqual({ partitionId: P1, sequenceNumber: '0' })
    await client.close()
  })
})
