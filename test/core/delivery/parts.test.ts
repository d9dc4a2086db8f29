import { describe, expect, it } from 'vitest'
import { fullJitterMs } from '../../../packages/core/src/delivery/backoff.ts'
import { CircuitBreaker, MAX_REFUSALS } from '../../../packages/core/src/delivery/circuit-breaker.ts'
import { ConcurrencyLimit } from '../../../packages/core/src/delivery/concurrency-limit.ts'

describe('full jitter', () => {
  it('doubles its bound with each failure up to the maximum and is spread from zero to the bound', () => {
    const bounds = [1, 2, 3, 4, 9, 60].map((failures) => fullJitterMs(failures, 100, 30_000, 1))
    expect(bounds).toEqual([100, 200, 400, 800, 25_600, 30_000])
    expect(fullJitterMs(5, 100, 30_000, 0)).toBe(0)
    expect(fullJitterMs(5, 100, 30_000, 0.25)).toBe(400)
    expect(fullJitterMs(0, 100, 30_000, 1)).toBe(0)
  })
})

describe('the window', () => {
  const policy = { maxConcurrency: 8, baseMs: 100, maxMs: 30_000 }

  it('starts with one request and grows to the maximum with success', () => {
    const window = new ConcurrencyLimit(policy)
    const limits = Array.from({ length: 9 }, () => {
      const { limit } = window
      window.succeeded()
      return limit
    })
    expect(limits).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 8])
  })

  it('halves on failure, waits, and then grows slowly', () => {
    const window = new ConcurrencyLimit(policy)
    for (let index = 0; index < 8; index++) window.succeeded()
    window.failed(1_010, 1, 0)
    expect(window.limit).toBe(4)
    expect(window.pausedUntil).toBe(1_110)
    window.succeeded()
    expect(window.limit).toBe(4)
    for (let index = 0; index < 4; index++) window.succeeded()
    expect(window.limit).toBe(5)
  })

  it('knows requests that failed together with another, also within the same millisecond', () => {
    const window = new ConcurrencyLimit(policy)
    const [first, second] = [window.start(), window.start()]
    expect(window.isFirstFailure(first)).toBe(true)
    window.failed(1_000, 1, 0)
    expect(window.isFirstFailure(second)).toBe(false)
    const third = window.start()
    expect(window.isFirstFailure(third)).toBe(true)
    window.failed(1_000, 1, 0)
    expect(window.failures).toBe(2)
    expect(window.pausedUntil).toBe(1_200)
  })

  it('waits at least as long as the service asked for', () => {
    const window = new ConcurrencyLimit(policy)
    window.failed(10, 0, 7_000)
    expect(window.pausedUntil).toBe(7_010)
  })
})

describe('the circuit', () => {
  it('opens at the third refusal in a row and then asks rarely', () => {
    const circuit = new CircuitBreaker(300_000)
    expect(circuit.refused(true, false)).toBeLessThan(10_000)
    expect(circuit.isOpen).toBe(false)
    expect(circuit.refused(true, false)).toBeLessThan(10_000)
    expect(circuit.refused(true, true)).toBe(300_000)
    expect(circuit.isOpen).toBe(true)
    expect(MAX_REFUSALS).toBeLessThan(5)
  })

  it('tries refreshed credentials at once', () => {
    expect(new CircuitBreaker(300_000).refused(true, true)).toBe(0)
  })

  it('counts requests refused together once, and closes with the first accepted one', () => {
    const circuit = new CircuitBreaker(300_000)
    circuit.refused(true, false)
    for (let index = 0; index < 7; index++) circuit.refused(false, false)
    expect(circuit.isOpen).toBe(false)
    circuit.refused(true, false)
    circuit.refused(true, false)
    expect(circuit.isOpen).toBe(true)
    circuit.accepted()
    expect(circuit.isOpen).toBe(false)
  })
})
