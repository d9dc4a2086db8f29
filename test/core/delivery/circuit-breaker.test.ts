import { describe, expect, it } from 'vitest'
import { CircuitBreaker, MAX_REFUSALS } from '../../../packages/core/src/delivery/circuit-breaker.ts'

const PROBE_MS = 300_000

/** A breaker that was refused so many times in a row. */
function refused(times: number): CircuitBreaker {
  const breaker = new CircuitBreaker(PROBE_MS)
  for (let time = 0; time < times; time++) breaker.refused(true, false)
  return breaker
}

describe('the circuit breaker', () => {
  it('opens before the five failures that lock a key', () => {
    expect(MAX_REFUSALS).toBeLessThan(5)
    expect(refused(MAX_REFUSALS - 1).isOpen).toBe(false)
    expect(refused(MAX_REFUSALS).isOpen).toBe(true)
  })

  it('asks soon while it is closed, a little later each time, and rarely when it is open', () => {
    const breaker = new CircuitBreaker(PROBE_MS)
    expect([1, 2, 3, 4].map(() => breaker.refused(true, false))).toEqual([1_000, 2_000, PROBE_MS, PROBE_MS])
  })

  it('tries refreshed credentials at once, but not when it is open', () => {
    expect(new CircuitBreaker(PROBE_MS).refused(true, true)).toBe(0)
    expect(refused(MAX_REFUSALS - 1).refused(true, true)).toBe(PROBE_MS)
  })

  it('counts requests that were refused together once', () => {
    const breaker = refused(1)
    for (let other = 0; other < 7; other++) breaker.refused(false, false)
    expect(breaker.isOpen).toBe(false)
  })

  it('closes with the first accepted request, and counts anew', () => {
    const breaker = refused(MAX_REFUSALS)
    breaker.accepted()
    expect(breaker.isOpen).toBe(false)
    expect(breaker.refused(true, false)).toBe(1_000)
  })
})
