import { describe, expect, it } from 'vitest'
import { chance, shuffled } from '../../bench/measure/chance.mjs'
import { medianInterval } from '../../bench/measure/interval.mjs'

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1)

describe('the interval of a median', () => {
  it('has the ends of the table for the sign test', () => {
    // Ranks from the usual tables, for 95 %: the 2nd of 9, the 6th of 20, the 10th of 30 and the 14th of 40, from both sides.
    expect(medianInterval(upTo(9))).toEqual({ median: 5, low: 2, high: 8 })
    expect(medianInterval(upTo(20))).toEqual({ median: 10.5, low: 6, high: 15 })
    expect(medianInterval(upTo(30))).toEqual({ median: 15.5, low: 10, high: 21 })
    expect(medianInterval(upTo(40))).toEqual({ median: 20.5, low: 14, high: 27 })
    // For 99 %: the 4th of 20.
    expect(medianInterval(upTo(20), 0.99)).toEqual({ median: 10.5, low: 4, high: 17 })
  })

  it('has no ends while chance alone puts all values on one side too often', () => {
    expect(medianInterval(upTo(5))).toEqual({ median: 3, low: Number.NaN, high: Number.NaN })
    expect(medianInterval(upTo(6))).toEqual({ median: 3.5, low: 1, high: 6 })
    expect(medianInterval([])).toEqual({ median: Number.NaN, low: Number.NaN, high: Number.NaN })
  })

  it('holds the true median at least as often as it says, whatever the distribution', () => {
    const random = chance(7)
    // Crooked, as times are: many near 1, a few far above. Half of them lie below 1 + ln 2.
    const time = () => 1 - Math.log(1 - random())
    const runs = 4_000
    let held = 0
    for (let run = 0; run < runs; run++) {
      const { low, high } = medianInterval(Array.from({ length: 20 }, time))
      if (low <= 1 + Math.LN2 && 1 + Math.LN2 <= high) held++
    }
    // 6th to 15th of 20: exactly 0.9586.
    expect(held / runs).toBeGreaterThan(0.95)
    expect(held / runs).toBeLessThan(0.967)
  })

  it('is not moved by one round that met a busy machine, nor by the order', () => {
    const quiet = medianInterval(upTo(20))
    const busy = [9_999, ...upTo(20).slice(0, -1).reverse()]
    expect(medianInterval(busy)).toEqual(quiet)
  })
})

describe('an order by chance', () => {
  it('has every item once, the same for a seed, and each order about as often', () => {
    const counts = new Map<string, number>()
    const random = chance(3)
    for (let turn = 0; turn < 6_000; turn++) {
      const order = shuffled(['a', 'b', 'c'], random).join('')
      counts.set(order, (counts.get(order) ?? 0) + 1)
    }
    expect([...counts.keys()].sort()).toEqual(['abc', 'acb', 'bac', 'bca', 'cab', 'cba'])
    for (const count of counts.values()) expect(Math.abs(count - 1_000)).toBeLessThan(150)
    const again = chance(3)
    expect(shuffled(upTo(9), chance(5))).toEqual(shuffled(upTo(9), chance(5)))
    expect(shuffled(['a'], again)).toEqual(['a'])
  })
})
