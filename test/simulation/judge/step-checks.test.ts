import { describe, expect, it } from 'vitest'
import { folderByHand, kindsOf, lifeByHand, recordByHand } from './by-hand.ts'
import { History } from './history.ts'
import type { Books } from './life-record.ts'
import { checkStep } from './step-checks.ts'

function found(
  books: Partial<Books>,
  {
    work = 0,
    options = {},
    letters = 0,
    toldStored = books.delivered ?? 0,
    wrote = 10
  }: {
    work?: number
    options?: Parameters<typeof recordByHand>[0]
    letters?: number
    toldStored?: number
    wrote?: number
  } = {}
): string[] {
  const history = new History(false)
  const record = recordByHand(options)
  Object.assign(record, { written: wrote, letters, toldStored })
  checkStep(lifeByHand(record, { books, work }), history, 1)
  return kindsOf(history)
}

describe('after a step the judge', () => {
  it('is content with counts that add up', () => {
    expect(found({ written: 10, delivered: 4, rejected: 1, dropped: 2, spooled: 1, pending: 2 })).toEqual([])
  })

  it.each([
    { what: 'a line that is settled nowhere', books: { written: 10, delivered: 9 }, kinds: ['equation'] },
    {
      what: 'one that is settled twice',
      books: { written: 10, delivered: 10, rejected: 1 },
      kinds: ['equation']
    },
    { what: 'a count below zero', books: { written: 10, delivered: 11, pending: -1 }, kinds: ['equation'] },
    { what: 'a line that is not counted', books: { written: 9, delivered: 9 }, kinds: ['count'] }
  ])('finds $what', ({ books, kinds }) => {
    expect(found(books)).toEqual(kinds)
  })

  it('counts lines that came back from disk', () => {
    expect(found({ written: 13, delivered: 13, recovered: 3 })).toEqual([])
    expect(found({ written: 13, delivered: 13, recovered: 2 })).toEqual(['count'])
  })

  it('believes no delivery of which no answer told', () => {
    expect(found({ written: 10, delivered: 10 }, { toldStored: 9 })).toEqual(['delivered'])
  })

  it.each([
    { deadLetter: true, letters: 2, kinds: [] },
    { deadLetter: true, letters: 1, kinds: ['dead letters'] },
    { deadLetter: true, letters: 3, kinds: ['dead letters'] },
    { deadLetter: 1_024, letters: 1, kinds: [] },
    { deadLetter: 1_024, letters: 3, kinds: ['dead letters'] },
    { deadLetter: false, letters: 0, kinds: [] }
  ])('compares what is rejected with the dead letters: %o', ({ deadLetter, letters, kinds }) => {
    expect(found({ written: 10, delivered: 8, rejected: 2 }, { options: { deadLetter }, letters })).toEqual(
      kinds
    )
  })

  it('finds a step with more calls than its requests and its lines explain', () => {
    const idle = { written: 0 }
    const busy = { written: 1_000, pending: 1_000 }
    expect(found(idle, { wrote: 0, work: 230 })).toEqual([])
    expect(found(idle, { wrote: 0, work: 240 })).toEqual(['work'])
    expect(found(busy, { wrote: 1_000, work: 4_000 })).toEqual([])
    // A walk over all lines for each of them.
    expect(found(busy, { wrote: 1_000, work: 1_000_000 })).toEqual(['work'])
  })

  it('looks at no process that is over', () => {
    const history = new History(false)
    checkStep({ ...lifeByHand(recordByHand(), { books: { written: 5 } }), isOver: true }, history, 1)
    expect(kindsOf(history)).toEqual([])
  })

  it('remembers what a power loss may take: the lines of the last second, or those since syncs fail', () => {
    const folder = folderByHand()
    const record = recordByHand({}, folder)
    const life = lifeByHand(record)
    const windowAt = (monoMs: number, failedSyncs: number) => {
      life.monoMs = monoMs
      folder.failedSyncs = failedSyncs
      checkStep(life, new History(false), 1)
      return monoMs - (record.samples[0]?.at ?? 0)
    }
    for (let at = 0; at < 5_000; at += 100) windowAt(at, 0)
    expect(windowAt(5_000, 1)).toBe(1_300)
    for (let at = 5_100; at < 7_900; at += 100) windowAt(at, at < 7_000 ? at : 6_900)
    // From 3,700 until 1,100 ms after the last failure.
    expect(windowAt(7_900, 6_900)).toBe(4_200)
    expect(windowAt(9_000, 6_900)).toBe(1_200)
  })

  it('remembers more while timers are late, and until the last late one has fired', () => {
    const record = recordByHand({}, folderByHand())
    const life = lifeByHand(record)
    const windowAt = (monoMs: number, jitterMs: number) => {
      life.monoMs = monoMs
      life.process.jitterMs = jitterMs
      checkStep(life, new History(false), 1)
      return monoMs - (record.samples[0]?.at ?? 0)
    }
    for (let at = 0; at < 3_000; at += 100) windowAt(at, 0)
    for (let at = 3_000; at < 4_000; at += 100) windowAt(at, 800)
    // A timer of 3,900 ms may fire at 5,700.
    for (let at = 4_000; at < 5_700; at += 100) windowAt(at, 0)
    expect(windowAt(5_700, 0)).toBe(2_000)
    for (let at = 5_800; at < 6_000; at += 100) windowAt(at, 0)
    expect(windowAt(6_000, 0)).toBe(1_200)
  })
})
