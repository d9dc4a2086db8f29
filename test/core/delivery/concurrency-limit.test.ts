import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ConcurrencyLimit } from '../../../packages/core/src/delivery/concurrency-limit.ts'

const POLICY = { maxConcurrency: 8, baseMs: 100, maxMs: 30_000 }

/** A limit after so many successes. */
function grown(successes: number): ConcurrencyLimit {
  const limit = new ConcurrencyLimit(POLICY)
  for (let success = 0; success < successes; success++) limit.succeeded()
  return limit
}

describe('the concurrency limit', () => {
  it('starts with one request and grows by one with each success, up to the maximum', () => {
    expect([0, 1, 2, 6, 7, 8, 100].map((successes) => grown(successes).limit)).toEqual([1, 2, 3, 7, 8, 8, 8])
  })

  it('has room below the limit only', () => {
    const limit = grown(1)
    const first = limit.start(0, 1)
    expect(limit.room(0, 1_000).isFree).toBe(true)
    limit.start(0, 1)
    expect(limit.room(0, 1_000).isFree).toBe(false)
    limit.end(first)
    expect(limit.inFlight).toBe(1)
    expect(limit.room(0, 1_000).isFree).toBe(true)
  })

  it('is halved by a failure, and then grows by one in a round trip', () => {
    const limit = grown(8)
    limit.failed(1_010, 1, 0)
    expect(limit.limit).toBe(4)
    limit.succeeded()
    expect(limit.limit).toBe(4)
    for (let success = 0; success < 4; success++) limit.succeeded()
    expect(limit.limit).toBe(5)
  })

  it('waits longer after each failure in a row, and briefly again after a success', () => {
    const limit = grown(0)
    const waits = [0, 0, 0].map(() => {
      limit.failed(0, 1, 0)
      return limit.pausedUntil
    })
    expect(waits).toEqual([100, 200, 400])
    limit.succeeded()
    limit.failed(1_000, 1, 0)
    expect(limit.pausedUntil).toBe(1_100)
  })

  it('waits at least as long as the service asked for, but no longer than there is time at the end', () => {
    const limit = grown(0)
    limit.failed(10, 0, 7_000)
    expect(limit.pausedUntil).toBe(7_010)
    limit.failed(10, 1, 0, 50)
    expect(limit.pausedUntil).toBe(60)
    limit.failed(10, 0, 7_000, 50)
    expect(limit.pausedUntil).toBe(60)
  })

  it('knows requests that failed together with another, also within the same millisecond', () => {
    const limit = grown(8)
    const [first, second] = [limit.start(0, 1), limit.start(0, 1)]
    expect(limit.isFirstFailure(first)).toBe(true)
    limit.failed(1_000, 1, 0)
    expect(limit.isFirstFailure(second)).toBe(false)
    expect(limit.isFirstFailure(limit.start(0, 1))).toBe(true)
  })

  it('sends one request at a time after a pause, and knows those from before it', () => {
    const limit = grown(8)
    const before = limit.start(0, 1)
    limit.pause(5_000)
    expect(limit).toMatchObject({ limit: 1, pausedUntil: 5_000, failures: 0 })
    expect(limit.isFirstFailure(before)).toBe(false)
  })

  it('ends a wait, and begins with short ones again', () => {
    const limit = grown(0)
    for (let failure = 0; failure < 6; failure++) limit.failed(0, 1, 0)
    limit.endWait()
    expect(limit).toMatchObject({ pausedUntil: 0, failures: 0 })
    limit.failed(0, 1, 0)
    expect(limit.pausedUntil).toBe(100)
  })

  it('stays between one and the maximum, whatever happens', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('succeeded', 'failed', 'pause'), { maxLength: 100 }),
        (happenings) => {
          const limit = new ConcurrencyLimit(POLICY)
          for (const happening of happenings) {
            if (happening === 'succeeded') limit.succeeded()
            else if (happening === 'failed') limit.failed(0, 0.5, 0)
            else limit.pause(0)
            expect(limit.limit).toBeGreaterThanOrEqual(1)
            expect(limit.limit).toBeLessThanOrEqual(POLICY.maxConcurrency)
          }
        }
      )
    )
  })
})

describe('a request that is late', () => {
  /** A limit of one that has seen a success. */
  function narrow(): ConcurrencyLimit {
    const limit = grown(1)
    limit.failed(0, 0, 0)
    return limit
  }

  it('gives its place away, and each further one waits twice as long for that', () => {
    const limit = narrow()
    const startedAt: number[] = []
    for (let now = 0; now < 30_000; now += 100) {
      if (!limit.room(now, 1_000).isFree) continue
      startedAt.push(now)
      limit.start(now, 1)
    }
    expect(startedAt).toEqual([0, 1_000, 3_000, 7_000, 15_000])
  })

  it('has its place back when it is answered', () => {
    const limit = narrow()
    const late = limit.start(0, 1)
    const second = limit.start(1_000, 1)
    expect(limit.room(1_500, 1_000)).toEqual({ isFree: false, nextLateAt: 3_000, lateBytes: 1 })
    limit.end(late)
    expect(limit.room(1_500, 1_000)).toEqual({ isFree: false, nextLateAt: 2_000, lateBytes: 0 })
    limit.end(second)
    expect(limit.room(1_500, 1_000)).toMatchObject({ isFree: true, nextLateAt: Number.POSITIVE_INFINITY })
  })

  it('says when there is something new to know, and which bodies hold no other back', () => {
    const limit = narrow()
    limit.start(500, 70)
    expect(limit.room(1_000, 1_000)).toEqual({ isFree: false, nextLateAt: 1_500, lateBytes: 0 })
    expect(limit.room(1_500, 1_000)).toEqual({
      isFree: true,
      nextLateAt: Number.POSITIVE_INFINITY,
      lateBytes: 70
    })
  })

  it('never lets more be in flight than the maximum', () => {
    const limit = grown(8)
    for (let request = 0; request < 8; request++) limit.start(0, 1)
    expect(limit.room(1e9, 1_000)).toMatchObject({ isFree: false, nextLateAt: Number.POSITIVE_INFINITY })
  })

  it('gives one place away before the first success, and none of its own time while credentials are refused', () => {
    const limit = grown(0)
    const first = limit.start(0, 1)
    expect(limit.room(1_000, 1_000).isFree).toBe(true)
    limit.start(1_000, 1)
    expect(limit.room(1e9, 1_000).isFree).toBe(false)
    limit.end(first)
    limit.pause(0)
    // The second one is from before the refusal.
    expect(limit.room(1e9, 1_000).isFree).toBe(true)
    limit.start(1e9, 1)
    expect(limit.room(2e9, 1_000).isFree).toBe(false)
    limit.succeeded()
    expect(limit.room(2e9, 1_000).isFree).toBe(true)
  })
})
