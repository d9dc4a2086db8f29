import { describe, expect, it } from 'vitest'
import { Chain, type KeptChain, partingOf } from './chain.ts'

/** A chain of that many steps; from `parts` on, it is another run. */
function chainOf(steps: number, parts = Number.POSITIVE_INFINITY): KeptChain {
  const chain = new Chain()
  for (let step = 1; step <= steps; step++) chain.add(Math.imul(step, 0x9e3779b1) + (step >= parts ? 77 : 0))
  return chain.kept
}

describe('the hashes of a run', () => {
  it('say nothing of two equal runs', () => {
    expect(partingOf(chainOf(700), chainOf(700))).toBeUndefined()
    expect(partingOf(chainOf(70_000), chainOf(70_000))).toBeUndefined()
  })

  it.each([1, 2, 500, 700])('name the very step of a short run: %d', (step) => {
    expect(partingOf(chainOf(700), chainOf(700, step))).toEqual({ from: step - 1, to: step })
  })

  it('name the steps around it in a long run, and stay small', () => {
    const parting = partingOf(chainOf(70_000), chainOf(70_000, 51_001))
    expect(parting).toEqual({ from: 50_944, to: 51_072 })
    expect(chainOf(70_000).hashes.length).toBeLessThan(4_200)
  })

  it('compare a long run with a short one, which keeps more of them', () => {
    expect(partingOf(chainOf(5_000), chainOf(900, 600))).toEqual({ from: 592, to: 600 })
    expect(partingOf(chainOf(5_000), chainOf(900))).toBeUndefined()
  })
})
