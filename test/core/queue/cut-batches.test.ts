import { describe, expect, it } from 'vitest'
import { Batch } from '../../../packages/core/src/queue/batch.ts'
import { CutBatches } from '../../../packages/core/src/queue/cut-batches.ts'
import { LineStore } from '../../../packages/core/src/queue/line-store.ts'
import { laneOf } from './builders.ts'

const store = new LineStore()

function cutBatches(): CutBatches {
  return new CutBatches({ length: () => 1, recordBytes: (data) => data, emptyBytes: 0 })
}

/** Records of one line each. */
function batchOf(records: number, lines = 1): Batch {
  const batch = new Batch()
  for (let record = 0; record < records; record++) {
    for (let line = 0; line < lines; line++) batch.add(record * lines + line, 1)
    batch.endRecord(laneOf(store, 'k'))
  }
  return batch
}

/** Searches for the bad records as the service and the queue do; counts requests. */
function search(size: number, isBad: (line: number) => boolean): { requests: number; refused: number[] } {
  const cut = cutBatches()
  const refused: number[] = []
  let requests = 0
  for (let batch: Batch | undefined = batchOf(size); batch !== undefined; batch = cut.shift()) {
    requests++
    const lines = [...batch.entries()].map(({ line }) => line)
    if (!lines.some(isBad)) cut.note(batch, false, true)
    else if (batch.isDivisible && batch.isSearchable) cut.cut(batch, 'content')
    else {
      cut.note(batch, true, true)
      refused.push(...lines)
    }
  }
  return { requests, refused }
}

describe('the search for refused records', () => {
  it.each([0, 1, 250, 499])('finds record %d of 500 within twice the levels of the search', (bad) => {
    const { requests, refused } = search(500, (line) => line === bad)
    expect(refused).toEqual([bad])
    expect(requests).toBeLessThanOrEqual(1 + 2 * 9)
  })

  it('finds several', () => {
    expect(search(64, (line) => line === 3 || line === 40).refused.sort((a, b) => a - b)).toEqual([3, 40])
  })

  it('ends if the service refuses every part', () => {
    const { requests, refused } = search(500, () => true)
    expect(refused).toHaveLength(500)
    expect(requests).toBeLessThan(40)
  })

  it('asks about one part at a time, while other batches go on', () => {
    const cut = cutBatches()
    cut.cut(batchOf(4), 'content')
    cut.cut(batchOf(2), 'size')
    const first = cut.shift()
    expect(first?.bisection).toBeDefined()
    // The parts of the batch that was too large belong to no search.
    expect(cut.shift()?.bisection).toBeUndefined()
    expect(cut.shift()?.bisection).toBeUndefined()
    expect(cut.isReady).toBe(false)
    expect(cut.shift()).toBeUndefined()
    if (first !== undefined) cut.note(first, false, true)
    expect(cut.shift()?.bisection).toBe(first?.bisection)
  })

  it('reaches a single line soon, and then goes on with its neighbours', () => {
    const cut = cutBatches()
    cut.cut(batchOf(8), 'content')
    const first = cut.shift()
    if (first === undefined) throw new Error('a part')
    cut.cut(first, 'content')
    expect(cut.takeAll().map(({ lineCount }) => lineCount)).toEqual([2, 2, 4])
  })

  it('ends with the first line that is refused alone, while the service refuses everything', () => {
    const cut = cutBatches()
    const refuseAll = (size: number) => {
      cut.cut(batchOf(size), 'content')
      let cuts = 0
      for (let part = cut.shift(); part !== undefined; part = cut.shift()) {
        if (part.isDivisible && part.isSearchable) {
          cuts++
          cut.cut(part, 'content')
        } else cut.note(part, true, true)
      }
      return cuts
    }
    expect(refuseAll(64)).toBeGreaterThan(6)
    expect(refuseAll(64)).toBe(5)
    // A failure of the service says nothing about content.
    cut.note(batchOf(1), false, false)
    expect(refuseAll(64)).toBe(5)
    cut.note(batchOf(1), false, true)
    expect(refuseAll(64)).toBeGreaterThan(6)
  })

  it('is not begun by a batch that was too large', () => {
    const cut = cutBatches()
    cut.cut(batchOf(4), 'size')
    expect(cut.takeAll().map(({ bisection }) => bisection)).toEqual([undefined, undefined])
  })

  it('goes on in the parts of a part that was too large, and counts no refusal for that', () => {
    const cut = cutBatches()
    cut.cut(batchOf(4), 'content')
    const part = cut.shift()
    if (part === undefined) throw new Error('a part')
    cut.takeAll()
    for (let time = 0; time < 20; time++) cut.cut(part, 'size')
    expect(cut.shift()).toMatchObject({ bisection: part.bisection, isSearchable: true })
  })
})

describe('parts', () => {
  it('come in their order, and the second part of a record before all others', () => {
    const cut = cutBatches()
    cut.cut(batchOf(2), 'size')
    const rest = batchOf(1)
    cut.startRest(rest)
    expect(rest.lane(0).outstanding).toBe(1)
    expect(cut.shift()).toBe(rest)
    expect(cut.takeAll()).toHaveLength(2)
    expect(cut.isReady).toBe(false)
    expect(cut.shift()).toBeUndefined()
  })
})
