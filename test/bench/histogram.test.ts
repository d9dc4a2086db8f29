import { describe, expect, it } from 'vitest'
import { chance } from '../../bench/measure/chance.mjs'
import { Histogram } from '../../bench/measure/histogram.mjs'

function histogramOf(values: readonly number[]) {
  const histogram = new Histogram()
  for (const value of values) histogram.add(value)
  return histogram
}

/** Within the width of a bucket. */
function expectNear(value: number, wanted: number) {
  expect(value / wanted).toBeGreaterThan(0.99)
  expect(value / wanted).toBeLessThan(1.01)
}

describe('a histogram of times', () => {
  it('has the quantiles of the values, within a percent', () => {
    const random = chance(11)
    const values = Array.from({ length: 5_000 }, () => 0.05 + 1_000 * random() ** 4)
    const sorted = values.toSorted((a, b) => a - b)
    const histogram = histogramOf(values)
    expect(histogram.size).toBe(5_000)
    for (const part of [0.001, 0.01, 0.5, 0.9, 0.99, 0.999, 1]) {
      expectNear(histogram.quantile(part), sorted[Math.ceil(5_000 * part) - 1] ?? 0)
    }
  })

  it('has the value that at least the part is not above, where few values are', () => {
    const histogram = histogramOf([10, 20, 30, 40])
    expectNear(histogram.quantile(0.25), 10)
    expectNear(histogram.quantile(0.26), 20)
    expectNear(histogram.quantile(0.99), 40)
    expectNear(histogram.quantile(0), 10)
    expect(new Histogram().quantile(0.5)).toBeNaN()
  })

  it('takes a time below the smallest, also one that two clocks made negative, as the smallest', () => {
    const histogram = histogramOf([-3, 0, 0.001])
    expect(histogram.size).toBe(3)
    expectNear(histogram.quantile(1), 0.01)
  })

  it('is the same after it has travelled as JSON, and small however many values it has', () => {
    const random = chance(2)
    const histogram = histogramOf(Array.from({ length: 50_000 }, () => 60_000 * random()))
    const travelled = new Histogram(JSON.parse(JSON.stringify(histogram)))
    expect(travelled.toJSON()).toEqual(histogram.toJSON())
    expect(travelled.quantile(0.9)).toBe(histogram.quantile(0.9))
    expect(histogram.toJSON().length).toBeLessThan(1_600)
  })
})
