import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LineStore, NONE } from '../../../packages/core/src/queue/line-store.ts'

describe('the line store', () => {
  it('gives back the bytes it was given, text and binary', () => {
    const store = new LineStore()
    const text = store.put('grüße 🔑', 1, 0)
    const bytes = store.put(Uint8Array.of(0xff, 0x00, 0x80), 2, 0)
    expect(store.view(text).toString('utf8')).toBe('grüße 🔑')
    expect([...store.view(bytes)]).toEqual([0xff, 0x00, 0x80])
    expect(store.base64(bytes)).toBe('/wCA')
    expect(store).toMatchObject({ bytes: Buffer.byteLength('grüße 🔑') + 3, lines: 2 })
  })

  it('copies a line behind others', () => {
    const store = new LineStore()
    const target = Buffer.alloc(8, '.')
    expect(store.copy(store.put('abc', 0, 0), target, 2)).toBe(5)
    expect(target.toString()).toBe('..abc...')
  })

  it('keeps the facts of a line, and begins anew with a number that is used again', () => {
    const store = new LineStore()
    const first = store.put('a', 7.5, 3, 40)
    store.countAttempt(first)
    store.link(first, 9)
    expect([store.writtenAt(first), store.epoch(first), store.spoolId(first)]).toEqual([7.5, 3, 40])
    expect([store.attempts(first), store.next(first)]).toEqual([1, 9])
    store.release(first)
    const second = store.put('b', 8, 4)
    expect(second).toBe(first)
    expect([store.attempts(second), store.next(second), store.spoolId(second)]).toEqual([0, NONE, NONE])
  })

  it('takes no released line for one that is on disk', () => {
    const store = new LineStore()
    const id = store.put('a', 0, 0, 5)
    store.release(id)
    expect(store.spoolId(id)).toBe(NONE)
    expect(() => store.release(id)).toThrow(RangeError)
  })

  it('forgets the spool ids of a range, from and not including to, oldest first', () => {
    const store = new LineStore()
    const ids = [30, 10, 20, NONE].map((spoolId) => store.put('x', 0, 0, spoolId))
    expect(store.forgetSpoolIds(10, 30)).toEqual([
      { id: ids[1], spoolId: 10 },
      { id: ids[2], spoolId: 20 }
    ])
    expect(ids.map((id) => store.spoolId(id))).toEqual([30, NONE, NONE, NONE])
  })

  it('knows when the oldest line was written that is not on disk', () => {
    const store = new LineStore()
    expect(store.oldestUnsaved()).toBe(Number.POSITIVE_INFINITY)
    store.put('on disk', 1, 0, 5)
    const old = store.put('old', 2, 0)
    store.put('young', 3, 0)
    expect(store.oldestUnsaved()).toBe(2)
    store.release(old)
    expect(store.oldestUnsaved()).toBe(3)
  })

  it('holds lines larger than a page and many more lines than it starts with', () => {
    const store = new LineStore()
    const first = store.put('x'.repeat(600_000), 0, 0)
    const ids = Array.from({ length: 5_000 }, (_, index) => store.put(`line ${index}`, 0, 0))
    expect(store.view(first).length).toBe(600_000)
    for (const [index, id] of ids.entries()) expect(store.view(id).toString()).toBe(`line ${index}`)
  })

  it('uses numbers and memory of released lines again', () => {
    const store = new LineStore()
    let highest = 0
    for (let round = 0; round < 100; round++) {
      const ids = Array.from({ length: 1_000 }, () => store.put('y'.repeat(500), 0, 0))
      highest = Math.max(highest, ...ids)
      for (const id of ids) store.release(id)
    }
    expect(store).toMatchObject({ bytes: 0, lines: 0 })
    expect(highest).toBeLessThan(2_048)
  })
})

const MAX_BYTES = 262_144
const PAGE_BYTES = 4_096
/** Pages that may be emptier than the rule says, those in the pool, and a chunk of entries. */
const SLACK = 13 * PAGE_BYTES

/** Bytes of pages. Entries are a chunk while there are less than 4,096 lines. */
function pageBytes(store: LineStore): number {
  return store.heldBytes - new LineStore(MAX_BYTES).heldBytes + PAGE_BYTES - entryBytes
}
const entryBytes = (() => {
  const store = new LineStore(MAX_BYTES)
  const before = store.heldBytes
  store.put('x', 0, 0)
  return store.heldBytes - before
})()

describe('the memory of the line store', () => {
  const command = fc.oneof(
    { weight: 3, arbitrary: fc.record({ put: fc.integer({ min: 0, max: 400 }) }) },
    { weight: 1, arbitrary: fc.record({ put: fc.integer({ min: 400, max: 9_000 }) }) },
    { weight: 4, arbitrary: fc.record({ release: fc.nat() }) }
  )

  it('keeps every line as it was while pages are emptied, and takes a third more than the lines at most', () => {
    fc.assert(
      fc.property(fc.array(command, { minLength: 1, maxLength: 600, size: 'max' }), (commands) => {
        const store = new LineStore(MAX_BYTES)
        const model = new Map<number, string>()
        let live = 0
        for (const [index, step] of commands.entries()) {
          if ('put' in step) {
            const text = `${index}`.padEnd(step.put, `${index}-`).slice(0, step.put)
            const id = store.put(index % 2 === 0 ? text : Buffer.from(text), index, index)
            expect(model.has(id)).toBe(false)
            model.set(id, text)
            live += text.length
            continue
          }
          const id = [...model.keys()][step.release % Math.max(1, model.size)]
          if (id === undefined) continue
          live -= model.get(id)?.length ?? 0
          model.delete(id)
          store.release(id)
          expect(pageBytes(store)).toBeLessThanOrEqual(1.34 * live + SLACK + 9_000)
        }
        expect(store).toMatchObject({ lines: model.size, bytes: live })
        for (const [id, text] of model) expect(store.view(id).toString()).toBe(text)
      }),
      { numRuns: 60 }
    )
  })

  it.each([2, 10, 50])('follows the lines where one of %d stays for long', (of) => {
    const store = new LineStore(MAX_BYTES)
    const kept: number[] = []
    for (let line = 0; line < 20_000; line++) {
      const id = store.put(`${line}`.padEnd(100, '.'), 0, 0)
      if (line % of === 0) kept.push(id)
      else store.release(id)
    }
    expect(store.lines).toBe(kept.length)
    const chunks = Math.ceil((kept.length + 1) / 4_096)
    expect(store.heldBytes - chunks * entryBytes).toBeLessThan(1.34 * store.bytes + SLACK)
    for (const [index, id] of kept.entries()) {
      expect(store.view(id).toString()).toBe(`${index * of}`.padEnd(100, '.'))
    }
  })

  it('is given back after a peak', () => {
    const store = new LineStore(MAX_BYTES)
    const ids = Array.from({ length: 30_000 }, () => store.put('x'.repeat(100), 0, 0))
    const peak = store.heldBytes
    for (const id of ids) store.release(id)
    expect(peak).toBeGreaterThan(3_000_000)
    expect(store.heldBytes).toBeLessThan(4 * entryBytes + SLACK)
  })
})
