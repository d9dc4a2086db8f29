import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Lane } from '../../../packages/core/src/queue/lane.ts'
import { Lanes, MAX_IDLE_LANES } from '../../../packages/core/src/queue/lanes.ts'
import { LineStore } from '../../../packages/core/src/queue/line-store.ts'
import { ROUTE_KINDS, type Routing } from '../../../packages/core/src/record/route.ts'
import { FORMAT, KEYED, SPREAD } from './builders.ts'

const CONSTANT: Routing = { kind: 'constant', partitionId: '7' }

function lanesOf(routing: Routing = KEYED, maxBytes = 64 * 1_048_576) {
  const store = new LineStore()
  const lanes = new Lanes(routing, store, FORMAT, maxBytes)
  /** A lane that had a line and has none now. */
  const rested = (key: string): Lane => {
    const lane = lanes.get(key)
    lanes.wake(lane)
    lanes.rest(lane)
    return lane
  }
  return { store, lanes, rested }
}

const sum = (lanes: Iterable<Lane>): number => [...lanes].reduce((total, lane) => total + lane.heldBytes, 0)

describe('lanes', () => {
  it('are one for each key, also for keys that no text can hold', () => {
    const { lanes } = lanesOf()
    for (const key of ['', 'a', 'ключ', '🔑', '\ud800', '__proto__', '"\\\n', '\u0000']) {
      expect(lanes.get(key)).toBe(lanes.get(key))
      expect(lanes.get(key).key).toBe(key)
    }
    expect([...lanes]).toHaveLength(8)
  })

  it('are kept while they are idle, up to a number; then the one goes that was idle longest', () => {
    const { lanes, rested } = lanesOf()
    const first = rested('first')
    const second = rested('second')
    for (let key = 2; key < MAX_IDLE_LANES; key++) rested(`key-${key}`)
    expect(lanes.get('first')).toBe(first)
    rested('first')
    rested('one more')
    expect([...lanes]).toHaveLength(MAX_IDLE_LANES)
    expect(lanes.get('first')).toBe(first)
    expect(lanes.get('second')).not.toBe(second)
  })

  it('take a sixteenth of the buffer at most while they are idle', () => {
    const { lanes, rested } = lanesOf(KEYED, 1_600_000)
    for (let key = 0; key < 1_000; key++) rested(`${key}`.padEnd(1_000, '.'))
    expect(lanes.heldBytes).toBeLessThanOrEqual(100_000)
    expect(lanes.heldBytes).toBeGreaterThan(90_000)
  })

  it('are not freed while they have something to do, however many they are', () => {
    const { store, lanes, rested } = lanesOf(KEYED, 16_000)
    const busy = Array.from({ length: 100 }, (_, key) => {
      const lane = lanes.get(`busy-${key}`)
      lane.push(store.put('x', 0, 0))
      return lane
    })
    for (let key = 0; key < 100; key++) rested(`idle-${key}`)
    expect(busy.every((lane) => lanes.get(lane.key) === lane)).toBe(true)
  })

  it('are one where all lines share a route', () => {
    for (const [routing, hasOnePartition] of [
      [CONSTANT, true],
      [SPREAD, false]
    ] as const) {
      const { lanes } = lanesOf(routing)
      expect(lanes.get('')).toBe(lanes.get(''))
      expect(lanes.get('').hasOnePartition).toBe(hasOnePartition)
    }
  })

  it('of a line with a route of its own are apart from those of any key, and know whether they lead to one partition', () => {
    const { lanes } = lanesOf()
    const values = ['0', '1 0', '\u00001 0']
    const keyed = values.map((key) => lanes.get(key))
    const ids = values.map((value) => lanes.forRoute({ kind: ROUTE_KINDS.partitionId, value }))
    const spread = lanes.forRoute({ kind: ROUTE_KINDS.spread, value: '' })
    expect(new Set([...keyed, ...ids, spread]).size).toBe(7)
    expect(ids.map(({ route }) => route)).toEqual(values.map((partitionId) => ({ partitionId })))
    expect(keyed.map(({ route }) => route)).toEqual(values.map((partitionKey) => ({ partitionKey })))
    expect([...keyed, ...ids].every((lane) => lane.hasOnePartition)).toBe(true)
    expect(spread.hasOnePartition).toBe(false)
    expect([...lanes]).toHaveLength(7)
  })

  it('of a line with a route of its own are freed, too', () => {
    const { lanes } = lanesOf(KEYED, 16_000)
    for (let n = 0; n < 1_000; n++) {
      const lane = lanes.forRoute({ kind: ROUTE_KINDS.explicitHashKey, value: `${n}` })
      lanes.wake(lane)
      lanes.rest(lane)
    }
    expect(lanes.heldBytes).toBeLessThanOrEqual(1_000)
    expect(lanes.heldBytes).toBe(sum(lanes))
  })

  it('count the memory of all of them, whatever comes and goes', () => {
    const step = fc.record({ key: fc.nat({ max: 60 }), what: fc.constantFrom('rest', 'detach', 'end') })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const { lanes, rested } = lanesOf(KEYED, 160_000)
        const detached: Lane[] = []
        for (const { key, what } of steps) {
          if (what === 'rest') rested(`key-${key}`)
          else if (what === 'detach') detached.push(lanes.detach(rested('same')))
          else {
            const lane = detached.pop()
            if (lane === undefined) continue
            lanes.rest(lane)
            // Twice does no harm.
            lanes.rest(lane)
          }
          expect(lanes.heldBytes).toBe(sum(lanes))
        }
        for (const lane of detached) lanes.rest(lane)
        expect([...lanes].some((lane) => lane.isDetached)).toBe(false)
        expect(lanes.heldBytes).toBe(sum(lanes))
      })
    )
  })
})

