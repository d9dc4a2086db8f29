import { describe, expect, it } from 'vitest'
import {
  compareRuns,
  type Measured,
  methodOf,
  statusOf,
  summaryOf,
  tableOf
} from '../../bench/compare/report.mjs'

const GIVEN = { confidence: 0.95, threshold: 0.03 }
const BASE: Measured = { allUs: 4, linesPerSecond: 200_000, peakMb: 100 }

/** Twenty pairs of a branch that is the base with these changes; runs differ by half a percent. */
function rowsOf(change: Partial<Measured>) {
  const pairs = Array.from({ length: 20 }, (_, index) => {
    const noise = 1 + ((index % 5) - 2) / 400
    const of = (key: keyof Measured) => BASE[key] * noise * (change[key] ?? 1)
    return {
      base: BASE,
      branch: { allUs: of('allUs'), linesPerSecond: of('linesPerSecond'), peakMb: of('peakMb') }
    }
  })
  return compareRuns('pino-dis', pairs, GIVEN)
}

describe('what is said of a comparison', () => {
  it.each([
    [
      'CPU more',
      { allUs: 1.1 },
      ['slower by more than 3 %', 'no change of more than 3 %', 'no change of more than 3 %'],
      1
    ],
    [
      'CPU less',
      { allUs: 0.9 },
      ['faster by more than 3 %', 'no change of more than 3 %', 'no change of more than 3 %'],
      0
    ],
    [
      'fewer lines/s',
      { linesPerSecond: 0.9 },
      ['no change of more than 3 %', 'slower by more than 3 %', 'no change of more than 3 %'],
      1
    ],
    [
      'more lines/s',
      { linesPerSecond: 1.1 },
      ['no change of more than 3 %', 'faster by more than 3 %', 'no change of more than 3 %'],
      0
    ],
    [
      'more memory',
      { peakMb: 1.1 },
      ['no change of more than 3 %', 'no change of more than 3 %', 'larger by more than 3 %'],
      1
    ],
    [
      'less memory',
      { peakMb: 0.9 },
      ['no change of more than 3 %', 'no change of more than 3 %', 'smaller by more than 3 %'],
      0
    ],
    [
      'CPU about 3 % more',
      { allUs: 1.03 },
      ['unclear: more rounds', 'no change of more than 3 %', 'no change of more than 3 %'],
      0
    ]
  ])('%s', (_, change, words, status) => {
    const rows = rowsOf(change)
    expect(rows.map((row) => row.words)).toEqual(words)
    expect(statusOf(rows)).toBe(status)
  })

  it('stands in a table with the medians, the change and its interval', () => {
    expect(tableOf(rowsOf({ allUs: 1.1 }))).toContain(
      '| pino-dis | CPU, µs a line | 4.00 | 4.40 | +10.0 % | +9.9 % … +10.1 % | slower by more than 3 % |'
    )
  })

  it('shows no sign before a change of nothing', () => {
    expect(tableOf(rowsOf({}))).toContain('| 4.00 | 4.00 | 0.0 % | −0.1 % … +0.1 % |')
  })

  it('names the method, and that the number of intervals is not corrected for', () => {
    const text = methodOf(rowsOf({}), { confidence: 0.99, threshold: 0.025 })
    for (const part of ['Wilcoxon', '99 % for each', 'of the 3 rows', 'not corrected', '2.5 %']) {
      expect(text).toContain(part)
    }
  })

  it('ends with how many are worse, better, alike and unclear', () => {
    expect(summaryOf(rowsOf({ allUs: 1.03, peakMb: 1.2 }))).toBe(
      '1 worse, 0 better, 1 without a change, 1 unclear'
    )
  })

  it('is an error if a run measured nothing', () => {
    const pairs = Array(6).fill({ base: BASE, branch: { ...BASE, allUs: 0 } })
    expect(() => compareRuns('pino-dis', pairs, GIVEN)).toThrow('pair 1 has no ratio: 4 and 0')
  })
})
