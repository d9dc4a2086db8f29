import { describe, expect, it } from 'vitest'
import { RoundTrip } from '../../../packages/core/src/delivery/round-trip.ts'

function after(...samples: readonly number[]): number {
  const roundTrip = new RoundTrip()
  for (const ms of samples) roundTrip.add(ms)
  return roundTrip.usualMs
}

describe('how long an answer usually takes', () => {
  it('is a second until there is one', () => {
    expect(after()).toBe(1_000)
  })

  it('is three times the first one, and twice if all take the same', () => {
    expect(after(100)).toBe(300)
    expect(after(...Array.from({ length: 50 }, () => 100))).toBeCloseTo(200)
  })

  it('is long where answers differ, and follows a service that becomes slower', () => {
    const varied = Array.from({ length: 100 }, (_, n) => (n % 2 === 0 ? 50 : 450))
    expect(after(...varied)).toBeGreaterThan(450)
    expect(after(...varied)).toBeLessThan(1_500)
    expect(after(50, 50, 50, 5_000)).toBeGreaterThan(5_000)
  })
})
