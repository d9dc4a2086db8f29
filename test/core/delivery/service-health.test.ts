import { describe, expect, it } from 'vitest'
import { ServiceHealth } from '../../../packages/core/src/delivery/service-health.ts'
import type { ServiceVerdict } from '../../../packages/core/src/delivery/verdict.ts'
import { ManualClock } from '../../../packages/core/src/testing.ts'

const PROBE_MS = 300_000
const ACCEPTED: ServiceVerdict = { kind: 'accepted', isAuthenticated: true }
const FACTS = { code: 'HTTP 503', message: 'busy', cure: 'wait' }

const failed = ({ isSlow = false, waitMs = 0 } = {}): ServiceVerdict => ({
  kind: 'failed',
  isSlow,
  waitMs,
  ...FACTS
})
const unauthorized = (serverDate?: string): ServiceVerdict => ({
  kind: 'unauthorized',
  serverDate,
  code: 'APIGW.0301',
  message: 'no',
  cure: 'renew'
})

/** How long it takes until other credentials are there, if they can be. */
interface Options {
  readonly refresh?: () => Promise<boolean>
  readonly wrongMs?: number
}

function healthOf({ refresh = async () => false, wrongMs = 0 }: Options = {}) {
  const clock = new ManualClock(0, () => 1)
  const warnings: string[] = []
  const health = new ServiceHealth({
    clock,
    policy: { maxConcurrency: 8, baseMs: 100, maxMs: 30_000, probeIntervalMs: PROBE_MS },
    credentials: { refresh },
    correctClock: (date) => (date === undefined ? 0 : wrongMs),
    warn: ({ code }) => warnings.push(code)
  })
  /** A request, and what its answer says. */
  const request = async (verdict: ServiceVerdict): Promise<void> => {
    const flight = health.start(1)
    health.end(flight)
    await health.apply(verdict, flight)
  }
  return { clock, health, warnings, request }
}

describe('a service that works', () => {
  it('gets more requests at once with each answer', async () => {
    const { health, request } = healthOf()
    for (let time = 0; time < 3; time++) await request(ACCEPTED)
    expect(health).toMatchObject({ limit: 4, pausedUntil: 0, inFlight: 0 })
    expect(health.room(0).isFree).toBe(true)
  })
})

describe('a service that fails', () => {
  it('is left alone longer each time, and warned of at the third failure in a row', async () => {
    const { health, request, warnings } = healthOf()
    const waits: number[] = []
    const told: number[] = []
    for (let time = 0; time < 4; time++) {
      await request(failed())
      waits.push(health.pausedUntil)
      told.push(warnings.length)
    }
    expect(waits).toEqual([100, 200, 400, 800])
    expect(told).toEqual([0, 0, 1, 1])
  })

  it('counts requests that failed together once', async () => {
    const { health, request } = healthOf()
    for (let time = 0; time < 7; time++) await request(ACCEPTED)
    const flights = Array.from({ length: 8 }, () => health.start(1))
    for (const flight of flights) await health.apply(failed(), flight)
    expect(health).toMatchObject({ limit: 4, pausedUntil: 100 })
  })

  it('is left alone for as long as it asks', async () => {
    const { health, request } = healthOf()
    await request(failed({ waitMs: 7_000 }))
    expect(health.pausedUntil).toBe(7_000)
  })

  it('is left alone for half a minute where the fault lasts minutes, and told at once', async () => {
    const { health, request, warnings } = healthOf()
    await request(failed({ isSlow: true }))
    expect(health.pausedUntil).toBe(30_000)
    expect(warnings).toEqual(['HTTP 503'])
  })
})

