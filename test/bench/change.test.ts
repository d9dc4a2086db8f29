import { describe, expect, it } from 'vitest'
import { changeOf, fewestPairs, judge } from '../../bench/compare/change.mjs'

/** Pairs with these differences of their logarithms. */
const pairsOf = (differences: readonly number[]) =>
  differences.map((difference): [number, number] => [2, 2 * Math.exp(difference)])

/**
 * How likely a rank sum of at most `sum` is, from the definition: all 2ⁿ ways to give each rank a sign, one after another. It shares
 * nothing with the code under test.
 */
function chanceOfAtMost(sum: number, pairs: number): number {
  let cases = 0
  for (let signs = 0; signs < 2 ** pairs; signs++) {
    let positive = 0
    for (let rank = 1; rank <= pairs; rank++) if (signs & (1 << (rank - 1))) positive += rank
    if (positive <= sum) cases++
  }
  return cases / 2 ** pairs
}

/** The smaller rank sum of what is left when `change` is taken away: Wilcoxon's statistic from its definition. */
function rankSumAt(change: number, differences: readonly number[]): number {
  const left = differences.map((difference) => difference - change).sort((a, b) => Math.abs(a) - Math.abs(b))
  const sum = (isWanted: (value: number) => boolean) =>
    left.reduce((total, value, index) => total + (isWanted(value) ? index + 1 : 0), 0)
  return Math.min(
    sum((value) => value > 0),
    sum((value) => value < 0)
  )
}

/** What the test does not turn away: all changes between the ends, and none outside. */
function expectIntervalOfTest(differences: readonly number[], confidence: number) {
  const { low, high } = changeOf(pairsOf(differences), confidence)
  const isPossible = (change: number) =>
    2 * chanceOfAtMost(rankSumAt(change, differences), differences.length) > 1 - confidence
  const [from, to, step] = [Math.log(low), Math.log(high), 1e-9]
  expect(isPossible(from - step)).toBe(false)
  expect(isPossible(from + step)).toBe(true)
  expect(isPossible((from + to) / 2)).toBe(true)
  expect(isPossible(to - step)).toBe(true)
  expect(isPossible(to + step)).toBe(false)
}

