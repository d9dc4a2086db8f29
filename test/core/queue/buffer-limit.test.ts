import { describe, expect, it } from 'vitest'
import { BufferLimit, type OverflowPolicy } from '../../../packages/core/src/queue/buffer-limit.ts'
import { LINE_OVERHEAD_BYTES, LineStore } from '../../../packages/core/src/queue/line-store.ts'

const MAX_BYTES = 10_000

function limitOf(onFull: OverflowPolicy = 'block') {
  const store = new LineStore()
  const lanes = { heldBytes: 0 }
  const limit = new BufferLimit(store, lanes, { maxBytes: MAX_BYTES, onFull })
  /** Puts a line that takes so many bytes, what it costs besides its bytes included. */
  const put = (bytes: number): number => store.put('x'.repeat(bytes - LINE_OVERHEAD_BYTES), 0, 0)
  return { store, lanes, limit, put }
}

describe('the buffer limit', () => {
  it('counts a line with its entry, to the byte', () => {
    const { limit, put } = limitOf()
    put(9_000)
    expect(limit.fits(1_000 - LINE_OVERHEAD_BYTES)).toBe(true)
    expect(limit.fits(1_001 - LINE_OVERHEAD_BYTES)).toBe(false)
    expect(limit.missing(1_001 - LINE_OVERHEAD_BYTES)).toBe(1)
  })

  it('counts lanes, and bodies while they are in flight', () => {
    const { limit, lanes } = limitOf()
    lanes.heldBytes = 4_000
    limit.countInFlight(6_000)
    expect(limit.fits(0)).toBe(false)
    limit.countInFlight(-6_000)
    expect(limit.fits(0)).toBe(true)
  })

  it('has room for another body while a quarter is not in flight', () => {
    const { limit } = limitOf()
    limit.countInFlight(MAX_BYTES / 4 - 1)
    expect(limit.hasRoomInFlight(0)).toBe(true)
    limit.countInFlight(1)
    expect(limit.hasRoomInFlight(0)).toBe(false)
    expect(limit.hasRoomInFlight(1)).toBe(true)
  })

  it('asks a writer to wait when it is full, and lets it go on once, with a quarter free', () => {
    const { limit, put, store } = limitOf()
    const lines = [put(2_400), put(5_000), put(2_500)]
    expect([limit.admits(), limit.isBlocked]).toEqual([true, false])
    lines.push(put(100))
    expect([limit.admits(), limit.isBlocked, limit.unblocks()]).toEqual([false, true, false])
    store.release(lines[0] ?? -1)
    expect(limit.unblocks()).toBe(false)
    store.release(lines[3] ?? -1)
    expect([limit.unblocks(), limit.unblocks(), limit.isBlocked]).toEqual([true, false, false])
  })

  it.each<[OverflowPolicy, object]>([
    ['block', { dropsNewest: false, dropsOldest: false, spills: false }],
    ['dropNewest', { dropsNewest: true, dropsOldest: false, spills: false }],
    // If no older one makes room, because all are in flight.
    ['dropOldest', { dropsNewest: true, dropsOldest: true, spills: false }],
    ['spool', { dropsNewest: false, dropsOldest: false, spills: true }]
  ])('does by policy what happens at the bound: %s', (onFull, expected) => {
    const { limit, put } = limitOf(onFull)
    put(10_000)
    expect(limit).toMatchObject(expected)
    expect(limit.admits()).toBe(onFull.startsWith('drop'))
  })

  it('has room to read back from disk up to a half, or an eighth besides what waits for just that', () => {
    const { limit, put } = limitOf('spool')
    put(5_000)
    expect(limit.hasRoomToRead(0)).toBe(true)
    put(100)
    expect(limit.hasRoomToRead(0)).toBe(false)
    expect([limit.hasRoomToRead(3_850), limit.hasRoomToRead(3_849)]).toEqual([true, false])
  })
})
