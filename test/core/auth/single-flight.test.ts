import { describe, expect, it } from 'vitest'
import { SingleFlight } from '../../../packages/core/src/auth/single-flight.ts'
import { DisCredentialsError } from '../../../packages/core/src/errors.ts'
import { ManualClock } from '../../../packages/core/src/testing.ts'

const HOUR = 3_600_000
const DOWN = new DisCredentialsError('CREDENTIALS_UNAVAILABLE', 'it is down', 'wait')
const NO = new DisCredentialsError('CREDENTIALS_REFUSED', 'wrong password', 'mend it')

/** A question that answers its own number, or fails as the test says. */
function world({ canLock = true } = {}) {
  const clock = new ManualClock()
  const state = { asked: 0, error: undefined as unknown }
  const heard: string[] = []
  const flight = new SingleFlight({
    clock,
    canLock,
    ask: async () => {
      state.asked++
      if (state.error !== undefined) throw state.error
      return state.asked
    },
    failed: ({ reason }) => heard.push(reason)
  })
  /** The times since the start, in ms, at which the question is asked when somebody wants it every 100 ms. */
  async function askedAt(forMs: number): Promise<number[]> {
    const times: number[] = []
    for (let at = 0; at < forMs; at += 100) {
      const before = state.asked
      await flight.ask().catch(() => {})
      if (state.asked > before) times.push(at)
      await clock.advance(100)
    }
    return times
  }
  return { clock, state, heard, flight, askedAt }
}

describe('a single flight', () => {
  it('asks once for all who wait, and again for those who come later', async () => {
    const { flight } = world()
    expect(await Promise.all([flight.ask(), flight.ask(), flight.ask()])).toEqual([1, 1, 1])
    expect(await flight.ask()).toBe(2)
  })

  it('asks ever more rarely while it fails, and at once after an answer', async () => {
    const { state, askedAt } = world()
    state.error = DOWN
    // Three quarters of 1, 2, 4, 8 s: the manual clock's chance is always a half.
    expect(await askedAt(20_000)).toEqual([0, 800, 2_300, 5_300, 11_300])
    state.error = undefined
    await askedAt(20_000)
    state.error = DOWN
    expect(await askedAt(1_000)).toEqual([0, 800])
  })

  it.each([
    ['five minutes', true, 1],
    ['as after any failure where it locks nobody', false, 2]
  ])('waits after a refusal: %s', async (_, canLock, asked) => {
    const { state, askedAt } = world({ canLock })
    state.error = NO
    expect(await askedAt(1_000)).toHaveLength(asked)
  })

  it.each([-HOUR, HOUR])('waits as long when the wall clock jumps by %i ms', async (jump) => {
    for (const [error, pauseMs] of [
      [NO, 300_000],
      [DOWN, 800]
    ] as const) {
      const { clock, state, flight } = world()
      state.error = error
      await expect(flight.ask()).rejects.toBe(error)
      clock.jump(jump)
      await clock.advance(pauseMs - 100)
      await expect(flight.ask()).rejects.toBe(error)
      expect(state.asked).toBe(1)
      await clock.advance(100)
      await expect(flight.ask()).rejects.toBe(error)
      expect(state.asked).toBe(2)
    }
  })

  it('says that it fails once, and again when the reason changes', async () => {
    const { state, heard, askedAt } = world()
    state.error = DOWN
    await askedAt(10_000)
    state.error = NO
    await askedAt(10_000)
    expect(heard).toEqual(['CREDENTIALS_UNAVAILABLE', 'CREDENTIALS_REFUSED'])
  })

  it('turns a bug into an error with a code', async () => {
    const { state, flight } = world()
    state.error = new TypeError('x is not a function')
    await expect(flight.ask()).rejects.toMatchObject({
      reason: 'CREDENTIALS_UNREADABLE',
      message: expect.stringContaining('x is not a function')
    })
  })
})
