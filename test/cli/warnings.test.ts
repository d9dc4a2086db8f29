import { afterEach, describe, expect, it, vi } from 'vitest'
import { onceAMinute } from '../../packages/cli/src/tail/warnings.ts'

afterEach(() => void vi.useRealTimers())

describe('what tail has to say of failures', () => {
  it('is said once a minute', () => {
    vi.useFakeTimers()
    const said: string[] = []
    const say = onceAMinute((text) => said.push(text))
    for (let seconds = 0; seconds < 120; seconds++) {
      say('busy')
      vi.advanceTimersByTime(1_000)
    }
    expect(said).toEqual(['busy', 'busy'])
  })

  it('is a hundred texts a minute at most, whatever the service makes up', () => {
    vi.useFakeTimers()
    const said: string[] = []
    const say = onceAMinute((text) => said.push(text))
    for (let number = 0; number < 10_000; number++) say(`failure ${number}`)
    expect(said).toHaveLength(100)
    vi.advanceTimersByTime(60_000)
    say('failure 10000')
    expect(said.at(-1)).toBe('failure 10000')
  })
})
