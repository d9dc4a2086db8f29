import { describe, expect, it } from 'vitest'
import type { Provided } from '../../../packages/core/src/auth/provider.ts'
import { RenewingCredentials } from '../../../packages/core/src/auth/renewing.ts'
import { DisCredentialsError } from '../../../packages/core/src/errors.ts'
import type { WarningEvent } from '../../../packages/core/src/report/events.ts'
import { ManualClock } from '../../../packages/core/src/testing.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

const down = () => new DisCredentialsError('CREDENTIALS_UNAVAILABLE', 'it is down', 'wait')
const refusal = () => new DisCredentialsError('CREDENTIALS_REFUSED', 'wrong password', 'mend it')

/** A source that answers when the test says so. */
function world(lifetimeMs: number | null = HOUR, canLock = true) {
  const clock = new ManualClock()
  const warnings: WarningEvent[] = []
  const state = { asked: 0, error: undefined as DisCredentialsError | undefined, token: '' }
  let hold: Promise<void> | undefined
  const source = new RenewingCredentials({
    clock,
    warn: (event) => warnings.push(event),
    provider: {
      canLock,
      async provide(): Promise<Provided> {
        state.asked++
        await hold
        if (state.error !== undefined) throw state.error
        return {
          credentials: { token: state.token || `T${state.asked}` },
          endsAt: undefined,
          lifetimeMs: lifetimeMs ?? undefined,
          projectId: 'p'
        }
      },
      close: async () => {}
    }
  })
  const holdUp = () => {
    let release = () => {}
    hold = new Promise((resolve) => {
      release = resolve
    })
    return () => {
      hold = undefined
      release()
    }
  }
  return { clock, warnings, state, source, holdUp }
}

describe('credentials that end', () => {
  it('are asked for once, however many requests wait for them', async () => {
    const { source, state, holdUp } = world()
    const release = holdUp()
    const all = Array.from({ length: 100 }, () => source.get())
    release()
    expect(new Set(await Promise.all(all))).toEqual(new Set([{ token: 'T1' }]))
    expect(state.asked).toBe(1)
  })

  it.each([
    ['40 minutes before the end of a day', 24 * HOUR, 24 * HOUR - 40 * MINUTE],
    ['a tenth before the end of an hour', HOUR, 54 * MINUTE]
  ])('are renewed %s, while requests go on with the old ones', async (_, lifetime, renewAfter) => {
    const { source, state, clock, holdUp } = world(lifetime)
    await source.get()
    await clock.advance(renewAfter - 1)
    expect(await source.get()).toEqual({ token: 'T1' })
    expect(state.asked).toBe(1)
    await clock.advance(1)
    const release = holdUp()
    expect(await Promise.all([source.get(), source.get()])).toEqual([{ token: 'T1' }, { token: 'T1' }])
    expect(state.asked).toBe(2)
    release()
    await clock.advance(0)
    expect(await source.get()).toEqual({ token: 'T2' })
    expect(state.asked).toBe(2)
  })

  it('are used to their end if they cannot be renewed, and one warning says until when', async () => {
    const { source, state, clock, warnings } = world(HOUR)
    await source.get()
    state.error = down()
    for (let minute = 0; minute < 59; minute++) {
      await clock.advance(MINUTE)
      expect(await source.get()).toEqual({ token: 'T1' })
    }
    expect(warnings).toMatchObject([
      {
        code: 'CREDENTIALS_UNAVAILABLE',
        message: expect.stringMatching(/it is down.*used until 2025-01-02T04/)
      }
    ])
    await clock.advance(MINUTE)
    await expect(source.get()).rejects.toThrow('it is down')
    state.error = undefined
    await clock.advance(MINUTE)
    expect(await source.get()).toEqual({ token: `T${state.asked}` })
  })

  it('are not asked for all the time while that fails', async () => {
    const { source, state, clock } = world()
    state.error = down()
    for (let second = 0; second < 600; second++) {
      await source.get().catch(() => {})
      await clock.advance(1_000)
    }
    // 1, 2, 4 … s, and then once a minute.
    expect(state.asked).toBeGreaterThan(10)
    expect(state.asked).toBeLessThan(22)
  })

  it('are asked for every five minutes where the answer is no, since that can lock an account', async () => {
    const { source, state, clock, warnings } = world()
    state.error = refusal()
    for (let second = 0; second < 900; second++) {
      await expect(source.get()).rejects.toMatchObject({ reason: 'CREDENTIALS_REFUSED', cure: 'mend it' })
      await expect(source.refresh()).rejects.toThrow(DisCredentialsError)
      await clock.advance(1_000)
    }
    expect(state.asked).toBe(3)
    expect(warnings).toHaveLength(1)
  })

  it('are asked for like after any failure where a no locks nobody', async () => {
    const { source, state, clock } = world(HOUR, false)
    state.error = refusal()
    await expect(source.get()).rejects.toThrow(DisCredentialsError)
    state.error = undefined
    await clock.advance(1_000)
    expect(await source.get()).toEqual({ token: 'T2' })
  })

  it('that are over when they come are tried all the same: the clock here may be wrong', async () => {
    const { source, state, clock } = world(-HOUR)
    expect(await source.get()).toEqual({ token: 'T1' })
    await clock.advance(5_000)
    expect(await source.get()).toEqual({ token: 'T1' })
    await clock.advance(6_000)
    expect(await source.get()).toEqual({ token: 'T2' })
    expect(state.asked).toBe(2)
  })

  it('of which nobody says when they end are kept', async () => {
    const { source, state, clock } = world(null)
    await source.get()
    await clock.advance(365 * 24 * HOUR)
    expect(await source.get()).toEqual({ token: 'T1' })
    expect(state.asked).toBe(1)
  })

  it('know the project that came with them, and no other', async () => {
    const { source } = world()
    const held = await source.get()
    expect(source.projectOf(held)).toBe('p')
    expect(source.projectOf({ token: 'T1' })).toBeUndefined()
  })
})

describe('refused credentials', () => {
  it('are replaced at once, and once for all the requests that were refused with them', async () => {
    const { source, state } = world()
    const held = await source.get()
    const refreshed = Array.from({ length: 8 }, () => {
      source.refused(held)
      return source.refresh()
    })
    expect(await Promise.all(refreshed)).toEqual(Array(8).fill(true))
    expect(state.asked).toBe(2)
    // An answer that comes late is about the old ones.
    source.refused(held)
    expect(await source.refresh()).toBe(true)
    expect(state.asked).toBe(2)
    expect(await source.get()).toEqual({ token: 'T2' })
  })

  it('of which there are no others are not called new', async () => {
    const { source, state } = world()
    state.token = 'SAME'
    const held = await source.get()
    for (let times = 0; times < 3; times++) {
      source.refused(held)
      expect(await source.refresh()).toBe(false)
      expect(await source.get()).toBe(held)
    }
  })
})
