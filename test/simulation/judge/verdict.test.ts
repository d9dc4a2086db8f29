import { describe, expect, it } from 'vitest'
import { attemptOf, folderByHand, kindsOf, NO_BOOKS, recordByHand, sightingOf, writtenBy } from './by-hand.ts'
import { History } from './history.ts'
import type { Books, LifeRecord } from './life-record.ts'
import { hasUnaccounted, judgeLosses, judgeRefusals } from './verdict.ts'

/** Three lines, of which one has arrived. */
function twoMissing(record: LifeRecord, books: Partial<Books> = {}): History {
  const history = new History(false)
  history.lives.push(record)
  const [line] = [writtenBy(record, history), writtenBy(record, history), writtenBy(record, history)]
  line?.seen.push(sightingOf(attemptOf(record, [line], 1)))
  record.books = { ...NO_BOOKS, written: 3, ...books }
  record.writtenThen = record.written
  return history
}

function losses(history: History): string[] {
  const isMissing = hasUnaccounted(history)
  judgeLosses(history, 1)
  expect(isMissing).toBe(history.violations.length > 0)
  return kindsOf(history)
}

describe('at the end of a run the judge', () => {
  it.each([
    { books: { rejected: 1, dropped: 1 }, found: [] },
    { books: { rejected: 1 }, found: ['lost'] },
    { books: { delivered: 3 }, found: ['lost'] }
  ])('finds lines that are nowhere and in no count: %o', ({ books, found }) => {
    expect(losses(twoMissing(recordByHand(), books))).toEqual(found)
  })

  it.each([
    { end: 'killed', pending: 2, found: [] },
    { end: 'killed', pending: 1, found: ['lost'] },
    { end: 'closed', pending: 2, found: ['lost'] }
  ] as const)('excuses what a killed process had in memory alone: %o', ({ end, pending, found }) => {
    const record = Object.assign(recordByHand(), { end })
    expect(losses(twoMissing(record, { pending }))).toEqual(found)
  })

  it.each([
    { fsync: 'always', found: ['lost'] },
    { fsync: 'interval', found: [] },
    { fsync: 'never', found: [] }
  ] as const)('excuses what a power loss may take, by spool.fsync: $fsync', ({ fsync, found }) => {
    const folder = folderByHand({ powerLosses: [{ step: 9, at: 9 }] })
    expect(losses(twoMissing(recordByHand({ spool: { fsync } }, folder), { spooled: 2 }))).toEqual(found)
  })

  it.each([
    { spoolDamaged: 1, found: [] },
    { spoolDamaged: 0, found: ['lost'] }
  ])('excuses damage only if it was told: %o', ({ spoolDamaged, found }) => {
    const record = recordByHand({}, folderByHand({ isDamaged: true }))
    expect(losses(twoMissing(record, { spoolDamaged }))).toEqual(found)
  })

  it('excuses lines that stood in a cut end of a file, as far as they had room there', () => {
    const lost = (cutBytes: number) => {
      const history = twoMissing(recordByHand({}, folderByHand({ isDamaged: true, cutBytes })))
      return { found: losses(history), bytes: Buffer.byteLength(history.lines[1]?.text ?? '') }
    }
    const { bytes } = lost(0)
    expect(lost(2 * bytes - 1).found).toEqual(['lost'])
    expect(lost(2 * bytes).found).toEqual([])
  })

  it.each([
    { count: 14, everyMs: 1_000, accepted: [], found: [] },
    { count: 15, everyMs: 1_000, accepted: [], found: ['hammering'] },
    { count: 40, everyMs: 30_000, accepted: [], found: [] },
    { count: 20, everyMs: 1_000, accepted: [10], found: [] }
  ])('finds more refused requests in five minutes than keep a key from being locked: %o', (given) => {
    const history = new History(false)
    const record = recordByHand()
    history.lives.push(record)
    for (let count = 0; count < given.count; count++) record.refusedAt.push(count * given.everyMs)
    for (const at of given.accepted) record.acceptedAfter.add(at)
    judgeRefusals(history, 1)
    expect(kindsOf(history)).toEqual(given.found)
  })
})
