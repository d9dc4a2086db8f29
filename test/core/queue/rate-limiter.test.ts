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

/** Sends as the batcher does, up to 500 a request, and counts per second what was taken and what was not. */
function run(partition: Service, { seconds, latencyMs = 1, offeredPerSecond, at }: Options) {
  const pacer = new RateLimiter()
  const answers: { at: number; sentAt: number; taken: number; throttled: number }[] = []
  const perSecond = Array.from({ length: seconds }, () => ({ taken: 0, throttled: 0 }))
  let waiting = 0
  // The window starts with one request and grows with each clean answer.
  let window = 1
  let opensAt = 0
  for (let now = 0; now < seconds * 1_000; now++) {
    if (now % 1_000 === 0) at?.(now / 1_000)
    waiting += offeredPerSecond / 1_000
    while (answers[0] !== undefined && answers[0].at <= now) {
      const { taken, throttled, sentAt } = answers.shift() ?? { taken: 0, throttled: 0, sentAt: 0 }
      waiting += throttled
      pacer.answered(now, taken, throttled, sentAt)
      if (throttled === 0) window = Math.min(8, window + 1)
      if (throttled > 0) opensAt = Math.max(opensAt, pacer.readyAt(now))
    }
    const budget = now < opensAt ? 0 : pacer.budget(now)
    if (budget <= 0 || waiting < 1 || answers.length >= window) continue
    const units = Math.min(500, Math.floor(waiting), Math.ceil(budget))
    waiting -= units
    pacer.sent(units, waiting >= 1)
    if (units >= budget) opensAt = pacer.readyAt(now)
    const taken = partition.take(now, units)
    const second = perSecond[Math.floor(now / 1_000)]
    if (second !== undefined) {
      second.taken += taken
      second.throttled += units - taken
    }
    answers.push({ at: now + latencyMs, sentAt: now, taken, throttled: units - taken })
  }
  const sum = (from: number, to = seconds) =>
    perSecond.slice(from, to).reduce(
      (total, { taken, throttled }) => ({
        taken: total.taken + taken,
        throttled: total.throttled + throttled
      }),
      { taken: 0, throttled: 0 }
    )
  return { pacer, perSecond, sum }
}

describe('the pacer', () => {
  it('sets no limit where nothing is throttled', () => {
    const { pacer, sum } = run(new Limited(1_000), { seconds: 10, offeredPerSecond: 900 })
    expect(pacer.isLimited).toBe(false)
    expect(sum(0)).toMatchObject({ throttled: 0 })
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
      const { sum } = run(new Limited(limit), { seconds: 30, latencyMs, offeredPerSecond: limit * overload })
      const { taken, throttled } = sum(0)
      expect(taken / (30 * limit)).toBeGreaterThan(0.95)
      expect(throttled / (taken + throttled)).toBeLessThan(0.1)
      // Once it has learned.
      const later = sum(5)
      expect(later.throttled / (later.taken + later.throttled)).toBeLessThan(0.05)
    }
  )

  it('finds a limit that was raised within ten seconds, and one that was lowered', () => {
    const partition = new Limited(1_000)
    const { perSecond, sum } = run(partition, {
      seconds: 60,
      offeredPerSecond: 5_000,
      at: (second) => {
        if (second === 20) partition.perSecond = 2_000
        if (second === 40) partition.perSecond = 500
      }
    })
    expect(perSecond.slice(20, 30).some(({ taken }) => taken >= 1_800)).toBe(true)
    expect(sum(31, 40).taken / 9 / 2_000).toBeGreaterThan(0.93)
    const lowered = sum(45)
    expect(lowered.taken / 15 / 500).toBeGreaterThan(0.93)
    expect(lowered.throttled / (lowered.taken + lowered.throttled)).toBeLessThan(0.1)
  })

  it('shares a limit with another producer, without starving', () => {
    const partition = new Limited(1_000)
    const other = new Limited(1_000)
    // Another producer takes a fixed half of it.
    const shared: Service = {
      take: (now, units) => {
        partition.take(now, other.take(now, 0) + 0.5)
        return partition.take(now, units)
      }
    }
    const { sum } = run(shared, { seconds: 20, offeredPerSecond: 5_000 })
    expect(sum(5).taken / 15).toBeGreaterThan(400)
  })

  /** Paced since 0 ms, at what it took in the second before. */
  function paced(perSecond: number, slowest?: number): RateLimiter {
    const pacer = new RateLimiter(
      slowest === undefined ? undefined : { partitions: 1, slowest, tolerated: 0 }
    )
    for (let at = -900; at < 0; at += 100) pacer.answered(at, perSecond / 10, 0, at)
    pacer.answered(0, perSecond / 10, 1, 0)
    return pacer
  }

  it('does not take little traffic for a low limit', () => {
    const pacer = paced(2_000)
    const before = pacer.perSecond
    // Nothing to send for a second; then some, and one record in twenty is too many.
    pacer.answered(1_600, 19, 1, 1_599)
    expect(pacer.perSecond).toBeGreaterThan(before * 0.9)
    expect(pacer.perSecond).toBeLessThan(before)
  })

  it('falls by half at most from one answer to the next', () => {
    const pacer = paced(2_000)
    const before = pacer.perSecond
    pacer.answered(1_600, 0, 1, 1_599)
    expect(pacer.perSecond).toBeGreaterThan(before * 0.45)
  })

  it('does not hold answers against the new pace that are about the old one', () => {
    const pacer = paced(2_000)
    const before = pacer.perSecond
    pacer.answered(700, 0, 500, -1)
    expect(pacer.perSecond).toBe(before)
    pacer.answered(800, 0, 500, 1)
    expect(pacer.perSecond).toBeLessThan(before)
  })

  it('keeps to the floor that it is given, which for unknown partitions is a high one', () => {
    for (const [pacer, floor] of [
      [paced(2_000), 5],
      [paced(2_000, 250), 250]
    ] as const) {
      for (let at = 1; at < 12_000; at += 600) pacer.answered(at + 599, 0, 50, at)
      expect(pacer.perSecond).toBeGreaterThanOrEqual(floor)
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
      const { sum } = run(moody, { seconds: 30, offeredPerSecond: 3_000 })
      // Far from a crawl: with 0.9 each record is sent ten times on average.
      expect(sum(0).taken / 30).toBeGreaterThan(share === 0.9 ? 150 : 1_000)
    }
  )
})
