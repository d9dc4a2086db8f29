import { describe, expect, it } from 'vitest'
import { Bisection } from '../../../packages/core/src/queue/bisection.ts'

/** How many refusals end a search among so many lines, if nothing is accepted. */
function mostRefusals(lines: number): number {
  const bisection = new Bisection(lines)
  let refusals = 0
  for (; !bisection.isHopeless; refusals++) bisection.refused()
  return refusals
}

describe('the search for a refused record', () => {
  it('is in vain after as many lines were refused alone as it has levels', () => {
    expect([1, 2, 3, 4, 500, 512].map(mostRefusals)).toEqual([1, 1, 2, 2, 9, 9])
  })

  it('is never in vain once a part was accepted, also where that comes late', () => {
    const bisection = new Bisection(4)
    for (let refusal = 0; refusal < 100; refusal++) bisection.refused()
    expect(bisection.isHopeless).toBe(true)
    bisection.accepted()
    expect(bisection.isHopeless).toBe(false)
  })
})