describe('a service that does not answer', () => {
  /** When a request is late, after one that took `ms`. */
  async function lateAfter(ms: number, isEnding: boolean): Promise<number> {
    const { clock, health } = healthOf()
    const flight = health.start(1)
    await clock.advance(ms)
    health.end(flight)
    await health.apply(ACCEPTED, flight)
    const startedAt = clock.monotonic()
    health.start(1)
    if (isEnding) health.endWaits()
    return health.room(startedAt).nextLateAt - startedAt
  }

  it('is late after a second, or after three times what an answer takes if that is more', async () => {
    expect([await lateAfter(5, false), await lateAfter(2_000, false)]).toEqual([1_000, 6_000])
  })

  it('is late sooner at the end, and after a second at the latest', async () => {
    expect([await lateAfter(5, true), await lateAfter(200, true), await lateAfter(2_000, true)]).toEqual([
      250, 600, 1_000
    ])
  })
})

describe('a service that refuses the credentials', () => {
  it('is asked soon, then rarely: one warning, and a probe each interval', async () => {
    const { clock, health, request, warnings } = healthOf()
    const waits: number[] = []
    for (let time = 0; time < 4; time++) {
      await request(unauthorized())
      waits.push(health.pausedUntil - clock.monotonic())
      await clock.advance(waits.at(-1) ?? 0)
    }
    expect(waits).toEqual([1_000, 2_000, PROBE_MS, PROBE_MS])
    expect(warnings).toEqual(['APIGW.0301'])
    expect(health.limit).toBe(1)
    await request(ACCEPTED)
    await request(unauthorized())
    expect(health.pausedUntil - clock.monotonic()).toBe(1_000)
  })

  it('is asked at once with other credentials, and not at all while they are looked for', async () => {
    let found = (_: boolean): void => {}
    const refresh = () =>
      new Promise<boolean>((resolve) => {
        found = resolve
      })
    const { health, request } = healthOf({ refresh })
    const answered = request(unauthorized())
    expect(health.pausedUntil).toBe(Number.POSITIVE_INFINITY)
    found(true)
    await answered
    expect(health.pausedUntil).toBe(0)
  })

  it('is asked again also if the search for other credentials fails', async () => {
    const { health, request } = healthOf({
      refresh: async () => {
        throw new Error('no network')
      }
    })
    await request(unauthorized())
    expect(health.pausedUntil).toBe(1_000)
  })

  it('counts requests that were refused together once', async () => {
    const { health, request, warnings } = healthOf()
    for (let time = 0; time < 7; time++) await request(ACCEPTED)
    const flights = Array.from({ length: 8 }, () => health.start(1))
    await Promise.all(flights.map((flight) => health.apply(unauthorized(), flight)))
    expect(health.pausedUntil).toBe(1_000)
    expect(warnings).toEqual([])
  })

  it('may only mean that the clock is wrong: that is mended once, and the request goes again at once', async () => {
    const { health, request, warnings } = healthOf({ wrongMs: 3_600_000 })
    await request(unauthorized('a date'))
    expect([health.pausedUntil, warnings]).toEqual([0, ['CLOCK']])
    await request(unauthorized('a date'))
    expect([health.pausedUntil, warnings]).toEqual([1_000, ['CLOCK']])
    await request(ACCEPTED)
    await request(unauthorized('a date'))
    expect(warnings).toEqual(['CLOCK', 'CLOCK'])
  })
})

describe('the end of waits', () => {
  it('lets the next request start, and keeps later waits short until it is over', async () => {
    const { health, request } = healthOf()
    for (let time = 0; time < 6; time++) await request(failed())
    const calmDown = health.endWaits()
    expect(health.pausedUntil).toBe(0)
    for (let time = 0; time < 6; time++) await request(failed())
    expect(health.pausedUntil).toBe(1_000)
    calmDown()
    await request(failed())
    expect(health.pausedUntil).toBe(6_400)
  })

  it('does not end that of an open circuit breaker', async () => {
    const { health, request } = healthOf()
    for (let time = 0; time < 3; time++) await request(unauthorized())
    health.endWaits()
    expect(health.pausedUntil).toBe(PROBE_MS)
  })

  it('does not end the search for credentials', async () => {
    const { health, request } = healthOf({ refresh: () => new Promise(() => {}) })
    void request(unauthorized())
    health.endWaits()
    expect(health.pausedUntil).toBe(Number.POSITIVE_INFINITY)
  })
})
