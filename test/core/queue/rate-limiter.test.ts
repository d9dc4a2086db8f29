import { describe, expect, it } from 'vitest'
import { Partitions } from '../../../packages/core/src/queue/partition.ts'
import { RateLimiter } from '../../../packages/core/src/queue/rate-limiter.ts'
import { seeded } from '../../fixtures/random.mjs'

interface Service {
  /** Units that it takes of those that are sent. */
  take(now: number, units: number): number
}

/** A partition as the service limits it: a rate, and a second's worth that may be used at once. */
class Limited implements Service {
  perSecond: number
  #tokens: number
  #at = 0

  constructor(perSecond: number) {
    this.perSecond = perSecond
    this.#tokens = perSecond
  }

  take(now: number, units: number): number {
    this.#tokens = Math.min(this.perSecond, this.#tokens + ((now - this.#at) * this.perSecond) / 1_000)
    this.#at = now
    const taken = Math.min(units, Math.floor(this.#tokens))
    this.#tokens -= taken
    return taken
  }
}

interface Options {
  readonly seconds: number
  readonly latencyMs?: number
  /** Records that wait for their turn arrive at this rate. */
  readonly offeredPerSecond: number
  readonly at?: (second: number) => void
}

/** A producer that sends as the batcher does, up to 500 a request. */
class Sending {
  readonly limiter = new RateLimiter()
  readonly #partition: Service
  readonly #options: Options
  readonly #answers: { at: number; sentAt: number; taken: number; throttled: number }[] = []
  /** What was taken and what was not in each second. */
  readonly perSecond: { taken: number; throttled: number }[]
  #waiting = 0
  // The limit of requests starts with one and grows with each clean answer.
  #requests = 1
  #blockedUntil = 0

  constructor(partition: Service, options: Options) {
    this.#partition = partition
    this.#options = options
    this.perSecond = Array.from({ length: options.seconds }, () => ({ taken: 0, throttled: 0 }))
  }

  /** To be called for each ms. */
  step(now: number): void {
    const { limiter } = this
    const { latencyMs = 1, offeredPerSecond } = this.#options
    this.#waiting += offeredPerSecond / 1_000
    this.#takeAnswers(now)
    const budget = now < this.#blockedUntil ? 0 : limiter.budget(now)
    if (budget <= 0 || this.#waiting < 1 || this.#answers.length >= this.#requests) return
    const units = Math.min(500, Math.floor(this.#waiting), Math.ceil(budget))
    this.#waiting -= units
    limiter.sent(units, this.#waiting >= 1)
    if (units >= budget) this.#blockedUntil = limiter.readyAt(now)
    const taken = this.#partition.take(now, units)
    const second = this.perSecond[Math.floor(now / 1_000)]
    if (second !== undefined) {
      second.taken += taken
      second.throttled += units - taken
    }
    this.#answers.push({ at: now + latencyMs, sentAt: now, taken, throttled: units - taken })
  }

  /** Units from one second to another. */
  sum(from: number, to: number = this.#options.seconds): { taken: number; throttled: number } {
    const total = { taken: 0, throttled: 0 }
    for (const { taken, throttled } of this.perSecond.slice(from, to)) {
      total.taken += taken
      total.throttled += throttled
    }
    return total
  }

  #takeAnswers(now: number): void {
    for (let answer = this.#answers[0]; answer !== undefined && answer.at <= now; answer = this.#answers[0]) {
      this.#answers.shift()
      const { taken, throttled, sentAt } = answer
      this.#waiting += throttled
      this.limiter.answered(now, taken, throttled, sentAt)
      if (throttled === 0) this.#requests = Math.min(8, this.#requests + 1)
      else this.#blockedUntil = Math.max(this.#blockedUntil, this.limiter.readyAt(now))
    }
  }
}

/** Lets a producer send for some seconds. */
function run(partition: Service, options: Options): Sending {
  const sending = new Sending(partition, options)
  for (let now = 0; now < options.seconds * 1_000; now++) {
    if (now % 1_000 === 0) options.at?.(now / 1_000)
    sending.step(now)
  }
  return sending
}

describe('the rate limiter', () => {
  it('sets no limit where nothing is throttled', () => {
    const sending = run(new Limited(1_000), { seconds: 10, offeredPerSecond: 900 })
    expect(sending.limiter.isLimited).toBe(false)
    expect(sending.sum(0)).toMatchObject({ throttled: 0 })
  })

  it.each([
    [1.1, 1],
    [2, 1],
    [5, 1],
    [10, 1],
    [5, 50],
    [5, 300],
    [10, 300]
  ])(
    'fills a partition at %d times its limit and %d ms, and is rarely turned away',
    (overload, latencyMs) => {
      const limit = 1_000
      const options = { seconds: 30, latencyMs, offeredPerSecond: limit * overload }
      const sending = run(new Limited(limit), options)
      const { taken, throttled } = sending.sum(0)
      expect(taken / (30 * limit)).toBeGreaterThan(0.95)
      expect(throttled / (taken + throttled)).toBeLessThan(0.1)
      // Once it has learned.
      const later = sending.sum(5)
      expect(later.throttled / (later.taken + later.throttled)).toBeLessThan(0.05)
    }
  )

  it('finds a limit that was raised within ten seconds, and one that was lowered', () => {
    const partition = new Limited(1_000)
    const sending = run(partition, {
      seconds: 60,
      offeredPerSecond: 5_000,
      at: (second) => {
        if (second === 20) partition.perSecond = 2_000
        if (second === 40) partition.perSecond = 500
      }
    })
    expect(sending.perSecond.slice(20, 30).some(({ taken }) => taken >= 1_800)).toBe(true)
    expect(sending.sum(31, 40).taken / 9 / 2_000).toBeGreaterThan(0.93)
    const lowered = sending.sum(45)
    expect(lowered.taken / 15 / 500).toBeGreaterThan(0.93)
    expect(lowered.throttled / (lowered.taken + lowered.throttled)).toBeLessThan(0.1)
  })

  it.each([0, 10])(
    'fills a limit together with a producer that comes %d s later, and neither starves',
    (later) => {
      const partition = new Limited(1_000)
      const options = { seconds: 60, offeredPerSecond: 5_000, latencyMs: 20 }
      const [first, second] = [new Sending(partition, options), new Sending(partition, options)]
      for (let now = 0; now < 60_000; now++) {
        first.step(now)
        if (now >= later * 1_000) second.step(now)
      }
      const both = [first.sum(20), second.sum(20)]
      expect(both.reduce((sum, { taken }) => sum + taken, 0) / 40).toBeGreaterThan(930)
      for (const { taken, throttled } of both) {
        // Not a fair part: steps are shares of a rate, so the one that came first keeps most of it.
        expect(taken / 40).toBeGreaterThan(100)
        expect(throttled / (taken + throttled)).toBeLessThan(0.1)
      }
    }
  )

  /** Paced since 0 ms, at what it took in the second before. */
  function paced(perSecond: number, slowest?: number): RateLimiter {
    const limiter = new RateLimiter(
      slowest === undefined ? undefined : { partitions: 1, slowest, tolerated: 0 }
    )
    for (let at = -900; at < 0; at += 100) limiter.answered(at, perSecond / 10, 0, at)
    limiter.answered(0, perSecond / 10, 1, 0)
    return limiter
  }

  it('does not take little traffic for a low limit', () => {
    const limiter = paced(2_000)
    const before = limiter.perSecond
    // Nothing to send for a second; then some, and one record in twenty is too many.
    limiter.answered(1_600, 19, 1, 1_599)
    expect(limiter.perSecond).toBeGreaterThan(before * 0.9)
    expect(limiter.perSecond).toBeLessThan(before)
  })

  it('falls by half at most from one answer to the next', () => {
    const limiter = paced(2_000)
    const before = limiter.perSecond
    limiter.answered(1_600, 0, 1, 1_599)
    expect(limiter.perSecond).toBeGreaterThan(before * 0.45)
  })

  it('does not hold answers against the new pace that are about the old one', () => {
    const limiter = paced(2_000)
    const before = limiter.perSecond
    limiter.answered(700, 0, 500, -1)
    expect(limiter.perSecond).toBe(before)
    limiter.answered(800, 0, 500, 1)
    expect(limiter.perSecond).toBeLessThan(before)
  })

  it('keeps to the floor that it is given, which for unknown partitions is a high one', () => {
    for (const [limiter, floor] of [
      [paced(2_000), 5],
      [paced(2_000, 250), 250]
    ] as const) {
      for (let at = 1; at < 12_000; at += 600) limiter.answered(at + 599, 0, 50, at)
      expect(limiter.perSecond).toBeGreaterThanOrEqual(floor)
    }
    const partitions = new Partitions()
    expect(partitions.at(0).rate.slowest).toBe(250)
    const known = partitions.named('shardId-0000000000')
    expect(known.rate.slowest).toBe(5)
    // A quarter of what the stream takes.
    known.taken.add(0, 2_000)
    expect(partitions.at(0).rate.slowest).toBe(500)
  })

  it.each([0.2, 0.3, 0.5, 0.9])(
    'is not fooled by failures that have nothing to do with the pace: %d of all',
    (share) => {
      const random = seeded(6)
      const moody: Service = {
        take: (_, units) => Array.from({ length: units }, random).filter((value) => value >= share).length
      }
      const sending = run(moody, { seconds: 30, offeredPerSecond: 3_000 })
      // Far from a crawl: with 0.9 each record is sent ten times on average.
      expect(sending.sum(0).taken / 30).toBeGreaterThan(share === 0.9 ? 150 : 1_000)
    }
  )
})
