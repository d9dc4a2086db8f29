import { describe, expect, it } from 'vitest'
import { type Page, Pages, pageBytesFor } from '../../../packages/core/src/queue/pages.ts'

const PAGE = 4_096

/** Puts a line of so many bytes; gives its page. */
function put(pages: Pages, bytes: number): Page {
  pages.copy(new Uint8Array(bytes))
  const page = pages.target
  pages.added(bytes)
  return page
}

describe('the size of pages', () => {
  it('is a power of two that suits the buffer, from 4 to 256 KiB', () => {
    const kib = [0, 65_536, 1_048_576, 8 * 1_048_576, 1e12].map((maxBytes) => pageBytesFor(maxBytes) / 1_024)
    expect(kib).toEqual([4, 4, 16, 128, 256])
  })
})

describe('pages', () => {
  it('are shared by neighbours, and begun anew when a line does not fit', () => {
    const pages = new Pages(PAGE)
    const first = put(pages, 400)
    expect(put(pages, 400)).toBe(first)
    for (let line = 0; line < 8; line++) put(pages, 400)
    expect(put(pages, 400)).not.toBe(first)
    expect(pages.heldBytes).toBe(2 * PAGE)
  })

  it('hold a line exactly as long as what is left of them', () => {
    const pages = new Pages(PAGE)
    const first = put(pages, 96)
    expect(put(pages, 4_000)).toBe(first)
    expect(pages.heldBytes).toBe(PAGE)
  })

  it('give a large line a page of its own size, and go on with the one before', () => {
    const pages = new Pages(PAGE)
    const shared = put(pages, 3_800)
    const large = put(pages, 10_000)
    expect(large.bytes.length).toBe(10_000)
    expect(put(pages, 100)).toBe(shared)
    pages.removed(large, 10_000)
    expect(pages.heldBytes).toBe(PAGE)
  })

  it('write text as UTF-8, also where it just fits', () => {
    const pages = new Pages(PAGE)
    put(pages, PAGE - 4)
    expect(pages.write('🔑')).toBe(4)
    expect(pages.target.bytes.toString('utf8', PAGE - 4)).toBe('🔑')
    pages.added(4)
    expect(pages.write('ü')).toBe(2)
    expect(pages.start).toBe(0)
  })

  it('are used again when their last line is gone', () => {
    const pages = new Pages(PAGE)
    for (let round = 0; round < 1_000; round++) {
      const page = put(pages, 2_000)
      pages.removed(page, 2_000)
    }
    expect(pages.heldBytes).toBe(PAGE)
  })

  it('are given back after a peak, but for a few', () => {
    const pages = new Pages(PAGE)
    const peak = Array.from({ length: 100 }, () => put(pages, PAGE / 8))
    const peakBytes = pages.heldBytes
    for (const page of peak) pages.removed(page, PAGE / 8)
    expect(peakBytes).toBeGreaterThan(12 * PAGE)
    expect(pages.heldBytes).toBeLessThanOrEqual(9 * PAGE)
  })

  it('ask to be emptied when they take much more than their lines', () => {
    const pages = new Pages(PAGE)
    const lines = Array.from({ length: 100 }, () => put(pages, PAGE / 8))
    expect(pages.takeSparse()).toBeUndefined()
    for (const [index, page] of lines.entries()) if (index % 8 !== 0) pages.removed(page, PAGE / 8)
    expect(pages.takeSparse()).toBe(lines[0])
  })

  it('ask for it also if their lines left while they were the newest one', () => {
    const pages = new Pages(PAGE)
    const kept: Page[] = []
    for (let round = 0; round < 20; round++) {
      const page = put(pages, PAGE / 8)
      kept.push(page)
      const gone = Array.from({ length: 7 }, () => put(pages, PAGE / 8))
      for (const other of gone) pages.removed(other, PAGE / 8)
    }
    expect(new Set(kept).size).toBe(20)
    expect(kept).toContain(pages.takeSparse())
  })
})
