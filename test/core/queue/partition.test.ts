import { describe, expect, it } from 'vitest'
import { LineStore } from '../../../packages/core/src/queue/line-store.ts'
import { Partition, Partitions, UNKNOWN } from '../../../packages/core/src/queue/partition.ts'
import { laneOf } from './builders.ts'

const NEVER = Number.POSITIVE_INFINITY

describe('a partition', () => {
  it('knows since when its oldest lane waits, and forgets it with the last one', () => {
    const store = new LineStore()
    const partition = new Partition('p', 1)
    const [young, old] = [laneOf(store, 'young', 9), laneOf(store, 'old', 3)]
    partition.list(young, 9)
    partition.list(old, 3)
    expect(partition.oldestAt).toBe(3)
    partition.unlist(old)
    // Earlier than the truth is allowed: it makes a batch due a little too soon.
    expect(partition.oldestAt).toBeLessThanOrEqual(9)
    partition.unlist(young)
    expect(partition.oldestAt).toBe(NEVER)
  })

  it('says how it is, a limit only where there is one', () => {
    const partition = new Partition('p', 1)
    partition.delivered = 5
    partition.taken.add(0, 7.4)
    expect(partition.stats(0)).toEqual({
      partitionId: 'p',
      delivered: 5,
      throttled: 0,
      failed: 0,
      takenPerSecond: 7,
      limitPerSecond: null
    })
    partition.rate.answered(0, 0, 1, 0)
    expect(partition.stats(5_000)).toMatchObject({ takenPerSecond: 0, limitPerSecond: 1_200 })
  })
})

describe('partitions', () => {
  it('are made once for each id, and numbered', () => {
    const partitions = new Partitions()
    const first = partitions.named('p')
    expect(partitions.named('p')).toBe(first)
    expect(partitions.named('q').index).toBe(2)
    expect(partitions.at(1)).toBe(first)
    expect(partitions.all.map(({ partitionId }) => partitionId)).toEqual(['', 'p', 'q'])
    expect(() => partitions.at(3)).toThrow(RangeError)
  })

  it('begin with one that stands for all unknown ones, whose first limit grows with their number', () => {
    const limits = [1, 2, 20].map((count) => {
      const partitions = new Partitions()
      for (let index = 0; index < count; index++) partitions.named(`p${index}`)
      const { rate } = partitions.at(UNKNOWN)
      rate.answered(0, 0, 1, 0)
      return rate.perSecond
    })
    expect(limits.map((limit) => Math.round(limit))).toEqual([1_200, 2_400, 24_000])
  })

  it('count as one while none is known', () => {
    expect(new Partitions().partitions).toBe(1)
  })
})
