import { describe, expect, it } from 'vitest'
import { drawPlan, targetsOf } from '../draw.ts'
import { outsideOfMicrotasks } from '../kernel/timeline.ts'
import type { NemesisPlan } from '../plan.ts'
import { simulate } from '../simulate.ts'
import { NEMESES } from './index.ts'

/** Runs in which a nemesis has nothing else beside it. */
const MOST_RUNS = 40

describe('a nemesis that never does anything proves nothing', () => {
  it.each(Object.keys(NEMESES))('%s does something', async (name) => {
    let times = 0
    for (let seed = 1; seed <= MOST_RUNS && times === 0; seed++) {
      const plan = drawPlan(seed)
      const targets = targetsOf(NEMESES[name]?.target, plan.streams, plan.slots)
      const nemeses = targets.map((target, index): NemesisPlan => {
        const about = target === undefined ? {} : { target }
        const fromMs = Math.floor((plan.faultyMs * (seed % 4)) / 8)
        return { name, id: `${index} ${name}`, fromMs, untilMs: plan.faultyMs, force: 0.9, ...about }
      })
      const { effects, violations } = await outsideOfMicrotasks(() => simulate({ ...plan, nemeses }))
      expect({ seed, violations }).toEqual({ seed, violations: [] })
      times += effects[name] ?? 0
    }
    expect(times).toBeGreaterThan(0)
  })
})
