import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LANE_OVERHEAD_BYTES, Lane, LaneList } from '../../../packages/core/src/queue/lane.ts'
import { LineStore, NONE } from '../../../packages/core/src/queue/line-store.ts'
import { laneOf, textsIn } from './builders.ts'

describe('a lane', () => {
  it('gives lines in the order written', () => {
    const store = new LineStore()
    const lane = laneOf(store, 'k', 1, 2, 3)
    expect(textsIn(lane, store)).toEqual(['k1', 'k2', 'k3'])
    expect(lane).toMatchObject({ lines: 3, bytes: 6, pushed: 3 })
    expect([lane.shift(), lane.shift(), lane.shift(), lane.shift()].map((line) => line === NONE)).toEqual([
      false,
      false,
      false,
      true
    ])
    expect(lane).toMatchObject({ lines: 0, bytes: 0, pushed: 3, head: NONE })
  })

  it('takes lines back at the front, also when it is empty', () => {
    const store = new LineStore()
    const lane = laneOf(store, 'k', 1, 2)
    const [first, second] = [lane.shift(), lane.shift()]
    lane.unshift(second)
    lane.unshift(first)
    lane.push(store.put('k3', 3, 0))
    expect(textsIn(lane, store)).toEqual(['k1', 'k2', 'k3'])
    expect(lane.pushed).toBe(3)
  })

  it('is idle without lines, waiting or on the way', () => {
    const store = new LineStore()
    const lane = laneOf(store, 'k', 1)
    expect(lane.isIdle).toBe(false)
    lane.shift()
    lane.outstanding = 1
    expect(lane.isIdle).toBe(false)
    lane.outstanding = 0
    expect(lane.isIdle).toBe(true)
  })

  it('counts its key, unless it shares it', () => {
    const store = new LineStore()
    const routes = { routeOf: () => ({ spread: true }) as const, encode: () => '' }
    expect(new Lane('k'.repeat(100), routes, store).heldBytes).toBe(LANE_OVERHEAD_BYTES + 300)
    const detached = new Lane('k'.repeat(100), routes, store, { isDetached: true })
    expect(detached.heldBytes).toBe(LANE_OVERHEAD_BYTES)
  })

  it('makes its route and its encoded route once, and only when they are asked for', () => {
    const asked: string[] = []
    const lane = new Lane(
      'k',
      {
        routeOf: (key) => {
          asked.push('route')
          return { partitionKey: key }
        },
        encode: () => {
          asked.push('encode')
          return 'e'
        }
      },
      new LineStore()
    )
    expect(asked).toEqual([])
    expect([lane.encodedRoute, lane.encodedRoute, lane.route]).toEqual(['e', 'e', { partitionKey: 'k' }])
    expect(asked).toEqual(['route', 'encode'])
  })
})

describe('a list of lanes', () => {
  it('gives back the lanes that are in it, in the order in which they came', () => {
    const store = new LineStore()
    const list = new LaneList()
    const [a, b, c] = ['a', 'b', 'c'].map((key) => laneOf(store, key, 1))
    if (a === undefined || b === undefined || c === undefined) throw new Error('three lanes')
    for (const lane of [a, b, c]) list.push(lane)
    list.remove(b)
    expect([list.first, list.last, list.size]).toEqual([a, c, 2])
    list.push(b)
    list.remove(a)
    expect([list.first, list.last]).toEqual([c, b])
    list.remove(c)
    list.remove(b)
    expect(list).toMatchObject({ first: undefined, last: undefined, size: 0, lines: 0, bytes: 0 })
  })

  it('counts the lines of its lanes, whatever happens to lanes in it and out of it', () => {
    const step = fc.record({
      lane: fc.nat({ max: 3 }),
      what: fc.constantFrom('push', 'shift', 'return', 'list', 'unlist')
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const store = new LineStore()
        const list = new LaneList()
        const lanes = ['a', 'bb', 'ccc', 'dddd'].map((key) => laneOf(store, key))
        const taken = new Map<Lane, number[]>(lanes.map((lane) => [lane, []]))
        for (const [now, { lane: index, what }] of steps.entries()) {
          const lane = lanes[index]
          if (lane === undefined) continue
          if (what === 'push') lane.push(store.put(`${lane.key}${now}`, now, 0))
          else if (what === 'list' && lane.list === undefined) list.push(lane)
          else if (what === 'unlist' && lane.list === list) list.remove(lane)
          else if (what === 'shift' && lane.head !== NONE) taken.get(lane)?.push(lane.shift())
          else if (what === 'return') {
            const line = taken.get(lane)?.pop()
            if (line !== undefined) lane.unshift(line)
          }
          const listed = lanes.filter((each) => each.list === list)
          expect(list.size).toBe(listed.length)
          expect(list.lines).toBe(listed.reduce((sum, each) => sum + textsIn(each, store).length, 0))
          expect(list.bytes).toBe(listed.reduce((sum, each) => sum + textsIn(each, store).join('').length, 0))
        }
      })
    )
  })
})
