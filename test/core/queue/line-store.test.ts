import { describe, expect, it } from 'vitest'
import { LineStore } from '../../../packages/core/src/queue/line-store.ts'

describe('the line store', () => {
  it('gives back the bytes it was given, text and binary', () => {
    const store = new LineStore()
    const text = store.put('grüße 🔑', 1, 0)
    const bytes = store.put(Uint8Array.of(0xff, 0x00, 0x80), 2, 0)
    expect(store.view(text).toString('utf8')).toBe('grüße 🔑')
    expect([...store.view(bytes)]).toEqual([0xff, 0x00, 0x80])
    expect(store.base64(bytes)).toBe('/wCA')
    expect(store.bytes).toBe(Buffer.byteLength('grüße 🔑') + 3)
    expect(store.lines).toBe(2)
  })

  it('holds lines larger than a page and many more lines than it starts with', () => {
    const store = new LineStore()
    const large = 'x'.repeat(600_000)
    const first = store.put(large, 0, 0)
    const ids = Array.from({ length: 5_000 }, (_, index) => store.put(`line ${index}`, 0, 0))
    expect(store.view(first).length).toBe(600_000)
    for (const [index, id] of ids.entries()) expect(store.view(id).toString()).toBe(`line ${index}`)
  })

  it('uses numbers and memory of released lines again', () => {
    const store = new LineStore()
    let highest = 0
    for (let round = 0; round < 100; round++) {
      const ids = Array.from({ length: 1_000 }, (_, index) =>
        store.put(`${round}-${index}-${'y'.repeat(500)}`, 0, 0)
      )
      for (const [index, id] of ids.entries()) {
        expect(store.view(id).toString().startsWith(`${round}-${index}-`)).toBe(true)
      }
      highest = Math.max(highest, ...ids)
      for (const id of ids) store.release(id)
    }
    expect(store.bytes).toBe(0)
    expect(store.lines).toBe(0)
    expect(highest).toBeLessThan(2_048)
  })

  it('keeps a line intact while its neighbours come and go', () => {
    const store = new LineStore()
    const kept = store.put('kept', 0, 0)
    for (let index = 0; index < 20_000; index++)
      store.release(store.put(`gone ${index} ${'z'.repeat(100)}`, 0, 0))
    expect(store.view(kept).toString()).toBe('kept')
  })
})
