import { describe, expect, it } from 'vitest'
import { folderByHand, kindsOf, lifeByHand, recordByHand } from './by-hand.ts'
import { History } from './history.ts'
import { judgeClose, judgeEnd, judgeTaken } from './life-checks.ts'

describe('in a life the judge', () => {
  it.each([
    { books: { written: 5, delivered: 3, spooled: 2 }, found: [] },
    { books: { written: 5, delivered: 3, spooled: 1, pending: 1 }, found: ['never settled'] },
    { books: { written: 5, delivered: 4 }, found: ['never settled'] }
  ])('wants each line settled at its end: %o', ({ books, found }) => {
    const history = new History(false)
    judgeEnd(lifeByHand(recordByHand(), { books }), history, 1)
    expect(kindsOf(history)).toEqual(found)
  })

  it.each([
    { tookMs: 9_000, hasWaited: false, jitterMs: 0, found: [] },
    { tookMs: 9_001, hasWaited: false, jitterMs: 0, found: ['late close'] },
    { tookMs: 60_000, hasWaited: true, jitterMs: 0, found: [] },
    { tookMs: 60_000, hasWaited: false, jitterMs: 5, found: [] }
  ])('wants a close in time, and a second more: %o', ({ tookMs, hasWaited, jitterMs, found }) => {
    const history = new History(false)
    const life = lifeByHand(recordByHand())
    life.monoMs = tookMs
    judgeClose({ ...life, process: { ...life.process, hasWaited, jitterMs } }, 8_000, history, 1)
    expect(kindsOf(history)).toEqual(found)
  })

  it.each([
    { changes: {}, hadFaults: false, hasWaited: false, found: ['stolen'] },
    { changes: { mayBeTaken: true }, hadFaults: false, hasWaited: false, found: [] },
    { changes: {}, hadFaults: true, hasWaited: false, found: [] },
    { changes: {}, hadFaults: false, hasWaited: true, found: [] }
  ])('lets nobody take the part of a process that gives its heartbeat: %o', (given) => {
    const history = new History(false)
    const record = Object.assign(
      recordByHand({}, folderByHand({ hadFaults: given.hadFaults })),
      given.changes
    )
    const life = lifeByHand(record)
    judgeTaken({ ...life, process: { ...life.process, hasWaited: given.hasWaited } }, history, 1)
    expect(kindsOf(history)).toEqual(given.found)
    expect(record.mayBeTaken).toBe(true)
  })
})
