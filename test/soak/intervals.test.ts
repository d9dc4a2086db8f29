import { describe, expect, it } from 'vitest'
import { seeded } from '../fixtures/random.mjs'
import { IntervalSet } from './intervals.ts'

describe('a set of intervals', () => {
  it('is one interval for numbers that come in any order, if none is missing', () => {
    const random = seeded(3)
    const numbers = Array.from({ length: 2_000 }, (_, n) => n).sort(() => random() - 0.5)
    const set = new IntervalSet()
    for (const n of numbers) expect(set.add(n)).toBe(true)
    expect([set.size, set.intervals]).toEqual([2_000, 1])
    for (const n of [0, 1_000, 1_999]) expect(set.add(n)).toBe(false)
    expect(set.size).toBe(2_000)
  })

  it('agrees with a plain set, whatever is added and asked', () => {
    const random = seeded(11)
    const set = new IntervalSet()
    const plain = new Set<number>()
    for (let step = 0; step < 800; step++) {
      const n = Math.floor(random() * 500)
      expect(set.add(n)).toBe(!plain.has(n))
      plain.add(n)
      const gone = Math.floor(random() * 500)
      if (step % 2 === 0) set.remove(gone)
      if (step % 2 === 0) plain.delete(gone)
      const other = Math.floor(random() * 500)
      expect(set.has(other)).toBe(plain.has(other))
      const from = Math.floor(random() * 500)
      const to = from + Math.floor(random() * 60)
      const absent = Array.from({ length: to - from }, (_, index) => from + index).filter(
        (m) => !plain.has(m)
      )
      expect(set.missing(from, to)).toEqual({ count: absent.length, first: absent[0] })
    }
    expect(set.size).toBe(plain.size)
  })

  it('misses everything while it is empty, and nothing of an empty range', () => {
    const set = new IntervalSet()
    expect(set.missing(5, 8)).toEqual({ count: 3, first: 5 })
    expect(set.missing(5, 5)).toEqual({ count: 0, first: undefined })
  })
})
