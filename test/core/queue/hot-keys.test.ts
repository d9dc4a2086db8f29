import { describe, expect, it } from 'vitest'
import { HotKeys } from '../../../packages/core/src/queue/hot-keys.ts'
import { Lane } from '../../../packages/core/src/queue/lane.ts'
import { LineStore } from '../../../packages/core/src/queue/line-store.ts'
import { type Partition, Partitions } from '../../../packages/core/src/queue/partition.ts'
import { LANE_ROUTES, laneOf } from './builders.ts'

const WINDOW_MS = 5_000
const QUIET_MS = 600_000

/** A stream with one partition that is at its limit, and others that are not. */
function streamOf({ others = 1 } = {}) {
  const store = new LineStore()
  const partitions = new Partitions()
  const hotKeys = new HotKeys()
  const full = partitions.named('full')
  for (let index = 0; index < others; index++) partitions.named(`free-${index}`)
  const fill = (partition: Partition): void => {
    partition.rate.answered(0, 0, 1, 0)
    partition.list(laneOf(store, 'waits', 0), 0)
  }
  fill(full)
  const lanes = new Map<string, Lane>()
  /** Lines of a key are written, and so many units of it sent to the full partition. */
  const send = (key: string, units: number, partition = full): void => {
    const lane = lanes.get(key) ?? laneOf(store, key)
    lanes.set(key, lane)
    lane.pushed += units
    hotKeys.pushed += units
    hotKeys.sent(partition, lane, units)
  }
  const find = (now: number) => hotKeys.find(now, partitions.all)
  /** Two windows in which `hot` has that share. */
  const sendShare = (share: number): void => {
    for (let round = 0; round < 100; round++) send(round < share * 100 ? 'hot' : `cold-${round}`, 1)
  }
  return { hotKeys, partitions, full, fill, send, find, sendShare }
}

describe('a hot key', () => {
  it('fills a partition while others have room, for five seconds', () => {
    const { send, find } = streamOf()
    for (let line = 0; line < 100; line++) send('hot', 1)
    expect(find(WINDOW_MS - 1)).toBeUndefined()
    expect(find(WINDOW_MS)).toEqual({
      partitionId: 'full',
      key: 'hot',
      // Its first line made it the candidate, and is not counted.
      share: expect.closeTo(1, 1),
      othersHaveRoom: true
    })
  })

  it('is none if lines were sent to that partition by its name', () => {
    const { hotKeys, full, find } = streamOf()
    const lane = new Lane('1 full', LANE_ROUTES, new LineStore(), { route: { partitionId: 'full' } })
    for (let line = 0; line < 100; line++) {
      lane.pushed++
      hotKeys.pushed++
      hotKeys.sent(full, lane, 1)
    }
    expect(find(WINDOW_MS)).toBeUndefined()
  })

  it('is told once in ten minutes', () => {
    const { send, find } = streamOf()
    const told: number[] = []
    for (let now = 0; now < 2 * QUIET_MS; now += 1_000) {
      send('hot', 10)
      if (find(now) !== undefined) told.push(now)
    }
    expect(told).toHaveLength(2)
    expect((told[1] ?? 0) - (told[0] ?? 0)).toBeGreaterThanOrEqual(QUIET_MS)
  })

  it.each([
    [0.9, 'hot'],
    [0.7, 'hot'],
    [0.3, undefined]
  ])('with a share of %d of what is sent is found: %s', (share, key) => {
    const { sendShare, find } = streamOf()
    sendShare(share)
    expect(find(WINDOW_MS)?.key).toBe(key)
  })

  it('is none of many keys that take turns, whoever leads at the end', () => {
    for (let keys = 2; keys < 40; keys++) {
      const { send, find } = streamOf()
      for (let line = 0; line < 1_001; line++) send(`key-${line % keys}`, 1 + (line % 3))
      expect(find(WINDOW_MS)).toBeUndefined()
    }
  })

  it('is found although another key was first', () => {
    const { send, find } = streamOf()
    send('early', 3)
    for (let line = 0; line < 100; line++) send('hot', 1)
    expect(find(WINDOW_MS)?.key).toBe('hot')
  })

  it('is none where another partition is full as well', () => {
    const { send, find, fill, partitions } = streamOf()
    for (let line = 0; line < 100; line++) send('hot', 1)
    fill(partitions.named('free-0'))
    expect(find(WINDOW_MS)).toBeUndefined()
  })

  it('is none where nothing waits any more', () => {
    const { send, find, full } = streamOf()
    for (let line = 0; line < 100; line++) send('hot', 1)
    const waits = full.ready.first
    if (waits !== undefined) full.unlist(waits)
    expect(find(WINDOW_MS)).toBeUndefined()
  })

  it('in the only partition that is known has to be the only key', () => {
    for (const [share, key] of [
      [1, 'hot'],
      [0.9, undefined]
    ] as const) {
      const { sendShare, find } = streamOf({ others: 0 })
      sendShare(share)
      const found = find(WINDOW_MS)
      expect(found?.key).toBe(key)
      if (key !== undefined) expect(found?.othersHaveRoom).toBe(false)
    }
  })

  it('is looked for only where the partition is known', () => {
    const { send, find, partitions } = streamOf()
    for (let line = 0; line < 100; line++) send('hot', 1, partitions.at(0))
    expect(find(WINDOW_MS)).toBeUndefined()
  })
})
