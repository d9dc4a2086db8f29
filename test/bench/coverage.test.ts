import { describe, expect, it } from 'vitest'
import { changeOf, judge } from '../../bench/compare/change.mjs'
import { turns } from '../../bench/compare/turns.mjs'
import { seeded } from '../fixtures/random.mjs'

/** What one run takes, without what is to be found: 1 is usual. */
type Noise = (random: () => number) => number

const DRAWS = 400
const ROUNDS = 20
/** 1 − 2 · P(rank sum of 20 ≤ 52): the smallest confidence of 95 % or more that ranks can have. */
const EXACT = 0.9516
/** Three standard deviations of the number of 400 draws that lie inside. */
const APART = 3 * Math.sqrt(EXACT * (1 - EXACT) * DRAWS)

const normal = (random: () => number) =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())

const NOISES: Readonly<Record<string, Noise>> = {
  'as a bell': (random) => Math.exp(0.05 * normal(random)),
  'that only ever adds, as other processes do': (random) => 1 - 0.05 * Math.log(1 - random()),
  'with one run in ten at three times': (random) => Math.exp(0.03 * normal(random)) * (random() < 0.1 ? 3 : 1)
}

/** Comparisons of 20 pairs, in turns: the branch takes `change` times what the base does, and a second run `second` times more. */
function comparisons(noise: Noise, { change = 1, second = 1, digits = 15, seed = 1 }) {
  const random = seeded(seed)
  return Array.from({ length: DRAWS }, () => {
    const pairs = turns(ROUNDS, random).map(([first]): [number, number] => {
      const isBaseFirst = first === 'base'
      const base = noise(random) * (isBaseFirst ? 1 : second)
      const branch = change * noise(random) * (isBaseFirst ? second : 1)
      return [Number(base.toPrecision(digits)), Number(branch.toPrecision(digits))]
    })
    return changeOf(pairs, 0.95)
  })
}

function covered(found: ReturnType<typeof comparisons>, truth: number) {
  return found.filter(({ low, high }) => low <= truth && truth <= high).length
}

function verdicts(found: ReturnType<typeof comparisons>) {
  const all = found.map((change) => judge(change, false, 0.03))
  return (wanted: string) => all.filter((verdict) => verdict === wanted).length
}

describe.each(Object.entries(NOISES))('with noise %s', (_, noise) => {
  it.each([1, 1.1, 0.8])('95 of 100 intervals hold a change of × %d, no more and no less', (change) => {
    const inside = covered(comparisons(noise, { change }), change)
    expect(inside).toBeGreaterThan(EXACT * DRAWS - APART)
    expect(inside).toBeLessThan(EXACT * DRAWS + APART)
  })

  it('finds nothing where nothing is in 399 of 400 comparisons, and no opposite of what is', () => {
    const nothing = verdicts(comparisons(noise, { seed: 2 }))
    expect(nothing('worse') + nothing('better')).toBeLessThanOrEqual(1)
    const slower = verdicts(comparisons(noise, { change: 1.1, seed: 3 }))
    expect(slower('better')).toBe(0)
    expect(slower('worse')).toBeGreaterThan(DRAWS / 2)
  })

  it('is not led astray by second runs that are slower', () => {
    const found = comparisons(noise, { second: 1.05, seed: 4 })
    expect(covered(found, 1)).toBeGreaterThan(EXACT * DRAWS - APART)
    expect(verdicts(found)('worse')).toBeLessThanOrEqual(1)
  })

  it('holds the change as often when figures are so coarse that many pairs are alike', () => {
    // Two digits: steps of 10 % at 1, and half of the pairs have no difference.
    const found = comparisons(noise, { digits: 2, seed: 5 })
    expect(covered(found, 1)).toBeGreaterThan(EXACT * DRAWS - APART)
  })
})

describe('with little noise', () => {
  const little: Noise = (random) => Math.exp(0.01 * normal(random))

  it('says that nothing changed by more than 3 %', () => {
    expect(verdicts(comparisons(little, {}))('same')).toBe(DRAWS)
  })

  it('at a change of just 3 % says that it is more in no more than the 2.5 of 100 that an interval allows', () => {
    const at = verdicts(comparisons(little, { change: 1.03 }))
    expect(at('worse')).toBeLessThan(0.025 * DRAWS + 3 * Math.sqrt(0.025 * DRAWS))
    expect(at('worse')).toBeGreaterThan(0)
  })
})

describe('turns', () => {
  it('begin with each build as often, in an order that the seed gives', () => {
    const firsts = (seed: number) => turns(20, seeded(seed)).map(([first]) => first)
    expect(firsts(7)).toEqual(firsts(7))
    expect(firsts(7)).not.toEqual(firsts(8))
    for (let seed = 1; seed <= 50; seed++) {
      expect(firsts(seed).filter((first) => first === 'base')).toHaveLength(10)
    }
  })

  it('are as many as there are pairs, and each has both builds', () => {
    for (const turn of turns(7, seeded(1))) expect(new Set(turn)).toEqual(new Set(['base', 'branch']))
    expect(turns(7, seeded(1))).toHaveLength(7)
  })
})
