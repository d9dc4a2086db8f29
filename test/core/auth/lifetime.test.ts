import { describe, expect, it } from 'vitest'
import { lifetimeOf } from '../../../packages/core/src/auth/lifetime.ts'

const NOW = Date.UTC(2025, 0, 2, 3, 4, 5, 900)
const HOUR = 3_600_000
const dateOf = (ms: number) => new Date(ms).toUTCString()

describe('the lifetime of credentials', () => {
  it.each<[string, string | undefined, number]>([
    ['without a Date header goes by the clock of this machine', undefined, HOUR],
    ['with a Date header that is none goes by the clock of this machine', 'soon', HOUR],
    ['ignores that the Date header has whole seconds', dateOf(NOW), HOUR],
    ['ignores that the answer took a moment', dateOf(NOW - 4_000), HOUR],
    ['is longer where this machine is ahead of the service', dateOf(NOW - 900 - HOUR), 2 * HOUR + 900],
    ['is over where this machine is behind by more', dateOf(NOW - 900 + 2 * HOUR), 900 - HOUR]
  ])('%s', (_, date, expected) => {
    expect(lifetimeOf(NOW + HOUR, date, NOW)).toBe(expected)
  })

  it('is not known without an end', () => {
    expect(lifetimeOf(undefined, dateOf(NOW), NOW)).toBeUndefined()
  })
})
