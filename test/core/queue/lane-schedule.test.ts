import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Lane } from '../../../packages/core/src/queue/lane.ts'
import { LaneSchedule } from '../../../packages/core/src/queue/lane-schedule.ts'
import { LineStore, NONE } from '../../../packages/core/src/queue/line-store.ts'
import { laneOf } from './builders.ts'

const NEVER = Number.POSITIVE_INFINITY

function scheduleOf({ isOrdered = false } = {}) {
  const store = new LineStore()
  const schedule = new LaneSchedule(store, isOrdered)
  const unknown = schedule.partitions.at(0)
  /** Keys of the ready lanes of a partition, in order. */
  const ready = (partition = unknown): string[] => {
    const keys: string[] = []
    for (let lane = partition.ready.first; lane !== undefined; lane = lane.following) keys.push(lane.key)
    return keys
  }
  const offered = (key: string, ...writtenAt: number[]): Lane => {
    const lane = laneOf(store, key, ...writtenAt)
    schedule.offer(lane)
    return lane
  }
  return { store, schedule, unknown, ready, offered }
}

describe('a lane that is offered', () => {
  it('is ready if it has a line, first come first served', () => {
    const { ready, offered } = scheduleOf()
    offered('a', 1)
    offered('empty')
    offered('b', 2)
    expect(ready()).toEqual(['a', 'b'])
  })

  it('stands in its list once, however often it is offered', () => {
    const { schedule, ready, offered, unknown } = scheduleOf()
    const lane = offered('a', 1)
    schedule.offer(lane)
    expect(ready()).toEqual(['a'])
    expect(unknown.ready).toMatchObject({ size: 1, lines: 1 })
  })

  it('waits for its outstanding record where the order counts, and only there', () => {
    for (const isOrdered of [true, false]) {
      const { schedule, store, ready } = scheduleOf({ isOrdered })
      const lane = laneOf(store, 'a', 1)
      lane.outstanding = 1
      schedule.offer(lane)
      expect(ready()).toEqual(isOrdered ? [] : ['a'])
    }
  })
})

describe('a lane that is blocked', () => {
  it('leaves its list, and comes back when its time has come', () => {
    const { schedule, ready, offered } = scheduleOf()
    const lane = offered('a', 1)
    schedule.block(lane, 100)
    expect(ready()).toEqual([])
    expect(schedule.nextUnblockAt(0)).toBe(100)
    schedule.unblock(99)
    expect(ready()).toEqual([])
    schedule.unblock(100)
    expect(ready()).toEqual(['a'])
    expect(schedule.nextUnblockAt(100)).toBe(NEVER)
  })

  it('waits until the later time if it is blocked twice, also when the first wait is over already', () => {
    const { schedule, ready, offered } = scheduleOf()
    const lane = offered('a', 1)
    schedule.block(lane, 100)
    schedule.block(lane, 300)
    schedule.unblock(150)
    expect(ready()).toEqual([])
    expect(schedule.nextUnblockAt(150)).toBe(300)
    schedule.block(lane, 200)
    schedule.unblock(299)
    expect(ready()).toEqual([])
    schedule.unblock(300)
    expect(ready()).toEqual(['a'])
  })

  it('is blocked also for lines that come later', () => {
    const { schedule, store, ready, offered } = scheduleOf()
    const lane = offered('a', 1)
    schedule.block(lane, 100)
    lane.push(store.put('late', 2, 0))
    schedule.offer(lane)
    expect(ready()).toEqual([])
    schedule.unblock(100)
    expect(ready()).toEqual(['a'])
  })

  it('is not ready after its wait if it has lost its lines meanwhile', () => {
    const { schedule, store, ready, offered } = scheduleOf()
    const lane = offered('a', 1)
    schedule.block(lane, 100)
    store.release(lane.shift())
    schedule.unblock(100)
    expect(ready()).toEqual([])
    lane.push(store.put('late', 2, 0))
    schedule.offer(lane)
    expect(ready()).toEqual(['a'])
  })

  it('is not held for its wait if it has lost its lines, although such lanes are many; late lines still wait', () => {
    const { schedule, store, ready, offered } = scheduleOf()
    const gone = Array.from({ length: 3_000 }, (_, index) => {
      const lane = offered(`gone-${index}-`, index)
      schedule.block(lane, 30_000)
      store.release(lane.shift())
      return lane
    })
    expect(gone.filter(({ isBlocked }) => isBlocked).length).toBeLessThan(1_100)
    const [first] = gone
    first?.push(store.put('late', 1, 0))
    if (first !== undefined) schedule.offer(first)
    expect(ready()).toEqual([])
    schedule.unblock(30_000)
    expect(ready()).toEqual(['gone-0-'])
  })

  it('waits from its answer on where the order counts', () => {
    const { schedule, store, ready } = scheduleOf({ isOrdered: true })
    const lane = laneOf(store, 'a', 1)
    lane.outstanding = 1
    schedule.block(lane, 100)
    lane.outstanding = 0
    schedule.offer(lane)
    expect(ready()).toEqual([])
    schedule.unblock(100)
    expect(ready()).toEqual(['a'])
  })
})

