import { describe, expect, it } from 'vitest'
import { type PromiseName, Promises } from './promises.ts'

function promises() {
  const told: string[] = []
  const judged = new Promises((name, text) => void told.push(`${name}: ${text}`))
  const verdict = (name: PromiseName) => judged.verdicts().find((each) => each.name === name)
  return { judged, told, verdict }
}

describe('the promises', () => {
  it('are kept where every look holds, and broken where nobody looked', () => {
    const { judged, verdict } = promises()
    judged.look('ledger', true, () => 'never asked')
    expect(verdict('ledger')).toMatchObject({ isKept: true, figure: '1 looks, 0 broken' })
    expect(verdict('counted')).toMatchObject({ isKept: false, figure: '0 looks, 0 broken' })
  })

  it('break with one look that does not hold, tell it at once, and keep ten examples', () => {
    const { judged, told, verdict } = promises()
    for (let n = 0; n < 30; n++) judged.look('lost', n === 3, () => `line ${n}`)
    judged.figure('lost', '29 lost')
    expect(verdict('lost')).toMatchObject({ isKept: false, breaches: 29, figure: '29 lost' })
    expect(told).toHaveLength(10)
    expect(told[0]).toBe('lost: line 0')
  })

  it('have the worst value of all as their figure, and break above the bound', () => {
    const { judged, told, verdict } = promises()
    judged.within('memory', 'p1', 90, 100, 'MiB')
    judged.within('memory', 'p2', 40, 50, 'MiB')
    expect(verdict('memory')).toMatchObject({ isKept: true, figure: 'worst 90 of 100 MiB (p1)' })
    judged.within('memory', 'p2', 60, 50, 'MiB')
    judged.within('memory', 'p2', 70, 50, 'MiB')
    judged.within('memory', 'p1', 1, 100, 'MiB')
    expect(verdict('memory')).toMatchObject({ isKept: false, figure: 'worst 70 of 50 MiB (p2)', breaches: 2 })
    expect(told).toEqual(['memory: 60 of 50 MiB (p2)'])
  })
})
