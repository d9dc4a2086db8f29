import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SlidingSum } from '../../../packages/core/src/queue/sliding-sum.ts'

describe('the sum of the last second', () => {
  it('forgets what is older than a second, a tenth at a time', () => {
    const sum = new SlidingSum()
    sum.add(0, 1)
    sum.add(100, 10)
    sum.add(950, 100)
    expect([999, 1_000, 1_099, 1_100, 1_899, 1_900].map((at) => sum.at(at))).toEqual([
      111, 110, 110, 100, 100, 0
    ])
  })

  it('is empty after a long silence', () => {
    const sum = new SlidingSum()
    sum.add(0, 7)
    expect(sum.at(1e9)).toBe(0)
  })

  it('stays as it was until there is a later time', () => {
    const sum = new SlidingSum()
    sum.add(0, 7)
    expect(sum.latest).toBe(7)
    sum.add(5_000, 1)
    expect(sum.latest).toBe(1)
  })

  it('is the sum of what was added in the last ten tenths', () => {
    const amounts = fc.array(fc.record({ afterMs: fc.nat({ max: 400 }), amount: fc.nat({ max: 9 }) }), {
      minLength: 1,
      maxLength: 60
    })
    fc.assert(
      fc.property(amounts, (added) => {
        const sum = new SlidingSum()
        const all: { readonly at: number; readonly amount: number }[] = []
        let now = 0
        for (const { afterMs, amount } of added) {
          now += afterMs
          sum.add(now, amount)
          all.push({ at: now, amount })
          const since = Math.floor(now / 100) - 10
          const expected = all.filter(({ at }) => Math.floor(at / 100) > since)
          expect(sum.latest).toBe(expected.reduce((total, each) => total + each.amount, 0))
        }
      })
    )
  })
})
