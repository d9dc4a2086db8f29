import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Lane } from '../../../packages/core/src/queue/lane.ts'
import { LineStore, NONE } from '../../../packages/core/src/queue/line-store.ts'
import { OldestLanes } from '../../../packages/core/src/queue/oldest-lanes.ts'
import { laneOf } from './builders.ts'

/** When the oldest first line of these lanes was written, found by looking at all. */
function oldestOf(lanes: readonly Lane[], store: LineStore): number {
  const times = lanes.filter(({ head }) => head !== NONE).map(({ head }) => store.writtenAt(head))
  return Math.min(...times)
}

describe('the lane with the oldest line', () => {
  it('is the one that a scan finds, whatever is added, taken and put back', () => {
    const command = fc.record({
      lane: fc.nat({ max: 2 }),
      what: fc.constantFrom('write', 'write', 'take', 'return'),
      asks: fc.boolean()
    })
    fc.assert(
      fc.property(fc.array(command, { maxLength: 150 }), (commands) => {
        const store = new LineStore(65_536)
        const oldest = new OldestLanes(store)
        const lanes = ['a', 'b', 'c'].map((key) => laneOf(store, key))
        const taken: { readonly lane: Lane; readonly line: number }[] = []
        for (const [now, { lane: index, what, asks }] of commands.entries()) {
          const lane = lanes[index]
          if (lane === undefined) continue
          if (what === 'write') {
            lane.push(store.put('x', now, 0))
            oldest.add(lane)
          } else if (what === 'take') {
            const line = lane.shift()
            if (line !== NONE) taken.push({ lane, line })
          } else {
            const back = taken.pop()
            back?.lane.unshift(back.line)
            if (back !== undefined) oldest.add(back.lane)
          }
          if (asks) {
            const first = oldest.first()
            const at = first === undefined ? Number.POSITIVE_INFINITY : store.writtenAt(first.head)
            expect(at).toBe(oldestOf(lanes, store))
          }
        }
      }),
      { numRuns: 500 }
    )
  })

  it('is the one whose line came back, although it was met with a younger one before', () => {
    const store = new LineStore(65_536)
    const oldest = new OldestLanes(store)
    const a = laneOf(store, 'a', 1, 5)
    const b = laneOf(store, 'b', 3)
    oldest.add(a)
    oldest.add(b)
    const line = a.shift()
    expect(oldest.first()).toBe(b)
    a.unshift(line)
    oldest.add(a)
    expect(oldest.first()).toBe(a)
  })

  it('lets go of lanes that have emptied, once they are more than half', () => {
    const store = new LineStore(65_536)
    const oldest = new OldestLanes(store)
    const lanes = Array.from({ length: 5_000 }, (_, index) => laneOf(store, `lane-${index}`, index))
    for (const lane of lanes) oldest.add(lane)
    oldest.trim(5_000)
    expect(oldest.size).toBe(5_000)
    for (const lane of lanes.slice(10)) lane.shift()
    oldest.trim(10)
    expect(oldest.size).toBe(10)
    expect(oldest.first()).toBe(lanes[0])
  })

  it('forgets lanes that have been empty, although they are many', () => {
    const store = new LineStore(65_536)
    const oldest = new OldestLanes(store)
    const gone = Array.from({ length: 3_000 }, (_, index) => {
      const lane = laneOf(store, `gone-${index}-`, index)
      oldest.add(lane)
      store.release(lane.shift())
      return lane
    })
    expect(gone.filter((lane) => lane.ageKey < Number.POSITIVE_INFINITY).length).toBeLessThan(1_100)
    const late = laneOf(store, 'late', 9_000)
    oldest.add(late)
    expect(oldest.first()).toBe(late)
    expect(gone.some((lane) => lane.ageKey < Number.POSITIVE_INFINITY)).toBe(false)
  })
})
