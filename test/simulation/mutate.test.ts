import { describe, expect, it } from 'vitest'
import { find, textOf, unchanged } from './mutate.mjs'

/** A thread whose runs of these seeds fail. */
function failing(...seeds: number[]) {
  const asked: number[] = []
  const run = async ({ from, count }: { from: number; count: number }) => {
    const range = Array.from({ length: count }, (_, index) => from + index)
    asked.push(...range)
    return { failed: range.filter((seed) => seeds.includes(seed)).map((seed) => ({ seed, kind: 'lost' })) }
  }
  return { asked, run }
}

const broken = { run: () => Promise.reject(new Error('out of memory')) }
const range = { from: 1, most: 12 }

describe('a fault in a copy of the code', () => {
  it('is found by a seed that is clean without it', async () => {
    const outcome = await find(failing(3, 8), unchanged(failing()), range)
    expect(outcome).toEqual({ seed: 3, kind: 'lost', unclean: [] })
    expect(textOf(outcome, range)).toBe('lost, seed 3, the 3th')
  })

  it('is not found by a seed that fails without it, too; that is said', async () => {
    const outcome = await find(failing(3, 4, 8), unchanged(failing(3, 4)), range)
    expect(outcome).toEqual({ seed: 8, kind: 'lost', unclean: [3, 4] })
    expect(textOf(outcome, range)).toContain('not counted, as they fail without the fault, too: 3, 4')
    const none = await find(failing(3), unchanged(failing(3)), range)
    expect(none).toEqual({ unclean: [3] })
    expect(textOf(none, range)).toContain('NOT FOUND in 12 seeds')
  })

  it('is looked for in the given seeds only, and a seed is run once without it', async () => {
    const mutant = failing()
    await find(mutant, unchanged(failing()), range)
    expect(mutant.asked).toEqual(Array.from({ length: 12 }, (_, index) => index + 1))
    const whole = failing(3)
    const isClean = unchanged(whole)
    expect(await Promise.all([isClean(3), isClean(3), isClean(5)])).toEqual([false, false, true])
    expect(whole.asked).toEqual([3, 5])
  })

  it('is not found by a thread that breaks, with the fault or without', async () => {
    await expect(find(broken, unchanged(failing()), range)).rejects.toThrow('out of memory')
    await expect(find(failing(3), unchanged(broken), range)).rejects.toThrow('out of memory')
  })
})
