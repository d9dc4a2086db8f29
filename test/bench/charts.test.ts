import { describe, expect, it } from 'vitest'
import { barChart } from '../../bench/report/chart.mjs'
import { apart } from '../../bench/report/line-chart.mjs'

const numbersOf = (svg: string, pattern: RegExp) =>
  [...svg.matchAll(pattern)].map(([, number]) => Number(number))

describe('a bar chart', () => {
  it('has bars as long as their values, and room for the longest label', () => {
    const label = '1,234.5 ms, × 12.3 of pino/file'
    const bars = [100, 50, 25].map((value) => ({ name: 'one', value, label, ours: false }))
    const svg = barChart('Title', bars)
    const [longest = 0, half = 0, quarter = 0] = numbersOf(svg, /<rect [^>]* width="(\d+)"/g)
    expect(half / longest).toBeCloseTo(0.5, 1)
    expect(quarter / longest).toBeCloseTo(0.25, 1)
    const [labelAt = 0] = numbersOf(svg, /<text x="(\d+)"[^>]*>1,234/g)
    const [width = 0] = numbersOf(svg, /<svg [^>]* width="(\d+)"/g)
    // Seven pixels are about a character.
    expect(labelAt + label.length * 7).toBeLessThan(width)
  })

  it('has lines that reach from a bar to another value, on the same scale', () => {
    const svg = barChart('Title', [
      { name: 'one', value: 100, to: 200, label: '100, 200', ours: true },
      { name: 'two', value: 200, label: '200', ours: false }
    ])
    const [reach = 0] = numbersOf(svg, /H(\d+)/g)
    const [, whole = 0] = numbersOf(svg, /<rect [^>]* width="(\d+)"/g)
    const [left = 0] = numbersOf(svg, /<rect x="(\d+)"/g)
    expect(reach).toBe(left + whole)
  })

  it('has headings that take no bar, and no markup from a name', () => {
    const svg = barChart('a < b & c', [
      { heading: 'first <part>' },
      { name: '<b>', value: 1, label: '1', ours: false }
    ])
    expect(svg).toContain('>first &lt;part&gt;<')
    expect(svg).toContain('a &lt; b &amp; c')
    expect(svg.match(/<rect /g)).toHaveLength(1)
    expect(svg).not.toContain('<b>')
  })
})

describe('labels that would lie over each other', () => {
  it('stay where they are if there is room', () => {
    expect(apart([10, 50, 30], 15)).toEqual([10, 50, 30])
  })

  it('move apart around the middle of where they belong, in the same order', () => {
    expect(apart([100, 100], 10)).toEqual([95, 105])
    expect(apart([104, 100, 102], 10)).toEqual([112, 92, 102])
  })

  it('push the next ones as well', () => {
    const wanted = [0, 10, 11, 12, 40]
    const places = apart(wanted, 10)
    const sorted = places.toSorted((a, b) => a - b)
    expect(places).toEqual(sorted)
    for (let at = 1; at < sorted.length; at++) {
      expect((sorted[at] ?? 0) - (sorted[at - 1] ?? 0)).toBeGreaterThanOrEqual(10 - 1e-9)
    }
    expect(places.at(-1)).toBe(40)
    expect(apart([], 10)).toEqual([])
  })
})