describe('a partition', () => {
  it('gets the lanes that lead to it, with their lines', () => {
    const { schedule, ready, offered, unknown } = scheduleOf()
    const partition = schedule.partitions.named('p')
    const lane = offered('a', 5, 6)
    offered('b', 1)
    schedule.move(lane, partition)
    expect([ready(), ready(partition)]).toEqual([['b'], ['a']])
    expect(unknown.ready).toMatchObject({ size: 1, lines: 1 })
    expect(partition.ready).toMatchObject({ size: 1, lines: 2 })
    expect(partition.oldestAt).toBe(5)
    schedule.withdraw(lane)
    expect(ready(partition)).toEqual([])
    expect(partition.oldestAt).toBe(NEVER)
  })

  it('is told of a lane that waits, and lists it there afterwards', () => {
    const { schedule, ready, offered } = scheduleOf()
    const partition = schedule.partitions.named('p')
    const lane = offered('a', 1)
    schedule.block(lane, 100)
    schedule.move(lane, partition)
    expect(ready(partition)).toEqual([])
    schedule.unblock(100)
    expect([ready(), ready(partition)]).toEqual([[], ['a']])
  })

  it('that is blocked is looked at again only if something waits for it', () => {
    const { schedule, offered } = scheduleOf()
    const partition = schedule.partitions.named('p')
    partition.blockedUntil = 500
    expect(schedule.nextUnblockAt(0)).toBe(NEVER)
    schedule.move(offered('a', 1), partition)
    expect(schedule.nextUnblockAt(0)).toBe(500)
    expect(schedule.nextUnblockAt(500)).toBe(NEVER)
  })
})

describe('the end of all waits', () => {
  it('lists every blocked lane, unblocks every partition, and lets all that waits through', () => {
    const { schedule, ready, offered } = scheduleOf()
    const partition = schedule.partitions.named('p')
    partition.blockedUntil = 1e9
    partition.failures = 9
    partition.rate.answered(0, 0, 1, 0)
    const lane = offered('a', ...Array.from({ length: 5_000 }, (_, index) => index))
    schedule.move(lane, partition)
    lane.failures = 7
    schedule.block(lane, 1e9)
    expect(lane.head).not.toBe(NONE)
    schedule.endWaits(10)
    expect(ready(partition)).toEqual(['a'])
    expect(lane).toMatchObject({ failures: 0, blockedUntil: 0, isBlocked: false })
    expect(partition).toMatchObject({ failures: 0, blockedUntil: 0 })
    expect(partition.rate.budget(10)).toBeGreaterThanOrEqual(5_000)
  })
})

describe('whatever happens to lanes', () => {
  const step = fc.record({
    lane: fc.nat({ max: 3 }),
    what: fc.constantFrom('push', 'shift', 'answer', 'block', 'move', 'withdraw', 'unblock', 'endWaits'),
    by: fc.nat({ max: 300 })
  })

  it.each([true, false])('each is in the one place that it should be in (ordered: %s)', (isOrdered) => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 150 }), (steps) => {
        const { store, schedule } = scheduleOf({ isOrdered })
        const lanes = ['a', 'b', 'c', 'd'].map((key) => laneOf(store, key))
        let now = 0
        for (const { lane: index, what, by } of steps) {
          const lane = lanes[index]
          if (lane === undefined) continue
          if (what === 'push') lane.push(store.put('x', now, 0))
          else if (what === 'shift' && lane.list !== undefined) {
            schedule.withdraw(lane)
            store.release(lane.shift())
            lane.outstanding++
          } else if (what === 'answer' && lane.outstanding > 0) lane.outstanding--
          else if (what === 'block' && lane.head !== NONE) schedule.block(lane, now + by)
          else if (what === 'move') schedule.move(lane, schedule.partitions.named(`p${by % 3}`))
          else if (what === 'withdraw') schedule.withdraw(lane)
          else if (what === 'endWaits') schedule.endWaits(now)
          else {
            now += by
            schedule.unblock(now)
          }
          schedule.offer(lane)
          for (const partition of schedule.partitions.all) {
            const listed = lanes.filter((each) => each.list === partition.ready)
            expect(listed.every((each) => each.partition === partition.index && each.head !== NONE)).toBe(
              true
            )
            expect(partition.ready.size).toBe(listed.length)
            expect(partition.ready.lines).toBe(listed.reduce((sum, each) => sum + each.lines, 0))
          }
          // What has a line is listed, or waits for a time that comes, or for an answer.
          for (const each of lanes.filter(({ head }) => head !== NONE)) {
            const waits = each.isBlocked || (isOrdered && each.outstanding > 0)
            expect(each.list !== undefined || waits || each !== lane).toBe(true)
            if (each.isBlocked) expect(schedule.nextUnblockAt(now)).toBeLessThanOrEqual(each.blockedUntil)
          }
        }
        schedule.unblock(Number.MAX_SAFE_INTEGER)
        expect(lanes.some(({ isBlocked }) => isBlocked)).toBe(false)
      })
    )
  })
})
