import { describe, expect, it } from 'vitest'
import { Batch } from '../../../packages/core/src/queue/batch.ts'
import { Bisection } from '../../../packages/core/src/queue/bisection.ts'
import { cutBatch } from '../../../packages/core/src/queue/cut.ts'
import { LineStore } from '../../../packages/core/src/queue/line-store.ts'
import { laneOf } from './builders.ts'

/** Lines of ten bytes, a body of 100, and 5 for each record. */
const SIZES = {
  length: () => 10,
  recordBytes: (data: number, route: number) => 5 + data + route,
  emptyBytes: 100
}

/** Records with so many lines each; lines are numbered through, from 0. */
function batchOf(records: readonly number[], origin: ConstructorParameters<typeof Batch>[1] = {}): Batch {
  const store = new LineStore()
  const batch = new Batch(42, origin)
  let line = 0
  for (const lines of records) {
    for (let index = 0; index < lines; index++) batch.add(line++, index === 0 ? 10 : 11)
    batch.endRecord(laneOf(store, 'k'))
  }
  return batch
}

/** The lines of each record. */
function linesOf(batch: Batch): number[][] {
  const records: number[][] = Array.from({ length: batch.records }, () => [])
  for (const { record, line } of batch.entries()) records[record]?.push(line)
  return records
}

describe('a batch that is cut', () => {
  it.each([
    [
      [1, 1],
      [[[0]], [[1]]]
    ],
    [
      [1, 1, 1],
      [[[0], [1]], [[2]]]
    ],
    [
      [2, 3],
      [[[0, 1]], [[2, 3, 4]]]
    ]
  ])('falls into two halves between its records: %j', (records, parts) => {
    expect(cutBatch(batchOf(records), undefined, SIZES).map(linesOf)).toEqual(parts)
  })

  it('keeps its time and its search, and knows its bytes', () => {
    const bisection = new Bisection(9)
    const [first, second] = cutBatch(batchOf([3, 1, 1]), bisection, SIZES)
    expect(first).toMatchObject({ takenAt: 42, bisection, bytes: 42, bodyBytes: 100 + 5 + 32 + 5 + 10 })
    expect(second).toMatchObject({ takenAt: 42, bisection, bytes: 10, bodyBytes: 115, rest: undefined })
  })

  it('of a single record is cut between its lines, and the second part follows the first', () => {
    const parts = cutBatch(batchOf([5]), undefined, SIZES)
    expect(parts.map(linesOf)).toEqual([[[0, 1, 2]]])
    expect(parts.map(({ rest }) => rest && linesOf(rest))).toEqual([[[3, 4]]])
    expect(parts[0]?.rest?.bytes).toBe(21)
  })

  it('again keeps what was to follow behind the second part', () => {
    const last = batchOf([1])
    const [first] = cutBatch(batchOf([2], { rest: last }), undefined, SIZES)
    expect(first?.rest?.rest).toBe(last)
  })

  it('cannot be a single line', () => {
    expect(() => cutBatch(batchOf([1]), undefined, SIZES)).toThrow(RangeError)
  })
})
