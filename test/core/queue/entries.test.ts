import { describe, expect, it } from 'vitest'
import {
  ATTEMPTS,
  ENTRY_BYTES,
  Entries,
  EPOCH,
  NONE,
  SPOOL_ID,
  WRITTEN_AT
} from '../../../packages/core/src/queue/entries.ts'

const CHUNK = 4_096
const chunkBytes = CHUNK * ENTRY_BYTES

/** Takes so many entries. */
function takeMany(entries: Entries<string>, count: number): number[] {
  return Array.from({ length: count }, (_, index) => entries.take(`owner-${index}`))
}

describe('entries', () => {
  it('keep their fields apart from those of all others, over many chunks', () => {
    const entries = new Entries<string>()
    const ids = takeMany(entries, 3 * CHUNK)
    expect(new Set(ids).size).toBe(ids.length)
    for (const id of ids) {
      entries.setInt(id, EPOCH, id)
      entries.setInt(id, ATTEMPTS, id + 1)
      entries.setFloat(id, WRITTEN_AT, id + 0.5)
      entries.setFloat(id, SPOOL_ID, -id)
    }
    const found = ids.map((id) => [
      entries.int(id, EPOCH),
      entries.int(id, ATTEMPTS),
      entries.float(id, WRITTEN_AT)
    ])
    expect(found).toEqual(ids.map((id) => [id, id + 1, id + 0.5]))
    expect(ids.every((id) => entries.float(id, SPOOL_ID) === -id)).toBe(true)
    expect(ids.map((id) => entries.owner(id))).toEqual(ids.map((_, index) => `owner-${index}`))
  })

  it('are used again before a chunk is made', () => {
    const entries = new Entries<string>()
    const ids = takeMany(entries, CHUNK)
    for (const id of ids.slice(0, 100)) entries.release(id)
    expect(new Set(takeMany(entries, 100))).toEqual(new Set(ids.slice(0, 100)))
    expect(entries.heldBytes).toBe(chunkBytes)
  })

  it('are used once at a time, also where some were freed before their chunk was full', () => {
    const entries = new Entries<string>()
    const ids = takeMany(entries, 10)
    for (const id of ids.slice(0, 5)) entries.release(id)
    const all = [...ids.slice(5), ...takeMany(entries, 2 * CHUNK)]
    expect(new Set(all).size).toBe(all.length)
    expect(entries.heldBytes).toBe(3 * chunkBytes)
  })

  it('give a peak back, whatever the order in which they are freed', () => {
    for (const order of ['as taken', 'last first', 'every seventh'] as const) {
      const entries = new Entries<string>()
      const ids = takeMany(entries, 10 * CHUNK)
      expect(entries.heldBytes).toBe(10 * chunkBytes)
      if (order === 'last first') ids.reverse()
      if (order === 'every seventh') ids.sort((a, b) => (a % 7) - (b % 7) || a - b)
      for (const id of ids) entries.release(id)
      // Four are kept for the next lines.
      expect(entries.heldBytes).toBe(4 * chunkBytes)
    }
  })

  it('fill the holes of freed chunks', () => {
    const entries = new Entries<string>()
    const ids = takeMany(entries, 4 * CHUNK)
    for (const id of ids) if (id >>> 12 === 1 || id >>> 12 === 2) entries.release(id)
    const kept = ids.filter((id) => id >>> 12 === 0 || id >>> 12 === 3)
    const again = takeMany(entries, 2 * CHUNK)
    expect(new Set([...kept, ...again]).size).toBe(4 * CHUNK)
    expect(entries.heldBytes).toBe(4 * chunkBytes)
    expect(kept.map((id) => entries.owner(id))).toEqual(kept.map((id) => `owner-${ids.indexOf(id)}`))
  })

  it('say whether a number stands for something', () => {
    const entries = new Entries<string>()
    const id = entries.take('x')
    expect(entries.has(id)).toBe(true)
    entries.release(id)
    expect([id, NONE, -2, 1e6].map((other) => entries.has(other))).toEqual([false, false, false, false])
    expect(() => entries.owner(id)).toThrow(RangeError)
    expect(() => entries.int(NONE, EPOCH)).toThrow(RangeError)
  })

  it('are all visited, and only those in use', () => {
    const entries = new Entries<string>()
    const ids = takeMany(entries, CHUNK + 10)
    for (const id of ids) if (id % 2 === 0) entries.release(id)
    const visited: number[] = []
    entries.forEach((id) => {
      visited.push(id)
    })
    expect(visited).toEqual(ids.filter((id) => id % 2 === 1))
  })
})