describe('the change of pairs', () => {
  it('has the interval of the test, counted out case by case', () => {
    // No two averages of these are the same.
    const differences = [0.0131, -0.0402, 0.0917, 0.1503, 0.0288, 0.0611, -0.0093, 0.2204, 0.0449, 0.0772]
    for (const pairs of [6, 7, 8, 9, 10]) expectIntervalOfTest(differences.slice(0, pairs), 0.95)
    for (const pairs of [8, 9, 10]) expectIntervalOfTest(differences.slice(0, pairs), 0.99)
    expectIntervalOfTest(differences, 0.5)
  })

  it('is the one of the textbook for nine patients before and after', () => {
    // Hollander and Wolfe, example 3.1: differences of a depression scale. −0.46, and −0.786 to −0.010 at 96.1 %.
    const before = [1.83, 0.5, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.3]
    const after = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29]
    const { ratio, low, high } = changeOf(
      pairsOf(after.map((value, index) => value - (before[index] ?? 0))),
      0.95
    )
    expect(Math.log(ratio)).toBeCloseTo(-0.46, 6)
    expect(Math.log(low)).toBeCloseTo(-0.786, 6)
    expect(Math.log(high)).toBeCloseTo(-0.01, 6)
  })

  it.each([
    [6, 0],
    [7, 2],
    [8, 3],
    [9, 5],
    [10, 8],
    [15, 25],
    [20, 52],
    [25, 89],
    [30, 137]
  ])(
    'leaves out as many averages of %i pairs as the printed table of critical values says: %i',
    (pairs, outside) => {
      // Powers of two: the averages are all different, and each is known by its value.
      const differences = Array.from({ length: pairs }, (_, index) => 2 ** (index - pairs))
      const averages = differences.flatMap((one, index) =>
        differences.slice(index).map((other) => (one + other) / 2)
      )
      averages.sort((a, b) => a - b)
      const { low, high } = changeOf(pairsOf(differences), 0.95)
      expect(Math.log(low)).toBeCloseTo(averages[outside] ?? Number.NaN, 12)
      expect(Math.log(high)).toBeCloseTo(averages.at(-1 - outside) ?? Number.NaN, 12)
    }
  )

  it('of six pairs goes from the smallest to the largest', () => {
    const { low, high } = changeOf(pairsOf([0.05, 0.01, 0.02, 0.06, 0.03, 0.04]), 0.95)
    expect(Math.log(low)).toBeCloseTo(0.01, 12)
    expect(Math.log(high)).toBeCloseTo(0.06, 12)
  })

  it('is turned around when base and branch are', () => {
    const pairs = pairsOf([0.05, -0.01, 0.02, 0.06, 0.03, 0.04, 0.01])
    const there = changeOf(pairs, 0.95)
    const back = changeOf(
      pairs.map(([base, branch]) => [branch, base]),
      0.95
    )
    expect(back.ratio).toBeCloseTo(1 / there.ratio, 12)
    expect(back.low).toBeCloseTo(1 / there.high, 12)
    expect(back.high).toBeCloseTo(1 / there.low, 12)
  })

  it('is a point when all pairs are alike, and none when nothing differs', () => {
    expect(changeOf(Array(20).fill([3, 3]), 0.95)).toEqual({ ratio: 1, low: 1, high: 1 })
    const { ratio, low, high } = changeOf(Array(20).fill([100, 110]), 0.95)
    for (const value of [ratio, low, high]) expect(value).toBeCloseTo(1.1, 12)
  })

  it('hardly follows two of twenty pairs that met a busy machine', () => {
    const quiet = Array.from({ length: 20 }, (_, index) => (index - 9.5) / 1_000)
    const { ratio, low, high } = changeOf(pairsOf([...quiet.slice(2), 3, 5]), 0.95)
    expect(Math.abs(Math.log(ratio))).toBeLessThan(0.003)
    expect(low).toBeGreaterThan(0.99)
    expect(high).toBeLessThan(1.02)
  })

  it('takes a thousand pairs', () => {
    const { low, high } = changeOf(pairsOf(Array.from({ length: 1_000 }, (_, n) => Math.sin(n))), 0.95)
    expect(low).toBeLessThan(1)
    expect(high).toBeGreaterThan(1)
    expect(high / low).toBeLessThan(1.1)
  })

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('has no ratio with %d', (bad) => {
    const good = Array<[number, number]>(6).fill([1, 1])
    expect(() => changeOf([...good, [1, bad]], 0.95)).toThrow(/^pair 7 has no ratio: 1 and /)
    expect(() => changeOf([[bad, 1], ...good], 0.95)).toThrow(/^pair 1 has no ratio: /)
  })

  it.each([
    [0.9, 5],
    [0.95, 6],
    [0.99, 8],
    [0.999, 11]
  ])('at %d needs %i pairs: all in one direction are rarer than that by chance', (confidence, fewest) => {
    expect(fewestPairs(confidence)).toBe(fewest)
    expect(2 * chanceOfAtMost(0, fewest)).toBeLessThanOrEqual(1 - confidence)
    expect(2 * chanceOfAtMost(0, fewest - 1)).toBeGreaterThan(1 - confidence)
    expect(() => changeOf(Array(fewest).fill([1, 1]), confidence)).not.toThrow()
    expect(() => changeOf(Array(fewest - 1).fill([1, 1]), confidence)).toThrow(`${fewest} are the fewest`)
  })
})

describe('the verdict', () => {
  it.each([
    // low, high, when less is better, when more is better
    [1.031, 1.2, 'worse', 'better'],
    [0.8, 0.969, 'better', 'worse'],
    [0.97, 1.03, 'same', 'same'],
    [1, 1, 'same', 'same'],
    [1.01, 1.02, 'same', 'same'],
    [1.03, 1.03, 'same', 'same'],
    [1.03, 1.2, 'unclear', 'unclear'],
    [1.01, 1.031, 'unclear', 'unclear'],
    [0.969, 1.02, 'unclear', 'unclear'],
    [0.8, 0.97, 'unclear', 'unclear'],
    [0.9, 1.1, 'unclear', 'unclear']
  ])('of %d … %d is %s where less is better, and %s where more is', (low, high, less, more) => {
    const change = { ratio: Math.sqrt(low * high), low, high }
    expect(judge(change, false, 0.03)).toBe(less)
    expect(judge(change, true, 0.03)).toBe(more)
  })
})
