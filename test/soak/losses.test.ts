import { expect, it } from 'vitest'
import { givenUpOf, type Life, settledOf } from './losses.ts'

const life = { next: 110, givenUp: 3, wasKilled: true }
const told = { written: 60, buffered: 10, givenUp: 33, since: 0 }

const givenUpBy = (first: number, of: Life, missing: (from: number, to: number) => number) =>
  givenUpOf({
    lives: new Map([[first, of]]),
    accounted: { missing: (from, to) => ({ count: missing(from, to) }) }
  })

it('what is settled is what its lives settled', () => {
  const lives = new Map([100, 900].map((first) => [first, { ...life, next: first + 7, told }]))
  expect(settledOf({ lives, accounted: { missing: () => ({ count: 0 }) } })).toBe(14)
})

it('a life gave up what it said with its last flush', () => {
  expect(givenUpBy(100, { ...life, told: undefined }, () => 20)).toBe(3)
  expect(givenUpBy(100, { ...life, told, wasKilled: false }, () => 20)).toBe(3)
  expect(givenUpBy(100, { ...life, told: { ...told, givenUp: 3, since: 9 } }, () => 20)).toBe(3)
})

it('if it was killed, also lines of others, but for those of its own that it gave up', () => {
  const asked: number[][] = []
  const missing = (lines: number) => (from: number, to: number) => {
    asked.push([from, to])
    return lines
  }
  expect(givenUpBy(100, { ...life, told }, missing(0))).toBe(33)
  expect(givenUpBy(100, { ...life, told }, missing(10))).toBe(33)
  expect(givenUpBy(100, { ...life, told }, missing(25))).toBe(18)
  expect(givenUpBy(100, { ...life, told }, missing(50))).toBe(3)
  expect(givenUpBy(100, { ...life, told: { ...told, since: 5 } }, missing(50))).toBe(8)
  expect(asked[0]).toEqual([110, 160])
})
