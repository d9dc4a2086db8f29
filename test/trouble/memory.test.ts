/** Memory is what is really held. Each run is a process of its own, measured after its garbage is collected. */
import { describe, expect, it } from 'vitest'
import type { Stats } from '../../packages/core/src/index.ts'
import { shareOf } from '../thorough.ts'
import { MIB, measure } from './child.ts'

const TIMEOUT_MS = 120_000

interface Held {
  readonly delivered: number
  readonly stats: Stats
  /** Bytes more than before, heap and outside of it together. */
  readonly after: number
}

interface Stuck extends Held {
  readonly stuck: number
  readonly buffered: number
  /** While the key is stuck and all others are delivered. */
  readonly full: number
  /** After each fifth of the lines. */
  readonly growth: readonly number[]
}

interface Full {
  /** While it is full, in each round. */
  readonly full: readonly number[]
  /** When all is delivered, in each round. */
  readonly after: readonly number[]
  readonly delivered: number
  readonly stats: Stats
}

describe('one key in trouble for good, one line in 800, and 100 MB of other lines', () => {
  it.each([['DIS.4303'], ['DIS.5000']])(
    '%s: no more is held than the buffer allows, then and afterwards',
    async (code) => {
      const maxBytes = MIB
      const bound = 1.5 * maxBytes + 8 * MIB
      const run = await measure<Stuck>('held.mjs', { name: 'stuck-key', maxBytes, lines: 200_000, code })
      expect(run.stuck).toBe(250)
      expect(run.buffered).toBe(run.stuck)
      expect(run.delivered).toBe(200_000)
      expect(Math.max(...run.growth)).toBeLessThan(bound)
      expect(run.full).toBeLessThan(bound)
      expect(run.after).toBeLessThan(bound)
    },
    TIMEOUT_MS
  )
})

describe('keys that come once each, on lines of 100 KB that are all delivered', () => {
  it.each([
    ['text', 1_500],
    ['slice of a text', 300],
    ['slice of bytes', 1_500],
    // What a partitionKey function returns is a slice of the line as well.
    ['function', 1_500]
  ])(
    '%s: the keys keep no line alive',
    async (form, keys) => {
      const run = await measure<Held>('held.mjs', { name: 'long-lines', keys, bytes: 100_000, form })
      expect(run.delivered).toBe(keys)
      expect(run.stats).toMatchObject({ delivered: keys + 20, buffered: 0 })
      expect(run.after).toBeLessThan(5 * MIB)
    },
    TIMEOUT_MS
  )
})

describe('lines of 100 KB that wait for a disk that fails', () => {
  it(
    'are held once: their keys keep no line alive',
    async () => {
      const keys = 400
      const run = await measure<Held>('held.mjs', { name: 'failing-disk', keys, bytes: 100_000 })
      expect(run.stats).toMatchObject({ buffered: keys, spooled: 0 })
      expect(run.after).toBeLessThan(5 * MIB)
    },
    TIMEOUT_MS
  )
})

describe('a full buffer of 16 MiB', () => {
  const buffers: [string, object][] = [
    ['keys never seen twice', { keys: 0, bytes: 200 }],
    ['keys never seen twice, short lines', { keys: 0, bytes: 1 }],
    ['keys never seen twice, packed', { keys: 0, bytes: 200, options: { aggregate: true } }],
    ['keys never seen twice, ordered', { keys: 0, bytes: 200, options: { ordered: true } }],
    ['5,000 keys, packed', { keys: 5_000, bytes: 200, options: { aggregate: true } }],
    ['one key', { keys: 1, bytes: 200 }],
    ['one key, short lines', { keys: 1, bytes: 1 }],
    ['one key, long lines', { keys: 1, bytes: 20_000 }]
  ]
  it.each(shareOf(buffers))(
    '%s: at most 1.5 times that is held, and nothing when all is delivered',
    async (_, parameters) => {
      const maxBytes = 16 * MIB
      const run = await measure<Full>('held.mjs', { name: 'full-buffer', maxBytes, rounds: 2, ...parameters })
      expect(run.stats.written).toBe(run.stats.delivered + run.stats.dropped)
      expect(run.stats.deliveredBytes).toBeGreaterThan(maxBytes / 6)
      for (const bytes of run.full) expect(bytes).toBeLessThan(1.5 * maxBytes)
      for (const bytes of run.after) expect(bytes).toBeLessThan(8 * MIB)
    },
    TIMEOUT_MS
  )
})
