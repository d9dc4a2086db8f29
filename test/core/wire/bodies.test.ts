import { describe, expect, it } from 'vitest'
import { Bodies } from '../../../packages/core/src/wire/bodies.ts'

const MIB = 1_048_576

describe('memory for bodies', () => {
  it('is used again for a body of about the same size', () => {
    const bodies = new Bodies()
    const first = bodies.take(170_000)
    expect(first).toHaveLength(170_000)
    bodies.release(first.subarray(0, 160_000))
    const second = bodies.take(180_000)
    expect(second.buffer).toBe(first.buffer)
    expect(second).toHaveLength(180_000)
    expect(bodies.freeBytes).toBe(0)
  })

  it('is not used by two bodies at once, nor again where somebody may still read it', () => {
    const bodies = new Bodies()
    const first = bodies.take(1_000)
    const second = bodies.take(1_000)
    expect(second.buffer).not.toBe(first.buffer)
    bodies.forget(first)
    expect(bodies.take(1_000).buffer).not.toBe(first.buffer)
  })

  it('that is much too large is left for a larger body', () => {
    const bodies = new Bodies()
    const large = bodies.take(900_000)
    bodies.release(large)
    expect(bodies.take(20_000).buffer).not.toBe(large.buffer)
    expect(bodies.take(800_000).buffer).toBe(large.buffer)
  })

  it('waits for a body as long as others are on their way, and goes back when they are not', () => {
    const bodies = new Bodies()
    const taken = Array.from({ length: 16 }, () => bodies.take(2 * MIB).fill(1))
    const full = process.memoryUsage().arrayBuffers
    for (const body of taken.slice(0, 8)) bodies.release(body)
    expect(bodies.freeBytes).toBe(16 * MIB)
    for (const body of taken.slice(8)) bodies.release(body)
    expect(bodies.freeBytes).toBeLessThanOrEqual(MIB)
    // Without a collection: they are all in use here.
    expect(full - process.memoryUsage().arrayBuffers).toBeGreaterThanOrEqual(30 * MIB)
  })
})
