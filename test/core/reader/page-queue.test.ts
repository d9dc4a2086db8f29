import { describe, expect, it } from 'vitest'
import { PageQueue } from '../../../packages/core/src/reader/page-queue.ts'

const MIB = 1_048_576

function page(partitionId: string, mebibytes = 1) {
  return { partitionId, records: [], bytes: mebibytes * MIB }
}

/** Whether a promise has settled when all that can happen has happened. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false
  void promise.then(() => (settled = true))
  await new Promise((resolve) => setImmediate(resolve))
  return settled
}

describe('pages of partitions', () => {
  it('come in the order in which they were put, and each put waits until its page is taken', async () => {
    const pages = new PageQueue()
    const first = pages.put(page('a'))
    const second = pages.put(page('b'))
    expect([await isSettled(first), await isSettled(second)]).toEqual([false, false])
    expect((await pages.take())?.partitionId).toBe('a')
    expect([await isSettled(first), await isSettled(second)]).toEqual([true, false])
    expect((await pages.take())?.partitionId).toBe('b')
    expect(await isSettled(second)).toBe(true)
  })

  it('are waited for', async () => {
    const pages = new PageQueue()
    const taken = pages.take()
    expect(await isSettled(taken)).toBe(false)
    void pages.put(page('a'))
    expect((await taken)?.partitionId).toBe('a')
  })

  it('above 32 MiB nobody asks for another, until the consumer is done with some', async () => {
    const pages = new PageQueue()
    expect(await isSettled(pages.room())).toBe(true)
    void pages.put(page('a', 31))
    expect(await isSettled(pages.room())).toBe(true)
    void pages.put(page('b', 1))
    const rooms = [pages.room(), pages.room()]
    expect(await Promise.all(rooms.map(isSettled))).toEqual([false, false])
    const taken = await pages.take()
    // What the consumer works on is held, too.
    expect(await Promise.all(rooms.map(isSettled))).toEqual([false, false])
    if (taken !== undefined) pages.release(taken)
    expect(await Promise.all(rooms.map(isSettled))).toEqual([true, true])
  })

  it('end for all who wait', async () => {
    const pages = new PageQueue()
    const put = pages.put(page('a', 40))
    const room = pages.room()
    pages.end()
    await Promise.all([put, room, pages.put(page('b'))])
    await expect(pages.take()).resolves.toBeUndefined()
    const waiting = new PageQueue()
    const taken = waiting.take()
    waiting.end()
    await expect(taken).resolves.toBeUndefined()
  })

  it('end with the first reason', async () => {
    const pages = new PageQueue()
    pages.end({ error: new Error('first') })
    pages.end({ error: new Error('second') })
    pages.end()
    await expect(pages.take()).rejects.toThrow('first')
  })
})
