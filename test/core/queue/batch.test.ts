import { describe, expect, it } from 'vitest'
import { Batch } from '../../../packages/core/src/queue/batch.ts'
import { Bisection } from '../../../packages/core/src/queue/bisection.ts'
import { LineStore } from '../../../packages/core/src/queue/line-store.ts'
import { laneOf } from './builders.ts'

describe('a batch', () => {
  it('knows which lines are in which record, and where each record goes', () => {
    const store = new LineStore()
    const batch = new Batch(7)
    batch.add(10, 3)
    batch.add(11, 4)
    batch.endRecord(laneOf(store, 'a'))
    batch.add(12, 5)
    batch.endRecord(laneOf(store, 'b'))
    expect(batch).toMatchObject({ takenAt: 7, records: 2, lineCount: 3, bytes: 12, isDivisible: true })
    expect([...batch.entries()]).toEqual([
      { record: 0, line: 10 },
      { record: 0, line: 11 },
      { record: 1, line: 12 }
    ])
    expect([batch.begin(1), batch.end(1)]).toEqual([2, 3])
    expect([batch.route(0), batch.route(1)]).toEqual([{ partitionKey: 'a' }, { partitionKey: 'b' }])
  })

  it('of one line cannot be cut', () => {
    const batch = new Batch()
    expect(batch.isDivisible).toBe(false)
    batch.add(0, 1)
    expect(batch.isDivisible).toBe(false)
  })

  it('throws for lines and records that it does not have', () => {
    const batch = new Batch()
    expect(() => batch.line(0)).toThrow(RangeError)
    expect(() => batch.lane(0)).toThrow(RangeError)
  })

  it('is not worth a search if its own search is in vain', () => {
    const bisection = new Bisection(2)
    expect(new Batch(0, { bisection }).isSearchable).toBe(true)
    bisection.refused()
    bisection.refused()
    expect(new Batch(0, { bisection }).isSearchable).toBe(false)
  })
})
