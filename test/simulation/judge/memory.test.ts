import { describe, expect, it } from 'vitest'
import { lifeByHand, type Memory, recordByHand } from './by-hand.ts'
import type { LifeRecord } from './life-record.ts'
import { checkEmpty, checkMemory } from './memory.ts'

const MAX = 65_536

function found(
  { lines = 0, lineBytes = 0, laneBytes = 0, bodyBytes = 0, ...more }: Partial<Memory>,
  onFull: 'block' | 'dropNewest' = 'dropNewest',
  changes: Partial<LifeRecord> = {}
): number {
  const record = Object.assign(recordByHand({ buffer: { maxBytes: MAX, onFull } }), changes)
  const countedBytes = lineBytes + 52 * lines + laneBytes + bodyBytes
  const memory = { lines, lineBytes, laneBytes, bodyBytes, heldBytes: lineBytes, countedBytes, ...more }
  let complaints = 0
  checkMemory(lifeByHand(record, { memory }), () => complaints++, 1_000)
  return complaints
}

describe('of memory the judge', () => {
  it('allows the bound, and the lane of the last line', () => {
    expect(found({ lines: 10, lineBytes: MAX - 520 })).toBe(0)
    expect(found({ lines: 10, lineBytes: MAX - 520, laneBytes: 343 }, 'dropNewest', { longestKey: 1 })).toBe(
      0
    )
  })

  it('finds a line above it, unless a writer is asked to wait', () => {
    const memory = { lines: 11, lineBytes: MAX - 100 }
    expect(found(memory)).toBe(1)
    expect(found(memory, 'block', { largest: 500 })).toBe(0)
    expect(found({ ...memory, lineBytes: MAX + 1_000 }, 'block', { largest: 500 })).toBe(1)
  })

  it('allows a lane for each record that was turned back, and no other', () => {
    const memory = { lines: 10, lineBytes: MAX - 520, laneBytes: 3_400 }
    expect(found(memory)).toBe(1)
    expect(found(memory, 'dropNewest', { turnedBack: 9 })).toBe(0)
  })

  it('allows a notice of dropped lines, once in 30 s', () => {
    const record = recordByHand({ buffer: { maxBytes: MAX, onFull: 'dropNewest' } })
    const complaints = (lineBytes: number, dropped: number) => {
      let count = 0
      const memory = { lines: 1, lineBytes, heldBytes: lineBytes, countedBytes: lineBytes + 52 }
      checkMemory(lifeByHand(record, { books: { dropped }, memory }), () => count++, 1_000)
      return count
    }
    expect(complaints(MAX + 800, 0)).toBe(1)
    expect(complaints(MAX + 800, 3)).toBe(0)
    expect(complaints(MAX + 1_800, 3)).toBe(1)
  })

  it('finds a sum that leaves something out', () => {
    expect(found({ lines: 1, lineBytes: 100, bodyBytes: 100, countedBytes: 152 })).toBe(1)
  })

  it.each([
    { bodyBytes: MAX / 4 + 1_000, found: 0 },
    { bodyBytes: MAX / 4 + 1_001, found: 1 },
    { bodyBytes: -1, found: 1 }
  ])('allows a quarter in flight and one body more: %o', ({ bodyBytes, found: most }) => {
    expect(found({ bodyBytes }, 'dropNewest', { largestBody: 1_000 })).toBe(most)
  })

  it('leaves late requests out of that', () => {
    const late = new Set([{ sentAt: 0, bytes: 5_000 }])
    const young = new Set([{ sentAt: 950, bytes: 5_000 }])
    expect(found({ bodyBytes: MAX / 4 + 5_000 }, 'dropNewest', { inFlight: late })).toBe(0)
    expect(found({ bodyBytes: MAX / 4 + 5_000 }, 'dropNewest', { inFlight: young })).toBe(1)
  })

  it('finds pages that do not follow their lines', () => {
    const reserve = 16 * 4_096 + 6 * 4_096 * 52
    expect(found({ lineBytes: 1_000, heldBytes: reserve + 1_340 })).toBe(0)
    expect(found({ lineBytes: 1_000, heldBytes: reserve + 1_341 })).toBe(1)
  })
})

describe('when all has drained the judge', () => {
  function left(memory: Partial<Memory>, keys: readonly number[] = [1]): number {
    let complaints = 0
    const record = recordByHand({ buffer: { maxBytes: MAX } })
    checkEmpty(lifeByHand(record, { memory }), keys, () => complaints++)
    return complaints
  }

  it('allows lanes of keys that were written, up to a sixteenth of the buffer', () => {
    expect(left({ laneBytes: 343 })).toBe(0)
    expect(left({ laneBytes: 5 * 340 })).toBe(1)
    const many = new Array<number>(1_000).fill(1)
    expect(left({ laneBytes: MAX / 16 }, many)).toBe(0)
    expect(left({ laneBytes: MAX / 16 + 1 }, many)).toBe(1)
  })

  it('finds bytes of lines and of bodies', () => {
    expect(left({ lineBytes: 1 })).toBe(1)
    expect(left({ bodyBytes: 1 })).toBe(1)
    expect(left({ laneBytes: -1 })).toBe(1)
  })
})
