import { describe, expect, it } from 'vitest'
import { Accounts } from './accounts.ts'
import { Chance } from './chance.ts'
import { drawLife, drawPlans } from './draw.ts'
import { type PromiseName, Promises } from './promises.ts'
import { parseTold, type ToldStats } from './told.ts'

const STATS: ToldStats = {
  written: 10,
  delivered: 4,
  rejected: 1,
  dropped: 2,
  spooled: 1,
  buffered: 2,
  recovered: 3,
  spoolDamaged: 0,
  attempts: 5,
  retriedRecords: 2,
  throttledRecords: 0,
  ambiguous: 0,
  records: 4
}
const LOOP = { stallMs: 1, rss: 80_000_000 }
const PLACES = {
  endpoint: 'http://127.0.0.1:1',
  spoolDir: 'spool',
  letters: 'letters',
  profile: 'profile',
  accessKeys: { accessKey: 'a', secretKey: 's' }
}

function accounts(seed = 1) {
  const chance = new Chance(seed)
  const [plan] = drawPlans(chance, 3, false)
  if (plan === undefined) throw new Error('no plan')
  const promises = new Promises(() => {})
  const judged = new Accounts(plan, promises)
  judged.begin(drawLife(chance, plan, 0, PLACES))
  const isKept = (name: PromiseName) => promises.verdicts().find((each) => each.name === name)?.isKept
  const tell = (stats: Partial<ToldStats>, more: object = {}) =>
    judged.told({
      kind: 'stats',
      stats: { ...STATS, ...stats },
      wasCalm: false,
      logged: 7,
      blockedMs: 0,
      ...LOOP,
      ...more
    })
  return { judged, isKept, tell }
}

describe('the accounts of an application', () => {
  it('hold where the ledger adds up, memory is bounded and the loop runs', () => {
    const { isKept, tell } = accounts()
    tell({})
    expect(['ledger', 'memory', 'loop'].map((name) => isKept(name as PromiseName))).toEqual([
      true,
      true,
      true
    ])
  })

  it.each<[PromiseName, Partial<ToldStats>, object]>([
    ['ledger', { delivered: 5 }, {}],
    ['ledger', { buffered: 1 }, {}],
    ['memory', {}, { rss: 1_000_000_000 }],
    ['loop', {}, { stallMs: 600 }],
    ['counted', { buffered: 0, delivered: 6 }, { wasCalm: true, logged: 8 }]
  ])('break %s for %j %j', (name, stats, more) => {
    const { isKept, tell } = accounts()
    tell(stats, more)
    expect(isKept(name)).toBe(false)
  })

  it('count the lines only when none is on its way', () => {
    const { isKept, tell } = accounts()
    tell({}, { logged: 100 })
    tell({ buffered: 0, delivered: 6 }, { wasCalm: true })
    expect(isKept('counted')).toBe(true)
  })

  it('break for a warning that says BUG', () => {
    const { judged, isKept } = accounts()
    judged.told({ kind: 'warning', code: 'SPOOL', message: 'the disk is full' })
    expect(isKept('crashes')).toBe(true)
    judged.told({ kind: 'warning', code: 'BUG', message: 'lines are stuck' })
    expect(isKept('crashes')).toBe(false)
  })

  it('add up over lives', () => {
    const { judged, tell } = accounts()
    tell({})
    judged.end()
    tell({})
    judged.end()
    expect(judged.sums).toMatchObject({ delivered: 8, recovered: 6, retriedRecords: 4, peakRss: LOOP.rss })
  })
})

describe('what an application tells', () => {
  it('is believed if it is whole', () => {
    const told = {
      kind: 'stats',
      stats: { ...STATS, partitions: [{ delivered: 3 }, { delivered: 1 }] },
      wasCalm: true,
      logged: 7,
      blockedMs: 0,
      ...LOOP
    }
    expect(parseTold(told)).toEqual({ ...told, stats: STATS })
    expect(parseTold({ kind: 'settled', next: 4, givenUp: 0 })).toEqual({
      kind: 'settled',
      next: 4,
      givenUp: 0
    })
  })

  it.each([
    [{ kind: 'settled', next: 'four', givenUp: 0 }, 'next is four, no number'],
    [{ kind: 'other' }, 'an application tells of other'],
    [undefined, 'kind is undefined, no text']
  ])('%j is an error', (message, text) => {
    expect(() => parseTold(message)).toThrow(text)
  })
})
