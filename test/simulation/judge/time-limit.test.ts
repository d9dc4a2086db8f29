import { describe, expect, it } from 'vitest'
import type { NemesisPlan } from '../plan.ts'
import { slotByHand } from './by-hand.ts'
import { timeLimitMs } from './time-limit.ts'

const STREAMS = [{ name: 'logs', partitions: 1, recordsPerSecond: 1_000, bytesPerSecond: 1_000_000 }]

function limit(
  names: readonly string[],
  {
    left = 0,
    held = 10,
    heldBytes = 1_000,
    folder = null
  }: { left?: number; held?: number; heldBytes?: number; folder?: string | null } = {}
): number {
  const nemeses = names.map((name): NemesisPlan => ({ name, id: name, fromMs: 0, untilMs: 1, force: 1 }))
  return timeLimitMs({ streams: STREAMS, nemeses }, [
    { plan: { ...slotByHand(), folder }, left, held, heldBytes }
  ])
}

describe('the time in which all must drain', () => {
  it('is short where nothing went wrong: a stall of a minute is found', () => {
    expect(limit([])).toBeLessThan(30_000)
  })

  it('grows with what went wrong and with what is left', () => {
    const waits = 2 * 30_000 + 30_000
    expect(limit(['no connection']) - limit([])).toBe(waits)
    expect(limit(['a refused key']) - limit(['no connection'])).toBe(2 * 300_000)
    expect(limit(['wall clock jumps'])).toBe(limit(['a refused key']))
    expect(limit(['absurd Retry-After']) - limit(['no connection'])).toBe(3_600_000)
    expect(limit([], { folder: 'spool-1' }) - limit([])).toBe(75_000)
    expect(limit([], { held: 110 }) - limit([], { held: 10 })).toBeGreaterThanOrEqual(100 * 200)
    // 1 MB/s, at a quarter of that pace.
    expect(limit([], { heldBytes: 10_001_000 }) - limit([])).toBe(40_000)
    expect(limit([], { left: 100 })).toBeGreaterThan(limit([], { left: 10 }))
  })
})
