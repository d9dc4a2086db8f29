import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fullJitterMs, LONGEST_LAST_WAIT_MS } from '../../../packages/core/src/delivery/backoff.ts'

describe('full jitter', () => {
  it('doubles its bound with each failure up to the maximum', () => {
    const bounds = [1, 2, 3, 4, 9, 60].map((failures) => fullJitterMs(failures, 100, 30_000, 1))
    expect(bounds).toEqual([100, 200, 400, 800, 25_600, 30_000])
  })

  it('is spread from zero to the bound', () => {
    expect(fullJitterMs(5, 100, 30_000, 0)).toBe(0)
    expect(fullJitterMs(5, 100, 30_000, 0.25)).toBe(400)
  })

  it('does not wait where nothing has failed', () => {
    expect(fullJitterMs(0, 100, 30_000, 1)).toBe(0)
    expect(fullJitterMs(-1, 100, 30_000, 1)).toBe(0)
  })

  it('never leaves its bounds, however often something fails', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.integer({ min: 1, max: 60_000 }),
        fc.integer({ min: 1, max: 600_000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (failures, baseMs, maxMs, random) => {
          const ms = fullJitterMs(failures, baseMs, maxMs, random)
          expect(Number.isInteger(ms)).toBe(true)
          expect(ms).toBeGreaterThanOrEqual(0)
          expect(ms).toBeLessThanOrEqual(maxMs)
        }
      )
    )
  })

  it('waits so briefly at the end that a line is tried more than once in the default of closeTimeoutMs', () => {
    expect(LONGEST_LAST_WAIT_MS).toBeLessThanOrEqual(8_000 / 4)
  })
})
