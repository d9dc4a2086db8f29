/**
 * Memory for the bytes of lines, in pages that lines share.
 *
 * A page is free when its last line is released. Lines that stay long would keep nearly empty pages, so a page that is less
 * than three quarters full is emptied: the store moves its lines to the newest page. At most three bytes are moved for each
 * byte that is released, and the pages take at most a third more than their lines, and {@link SLACK_PAGES}. Free pages wait for
 * other lines, up to {@link POOLED_PAGES} and a quarter of those in use; the memory of the others is freed at once.
 */

import { giveBack } from '../give-back.ts'

export interface Page {
  readonly bytes: Buffer
  /** Lines here, and their bytes. */
  lines: number
  live: number
  /** The line that came last, or `NONE`. */
  newest: number
}

const LARGEST_PAGE_BYTES = 262_144
const SMALLEST_PAGE_BYTES = 4_096
const SLACK_PAGES = 4
/** A page with less than this part in use may be emptied; */
const FULL_PART = 0.75
/** when all pages take more than so many times the bytes of their lines. */
const MOST_HELD = 1.33
/** Free pages are kept for later: so many, and this part of those in use. The others are freed. */
const POOLED_PAGES = 8
const POOLED_PART = 4
/** A line above this part of a page, that does not fit into the current one, gets a page of its own size. */
const LARGE_PART = 8

/** Of a buffer of `maxBytes`: small enough that its pages follow its lines closely. */
export function pageBytesFor(maxBytes: number): number {
  return Math.max(
    SMALLEST_PAGE_BYTES,
    Math.min(LARGEST_PAGE_BYTES, 2 ** Math.floor(Math.log2(maxBytes / 64)))
  )
}

export class Pages {
  readonly #pageBytes: number
  readonly #pool: Page[] = []
  /** Pages that may be emptied. */
  readonly #sparse = new Set<Page>()
  /** Takes lines that share a page. */
  #current: Page
  #used = 0
  #target: Page
  /** Bytes of pages with lines, and of these lines. */
  #held = 0
  #live = 0

  constructor(pageBytes: number) {
    this.#pageBytes = pageBytes
    this.#current = newPage(pageBytes)
    this.#target = this.#current
    this.#held = pageBytes
  }

  /** Bytes of all pages, those in the pool included. */
  get heldBytes(): number {
    return this.#held + this.#pool.length * this.#pageBytes
  }

  /** So many UTF-16 units may be one text of many lines: its page has room for more of them. */
  get textLength(): number {
    return Math.floor(this.#pageBytes / LARGE_PART / 3)
  }

  /** The page of the line that was written last, and where it begins. Valid until {@link added}. */
  get target(): Page {
    return this.#target
  }

  get start(): number {
    return this.#target === this.#current ? this.#used : 0
  }

  /** Writes text as UTF-8; returns its bytes. To be followed by {@link added}. */
  write(line: string): number {
    this.#target = this.#current
    // The exact length is asked for only where the largest possible one (3 bytes a UTF-16 unit) may not fit.
    if (line.length * 3 > this.#current.bytes.length - this.#used) this.#reserve(Buffer.byteLength(line))
    return this.#target.bytes.write(line, this.start, 'utf8')
  }

  /** Copies bytes; returns their number. To be followed by {@link added}. */
  copy(line: Uint8Array): number {
    this.#target = this.#current
    this.#reserve(line.length)
    this.#target.bytes.set(line, this.start)
    return line.length
  }

  /** A line of `length` bytes stands in the target page now. */
  added(length: number): void {
    if (this.#target === this.#current) this.#used += length
    this.placed(length)
  }

  /**
   * Writes a text of {@link textLength} or less as UTF-8; returns a view of its bytes in the target page. To be followed by
   * {@link placed} for each line in it. The newlines between them stay there, and are nobody's.
   */
  writeText(text: string): Buffer {
    const length = this.write(text)
    const start = this.#used
    this.#used += length
    return this.#target.bytes.subarray(start, this.#used)
  }

  /** A line of `length` bytes stands in a text that was written. */
  placed(length: number): void {
    this.#live += length
    this.#target.live += length
    this.#target.lines++
  }

  /** A line of `length` bytes left a page. */
  removed(page: Page, length: number): void {
    this.#live -= length
    page.live -= length
    page.lines--
    if (page.lines === 0) this.#free(page)
    else if (page !== this.#current && isSparse(page)) this.#sparse.add(page)
  }

  /** A page that is to be emptied, if pages take more than their lines justify. */
  takeSparse(): Page | undefined {
    if (this.#held <= this.#live * MOST_HELD + SLACK_PAGES * this.#pageBytes) return undefined
    for (const page of this.#sparse) {
      this.#sparse.delete(page)
      return page
    }
    return undefined
  }

  #reserve(length: number): void {
    if (length <= this.#current.bytes.length - this.#used) return
    // A large line would leave much of a shared page empty.
    const isLarge = length > this.#pageBytes / LARGE_PART
    const page = isLarge ? newPage(length) : (this.#pool.pop() ?? newPage(this.#pageBytes))
    this.#held += page.bytes.length
    this.#target = page
    if (isLarge) return
    const before = this.#current
    this.#current = page
    this.#used = 0
    if (before.lines === 0) this.#free(before)
    // Its lines may all have left by now that ever will.
    else if (isSparse(before)) this.#sparse.add(before)
  }

  #free(page: Page): void {
    this.#sparse.delete(page)
    page.newest = -1
    if (page === this.#current) {
      this.#used = 0
      return
    }
    this.#held -= page.bytes.length
    if (page.bytes.length === this.#pageBytes) this.#pool.push(page)
    else giveBack(page.bytes)
    const most = POOLED_PAGES + this.#held / this.#pageBytes / POOLED_PART
    while (this.#pool.length > most) {
      const spare = this.#pool.pop()
      if (spare !== undefined) giveBack(spare.bytes)
    }
  }
}

function isSparse({ live, bytes }: Page): boolean {
  return live < bytes.length * FULL_PART
}

function newPage(size: number): Page {
  return { bytes: Buffer.allocUnsafeSlow(size), lines: 0, live: 0, newest: -1 }
}
