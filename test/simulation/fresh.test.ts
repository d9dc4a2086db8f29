import { describe, expect, it } from 'vitest'
import { drawPlan } from './draw.ts'
import { outsideOfMicrotasks } from './kernel/timeline.ts'
import { simulate } from './simulate.ts'

/** Other seeds each time. One that fails is told again by `pnpm simulate --replay`, and cut to its core by `--shrink`. */

const PARTS = 10
const SEEDS_OF_A_PART = 50

const base = baseOf(process.env['SIMULATE_FROM'])
process.stdout.write(`simulation: ${PARTS * SEEDS_OF_A_PART} fresh seeds, again with SIMULATE_FROM=${base}\n`)

function baseOf(text: string | undefined): number {
  if (text === undefined) return Math.floor(Date.now() / 1_000) * 1_000
  if (!/^\d{1,15}$/.test(text))
    throw new Error(`SIMULATE_FROM: got '${text}'; allowed: a whole number from 0`)
  return Number(text)
}

describe('every promise holds', () => {
  it.each(Array.from({ length: PARTS }, (_, part) => base + part * SEEDS_OF_A_PART))(
    `in ${SEEDS_OF_A_PART} runs from seed %i on`,
    async (first) => {
      const failed: object[] = []
      for (let seed = first; seed < first + SEEDS_OF_A_PART; seed++) {
        const { violations } = await outsideOfMicrotasks(() => simulate(drawPlan(seed)))
        if (violations.length > 0) failed.push({ seed, violations })
      }
      expect(failed).toEqual([])
    },
    120_000
  )
})
