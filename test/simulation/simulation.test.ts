import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { drawPlan } from './draw.ts'
import { outsideOfMicrotasks } from './kernel/timeline.ts'
import type { Plan } from './plan.ts'
import { shrink } from './shrink.ts'
import { simulate } from './simulate.ts'
import { tell } from './story.ts'

const KEPT = new URL('kept/', import.meta.url)

interface Kept {
  readonly found: string
  readonly plan: Plan
}

function kept(): [name: string, kept: Kept][] {
  const names = readdirSync(KEPT).filter((name) => name.endsWith('.json'))
  return names.map((name) => [name, JSON.parse(readFileSync(new URL(name, KEPT), 'utf8'))])
}

describe('a simulation', () => {
  it('is the same to the last step for the same seed, and another one for another seed', async () => {
    const hashes = await outsideOfMicrotasks(() =>
      [11, 12, 13, 14].map((seed) => [simulate(drawPlan(seed)), simulate(drawPlan(seed))] as const)
    )
    for (const [one, other] of hashes) expect(other).toEqual(one)
    expect(new Set(hashes.map(([{ hash }]) => hash)).size).toBe(hashes.length)
    expect(hashes.every(([{ lines, attempts }]) => lines > 0 && attempts > 0)).toBe(true)
  })

  it('leaves the choices of all others alone when a nemesis is taken away', () => {
    const plan = drawPlan(3)
    const [first, ...rest] = plan.nemeses
    expect(first).toBeDefined()
    expect(drawPlan(3).nemeses.slice(1)).toEqual(rest)
  })

  it('refuses a nemesis that does not exist, and names those that do', async () => {
    const [nemesis] = drawPlan(3).nemeses
    if (nemesis === undefined) throw new Error('seed 3 has no nemesis any more')
    const plan = { ...drawPlan(3), nemeses: [{ ...nemesis, name: 'frogs' }] }
    const { violations } = await outsideOfMicrotasks(() => simulate(plan))
    expect(violations[0]?.text).toContain("there is no nemesis 'frogs'")
    expect(violations[0]?.text).toContain('power loss')
  })

  it('that fails is cut to a smaller one that fails in the same way', async () => {
    const nemesis = { name: 'frogs', id: 'frogs', fromMs: 0, untilMs: 4_000, force: 1 }
    const plan = drawPlan(3)
    const small = await outsideOfMicrotasks(() => shrink({ ...plan, nemeses: [...plan.nemeses, nemesis] }))
    expect(small.nemeses.map(({ name }) => name)).toEqual(['frogs'])
    expect(small.slots.length).toBeLessThanOrEqual(1)
    const story = await outsideOfMicrotasks(() => tell(small, simulate(small, { isTold: true })))
    expect(story).toContain('EXCEPTION')
  })
})

describe('every promise holds', () => {
  it.each(kept())('in the kept run %s', async (_, { plan }) => {
    const { violations } = await outsideOfMicrotasks(() => simulate(plan))
    expect(violations).toEqual([])
  })
})
