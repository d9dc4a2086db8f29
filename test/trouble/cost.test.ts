/**
 * What a line costs does not grow with the number of keys. Measured in CPU time of a process of its own, and against one key in the same
 * minute. What this finds is a walk over all keys for each line. The bounds leave room for a busy machine: on a quiet one 0.9 to 2.1 times
 * were measured with 100,000 keys, up to 6.7 times with ever new ones, and turns of 4 to 58 ms. What a line costs to the tenth of a
 * microsecond is a matter of bench/.
 */
import { describe, expect, it } from 'vitest'
import { MIB, measure } from './child.ts'

interface Phase {
  readonly lines: number
  readonly microsecondsPerLine: number
  readonly turns: number
  /** CPU time of the longest turn of the event loop: a thousand writes, and what follows from them. */
  readonly stallMs: number
}

interface Cost {
  /** A full buffer, and nothing is taken. */
  readonly held?: Phase
  /** A full buffer, and the service takes what it can. */
  readonly flowing: Phase
  readonly delivered: number
}

const MAX_STALL_MS = 200

describe.each(['dropOldest', 'dropNewest', 'block'])('a full buffer, %s', (policy) => {
  it.each([
    ['100,000 keys', { keys: 100_000, maxRatio: 6 }],
    // Each line makes a lane, and frees it.
    ['keys never seen twice', { keys: 0, maxRatio: 15 }]
  ])(
    '%s cost about what one key costs, and never hold the event loop',
    // A busy machine hits one run; a walk over all keys hits each of them.
    { timeout: 180_000, retry: 2 },
    async (_, { keys, maxRatio }) => {
      const parameters = { policy, maxBytes: 64 * MIB, phaseMs: 1_000 }
      const one = await measure<Cost>('cost.mjs', { ...parameters, keys: 1 })
      const many = await measure<Cost>('cost.mjs', { ...parameters, keys })
      expect(many.delivered).toBeGreaterThan(0)
      for (const phase of ['held', 'flowing'] as const) {
        const [few, all] = [one[phase], many[phase]]
        if (few === undefined || all === undefined) continue
        expect(few.lines).toBeGreaterThan(0)
        const ratio = all.microsecondsPerLine / few.microsecondsPerLine
        expect(ratio, `times as much as one key, ${phase}`).toBeLessThanOrEqual(maxRatio)
        expect(all.stallMs, `ms in one turn, ${phase}`).toBeLessThanOrEqual(MAX_STALL_MS)
      }
    }
  )
})
