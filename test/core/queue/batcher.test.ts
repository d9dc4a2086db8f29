import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MAX_BODY_BYTES } from '../../../packages/core/src/limits.ts'
import { Batcher, type BatchLimits } from '../../../packages/core/src/queue/batcher.ts'
import { HotKeys } from '../../../packages/core/src/queue/hot-keys.ts'
import type { Lane } from '../../../packages/core/src/queue/lane.ts'
import { LaneSchedule } from '../../../packages/core/src/queue/lane-schedule.ts'
import { LineStore } from '../../../packages/core/src/queue/line-store.ts'
import { FORMAT, laneOf } from './builders.ts'

const NEVER = Number.POSITIVE_INFINITY

function batcherOf(
  limits: Partial<BatchLimits> = {},
  format: Pick<typeof FORMAT, 'emptyBytes' | 'recordBytes'> = FORMAT
) {
  const all = {
    maxRecords: 10,
    maxBytes: 1_000,
    lingerMs: 100,
    aggregateBytes: 0,
    ordered: false,
    bufferBytes: 1e9,
    ...limits
  }
  const store = new LineStore()
  const schedule = new LaneSchedule(store, all.ordered)
  const batcher = new Batcher(store, all, format, schedule, new HotKeys())
  /** Appends texts to a lane, written at `at`. */
  const write = (lane: Lane, at: number, ...texts: readonly string[]): void => {
    for (const text of texts) lane.push(store.put(text, at, 0))
    schedule.offer(lane)
  }
  /** A lane with texts that leads to a partition. */
  const laneWith = (key: string, texts: readonly string[], partitionId?: string, at = 0): Lane => {
    const lane = laneOf(store, key)
    if (partitionId !== undefined) lane.partition = schedule.partitions.named(partitionId).index
    write(lane, at, ...texts)
    return lane
  }
  /** The records of the next batch, as texts; lines of one record are joined by a plus. */
  const fill = (now = 0): string[] => {
    const batch = batcher.fill(now)
    const records: string[][] = Array.from({ length: batch.records }, () => [])
    for (const { record, line } of batch.entries()) records[record]?.push(store.view(line).toString())
    return records.map((lines) => lines.join('+'))
  }
  return { store, schedule, batcher, write, laneWith, fill }
}

describe('a batch that is filled', () => {
  it('ends before the record that would be one too many', () => {
    const { laneWith, fill } = batcherOf({ maxRecords: 2 })
    laneWith('a', ['1', '2', '3'])
    expect([fill(), fill(), fill()]).toEqual([['1', '2'], ['3'], []])
  })

  it('ends before the line that would make it too large', () => {
    const { laneWith, fill } = batcherOf({ maxBytes: 10 })
    laneWith('a', ['aaaaa', 'bbbbb', 'c'])
    expect([fill(), fill()]).toEqual([['aaaaa', 'bbbbb'], ['c']])
  })

  it('has a line that is too large for any batch to itself', () => {
    const { laneWith, fill } = batcherOf({ maxBytes: 10 })
    laneWith('a', ['a', 'x'.repeat(20), 'b'])
    expect([fill(), fill(), fill()]).toEqual([['a'], ['x'.repeat(20)], ['b']])
  })

  it('ends before its body would be too long, of which a key is a part', () => {
    const format = { emptyBytes: 0, recordBytes: () => MAX_BODY_BYTES / 2 }
    const { laneWith, fill } = batcherOf({}, format)
    laneWith('a', ['1', '2', '3'])
    expect([fill(), fill()]).toEqual([['1', '2'], ['3']])
  })

  it('packs lines of a lane into records, newlines counted', () => {
    const { laneWith, fill } = batcherOf({ aggregateBytes: 5 })
    laneWith('a', ['aa', 'bb', 'cc'])
    laneWith('b', ['dd'])
    expect(fill()).toEqual(['aa+bb', 'cc', 'dd'])
  })

  it('packs no more than fits into the batch', () => {
    const { laneWith, fill } = batcherOf({ aggregateBytes: 100, maxBytes: 8 })
    laneWith('a', ['aa', 'bb', 'cc', 'dd'])
    expect([fill(), fill()]).toEqual([['aa+bb+cc'], ['dd']])
  })

  it('takes one record of a lane where the order counts, and none while one is outstanding', () => {
    const { laneWith, fill, schedule } = batcherOf({ ordered: true })
    const lane = laneWith('a', ['a1', 'a2'])
    laneWith('b', ['b1'])
    expect([fill(), fill()]).toEqual([['a1', 'b1'], []])
    lane.outstanding--
    schedule.offer(lane)
    expect(fill()).toEqual(['a2'])
  })

  it('counts records on the way', () => {
    const { laneWith, fill } = batcherOf({ aggregateBytes: 5 })
    const lane = laneWith('a', ['aa', 'bb', 'cc'])
    fill()
    expect(lane.outstanding).toBe(2)
  })
})