describe('a detached lane', () => {
  it('shares key, route and partition with the lane that it comes from, and comes before it', () => {
    const { store, lanes } = lanesOf()
    const lane = lanes.get('a')
    lane.partition = 3
    lane.push(store.put('young', 2, 0))
    const detached = lanes.detach(lane)
    detached.push(store.put('old', 1, 0))
    expect(detached).toMatchObject({ key: 'a', partition: 3, isDetached: true })
    expect(detached.route).toBe(lane.route)
    expect([...lanes.waiting()].map(({ line }) => store.view(line).toString())).toEqual(['old', 'young'])
    expect(lanes.get('a')).toBe(lane)
  })
})

describe('the lane of a line that comes back from disk', () => {
  it('is that of its key', () => {
    const { lanes } = lanesOf()
    expect(lanes.forRoute({ kind: ROUTE_KINDS.partitionKey, value: 'a' })).toBe(lanes.get('a'))
  })

  it('is the only one where all lines share a route, if it is theirs', () => {
    const { lanes } = lanesOf(CONSTANT)
    expect(lanes.forRoute({ kind: ROUTE_KINDS.partitionId, value: '7' })).toBe(lanes.get(''))
    expect(lanes.forRoute({ kind: ROUTE_KINDS.partitionKey, value: '' })).toBe(lanes.get(''))
  })

  it('is one of its own if lines were routed in another way before', () => {
    for (const [routing, kind, value, route] of [
      [KEYED, ROUTE_KINDS.partitionId, '7', { partitionId: '7' }],
      [KEYED, ROUTE_KINDS.spread, '', { spread: true }],
      [CONSTANT, ROUTE_KINDS.partitionId, '8', { partitionId: '8' }],
      [CONSTANT, ROUTE_KINDS.explicitHashKey, '7', { explicitHashKey: '7' }],
      [SPREAD, ROUTE_KINDS.partitionKey, 'a', { partitionKey: 'a' }]
    ] as const) {
      const { lanes } = lanesOf(routing)
      const lane = lanes.forRoute({ kind, value })
      expect(lane).not.toBe(lanes.get(''))
      expect(lane).not.toBe(lanes.get(value))
      expect(lane.route).toEqual(route)
      expect(lanes.forRoute({ kind, value })).toBe(lane)
    }
  })
})