describe('fairness', () => {
  it('sends a busy lane behind the others when it was served', () => {
    const { laneWith, fill } = batcherOf({ maxRecords: 2 })
    laneWith('busy', ['1', '2', '3', '4', '5'])
    laneWith('calm', ['x'])
    expect([fill(), fill()]).toEqual([
      ['1', '2'],
      ['x', '3']
    ])
  })

  it('lets a lane keep its turn if its first line did not fit any more', () => {
    const { laneWith, write, fill } = batcherOf({ maxBytes: 10 })
    const large = 'x'.repeat(9)
    const one = laneWith('one', ['11'])
    laneWith('large', [large])
    laneWith('two', ['22'])
    expect(fill()).toEqual(['11'])
    write(one, 0, '33')
    expect(fill()).toEqual([large])
    expect(fill()).toEqual(['22', '33'])
  })

  it('begins with another partition each time', () => {
    const { laneWith, fill } = batcherOf({ maxRecords: 1 })
    laneWith('a', ['a1', 'a2'], 'p1')
    laneWith('b', ['b1', 'b2'], 'p2')
    laneWith('u', ['u1', 'u2'])
    const served = Array.from({ length: 3 }, () => fill()).flat()
    expect([...served].sort()).toEqual(['a1', 'b1', 'u1'])
  })

  it('leaves out a partition that is blocked', () => {
    const { laneWith, fill, schedule } = batcherOf()
    laneWith('a', ['a1'], 'p1')
    laneWith('b', ['b1'], 'p2')
    schedule.partitions.named('p1').blockedUntil = 50
    expect([fill(49), fill(50)]).toEqual([['b1'], ['a1']])
  })

  it('takes from a limited partition what its rate lets through, and looks again later', () => {
    const { laneWith, fill, schedule } = batcherOf({ maxRecords: 5_000, maxBytes: 1e6 })
    const partition = schedule.partitions.named('p1')
    partition.rate.answered(0, 0, 1, 0)
    laneWith(
      'a',
      Array.from({ length: 1_000 }, (_, line) => `${line}`),
      'p1'
    )
    // 1,200 units a second, in slots of 50 ms.
    const first = fill(50).length
    expect(first).toBeGreaterThanOrEqual(50)
    expect(first).toBeLessThan(70)
    expect(partition.blockedUntil).toBeGreaterThan(50)
    expect(fill(50)).toEqual([])
    expect(fill(partition.blockedUntil).length).toBeGreaterThan(40)
  })
})

describe('when a batch is due', () => {
  it('is never, without a line', () => {
    expect(batcherOf().batcher.dueAt(0, true)).toBe(NEVER)
  })

  it('is the linger after its oldest line was written, or at once if that is past or something is urgent', () => {
    const { laneWith, batcher } = batcherOf({ lingerMs: 100 })
    laneWith('a', ['1'], undefined, 50)
    laneWith('b', ['2'], 'p', 40)
    expect([batcher.dueAt(60, false), batcher.dueAt(500, false), batcher.dueAt(60, true)]).toEqual([
      140, 500, 60
    ])
  })

  it.each([
    ['records', { maxRecords: 3 }],
    ['bytes', { maxBytes: 3 }],
    // A line of a byte takes far more memory than a byte.
    ['memory', { bufferBytes: 1_500 }]
  ])('is now if there are %s for a batch', (_, limits) => {
    const { laneWith, batcher } = batcherOf({ lingerMs: 1_000, ...limits })
    laneWith('a', ['1'])
    if (!('bufferBytes' in limits)) laneWith('b', ['2'])
    expect(batcher.dueAt(0, false)).toBe('bufferBytes' in limits ? 0 : 1_000)
    laneWith('c', ['3'])
    expect(batcher.dueAt(0, false)).toBe(0)
  })

  it('does not depend on lines that wait for a blocked partition', () => {
    const { laneWith, batcher, schedule } = batcherOf({ maxRecords: 1 })
    laneWith('a', ['1', '2'], 'p1')
    schedule.partitions.named('p1').blockedUntil = 500
    expect(batcher.dueAt(0, false)).toBe(NEVER)
    expect(batcher.dueAt(500, false)).toBe(500)
  })

  it('counts a record for each lane where the order counts', () => {
    const { laneWith, batcher } = batcherOf({ ordered: true, maxRecords: 3, lingerMs: 100 })
    laneWith('a', ['1', '2', '3', '4'])
    expect(batcher.dueAt(0, false)).toBe(100)
  })
})

describe('whatever lines there are', () => {
  const line = fc.record({ key: fc.nat({ max: 3 }), bytes: fc.integer({ min: 1, max: 60 }) })

  it('no batch is above a limit, no body is longer than it was said to be, and every line comes once, in its order', () => {
    fc.assert(
      fc.property(
        fc.array(line, { maxLength: 80 }),
        fc.record({
          maxRecords: fc.integer({ min: 1, max: 8 }),
          maxBytes: fc.integer({ min: 1, max: 120 }),
          aggregateBytes: fc.constantFrom(0, 1, 40, 200)
        }),
        (lines, limits) => {
          const { batcher, laneWith, store } = batcherOf(limits)
          const written = new Map<string, string[]>()
          for (const [index, { key, bytes }] of lines.entries()) {
            const texts = written.get(`k${key}`) ?? []
            texts.push(`${index}`.padEnd(bytes, '.'))
            written.set(`k${key}`, texts)
          }
          for (const [key, texts] of written) laneWith(key, texts)
          const arrived = new Map<string, string[]>()
          for (let batch = batcher.fill(0); batch.records > 0; batch = batcher.fill(0)) {
            expect(batch.records).toBeLessThanOrEqual(limits.maxRecords)
            if (batch.lineCount > 1) expect(batch.bytes).toBeLessThanOrEqual(limits.maxBytes)
            expect(FORMAT.encode(batch, store).length).toBeLessThanOrEqual(batch.bodyBytes)
            for (const { record, line: id } of batch.entries()) {
              const { key } = batch.lane(record)
              arrived.set(key, [...(arrived.get(key) ?? []), store.view(id).toString()])
            }
          }
          expect(arrived).toEqual(written)
        }
      )
    )
  })
})
