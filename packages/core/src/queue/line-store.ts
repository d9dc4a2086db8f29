/**
 * The bytes of every line in memory, and what the queue knows about each.
 *
 * Bounded by: the buffer limit, which is asked before a line is put. At the bound: nothing happens here. At close: lines are
 * released as at any time.
 *
 * A line is a number. Its bytes stand in a page that it shares with its neighbours ({@link Pages}), its facts in flat arrays
 * ({@link Entries}): nothing is allocated per line, and a batch, a lane or a retry holds numbers instead of copies.
 */
import {
  ATTEMPTS,
  ENTRY_BYTES,
  Entries,
  EPOCH,
  LENGTH,
  NEWER,
  NEXT,
  NONE,
  OLDER,
  SPOOL_ID,
  START,
  WRITTEN_AT
} from './entries.ts'
import { type Page, Pages, pageBytesFor } from './pages.ts'

export { NONE } from './entries.ts'

/** What a line costs besides its bytes, so that many tiny lines are bounded too. */
export const LINE_OVERHEAD_BYTES: number = ENTRY_BYTES

const MOST_ATTEMPTS = 0xffff

export class LineStore {
  readonly #pages: Pages
  readonly #entries = new Entries<Page>()
  #lines = 0
  #bytes = 0
  /** Where the text begins in its page that was put last. */
  #textStart = 0

  /** `maxBytes`: how many bytes of lines are to be expected, for the size of the pages. */
  constructor(maxBytes: number = 64 * 1_048_576) {
    this.#pages = new Pages(pageBytesFor(maxBytes))
  }

  /** Lines held. */
  get lines(): number {
    return this.#lines
  }

  /** Bytes of these lines. */
  get bytes(): number {
    return this.#bytes
  }

  /** Bytes of memory in use for them: pages and entries. */
  get heldBytes(): number {
    return this.#pages.heldBytes + this.#entries.heldBytes
  }

  /**
   * Takes a line. `now`: monotonic, in ms; `epoch` from the ledger; `spoolId` if it is on disk too. Text becomes UTF-8, bytes are
   * copied.
   */
  put(line: string | Uint8Array, now: number, epoch: number, spoolId: number = NONE): number {
    const pages = this.#pages
    const length = typeof line === 'string' ? pages.write(line) : pages.copy(line)
    const id = this.#enter(pages.start, length, now, epoch, spoolId)
    pages.added(length)
    return id
  }

  /** So many UTF-16 units may be a text for {@link putText}. */
  get textLength(): number {
    return this.#pages.textLength
  }

  /** Copies a text of many lines as UTF-8. Returns a view of its bytes; {@link putPart} makes lines of them, before anything else is put. */
  putText(text: string): Buffer {
    const bytes = this.#pages.writeText(text)
    this.#textStart = bytes.byteOffset - this.#pages.target.bytes.byteOffset
    return bytes
  }

  /** A line is the part from `start` on of the text that was put last. */
  putPart(start: number, length: number, now: number, epoch: number): number {
    const id = this.#enter(this.#textStart + start, length, now, epoch, NONE)
    this.#pages.placed(length)
    return id
  }

  /** Forgets a line: its number and its memory are used again. Returns its bytes. */
  release(id: number): number {
    const page = this.#entries.owner(id)
    const length = this.length(id)
    this.#lines--
    this.#bytes -= length
    this.#unlink(id, page)
    this.#entries.release(id)
    this.#pages.removed(page, length)
    const sparse = this.#pages.takeSparse()
    if (sparse !== undefined) this.#empty(sparse)
    return length
  }

  /** The line's id in the spool; below 0 if it is not there. */
  spoolId(id: number): number {
    return this.#entries.float(id, SPOOL_ID)
  }

  /** The same for a number whose line may have been released: then {@link NONE}. */
  spoolIdIfHeld(id: number): number {
    return this.#entries.has(id) ? this.#entries.float(id, SPOOL_ID) : NONE
  }

  /** Sets that id; a number below {@link NONE} is a mark of the spool's own. */
  setSpoolId(id: number, spoolId: number): void {
    this.#entries.setFloat(id, SPOOL_ID, spoolId)
  }

  /** Forgets the spool ids from `from` up to `to`; returns the lines that had them, by spool id. A search: for rare events. */
  forgetSpoolIds(from: number, to: number): { readonly id: number; readonly spoolId: number }[] {
    const found: { readonly id: number; readonly spoolId: number }[] = []
    this.#entries.forEach((id) => {
      const spoolId = this.#entries.float(id, SPOOL_ID)
      if (spoolId < from || spoolId >= to) return
      this.setSpoolId(id, NONE)
      found.push({ id, spoolId })
    })
    return found.sort((a, b) => a.spoolId - b.spoolId)
  }

  /** When the oldest line was written that is not on disk; infinity if there is none. A search: for rare events. */
  oldestUnsaved(): number {
    let oldest = Number.POSITIVE_INFINITY
    this.#entries.forEach((id) => {
      if (this.#entries.float(id, SPOOL_ID) < 0) oldest = Math.min(oldest, this.writtenAt(id))
    })
    return oldest
  }

  /** Bytes of one line. */
  length(id: number): number {
    return this.#entries.int(id, LENGTH)
  }

  /** A view of one line's bytes; valid during the call that asked for it. */
  view(id: number): Buffer {
    const start = this.#entries.int(id, START)
    return this.#entries.owner(id).bytes.subarray(start, start + this.length(id))
  }

  /** One line as Base64. */
  base64(id: number): string {
    const start = this.#entries.int(id, START)
    return this.#entries.owner(id).bytes.toString('base64', start, start + this.length(id))
  }

  /** Copies one line into `target` at `offset`; returns the end. */
  copy(id: number, target: Buffer, offset: number): number {
    const start = this.#entries.int(id, START)
    return offset + this.#entries.owner(id).bytes.copy(target, offset, start, start + this.length(id))
  }

  /** The following line in its lane, or {@link NONE}. */
  next(id: number): number {
    return this.#entries.int(id, NEXT)
  }

  link(id: number, next: number): void {
    this.#entries.setInt(id, NEXT, next)
  }

  epoch(id: number): number {
    return this.#entries.int(id, EPOCH)
  }

  /** When the line was written: monotonic, in ms. */
  writtenAt(id: number): number {
    return this.#entries.float(id, WRITTEN_AT)
  }

  /** Attempts that counted against this line so far. */
  attempts(id: number): number {
    return this.#entries.int(id, ATTEMPTS)
  }

  countAttempt(id: number): void {
    this.#entries.setInt(id, ATTEMPTS, Math.min(this.attempts(id) + 1, MOST_ATTEMPTS))
  }

  #enter(start: number, length: number, now: number, epoch: number, spoolId: number): number {
    const entries = this.#entries
    const page = this.#pages.target
    const id = entries.take(page)
    entries.fill(id, start, length, epoch, page.newest, now, spoolId)
    if (page.newest !== NONE) entries.setInt(page.newest, NEWER, id)
    page.newest = id
    this.#lines++
    this.#bytes += length
    return id
  }

  /** The line's bytes stand in the target page now. */
  #place(id: number, length: number): void {
    const entries = this.#entries
    const page = this.#pages.target
    entries.setOwner(id, page)
    entries.setInt(id, START, this.#pages.start)
    entries.setInt(id, OLDER, page.newest)
    entries.setInt(id, NEWER, NONE)
    if (page.newest !== NONE) entries.setInt(page.newest, NEWER, id)
    page.newest = id
    this.#pages.added(length)
  }

  /** Takes a line out of the list of its page. */
  #unlink(id: number, page: Page): void {
    const entries = this.#entries
    const older = entries.int(id, OLDER)
    const newer = entries.int(id, NEWER)
    if (older !== NONE) entries.setInt(older, NEWER, newer)
    if (newer === NONE) page.newest = older
    else entries.setInt(newer, OLDER, older)
  }

  /** Moves the lines of a page to the newest one. */
  #empty(page: Page): void {
    for (let id = page.newest; id !== NONE; id = page.newest) {
      const length = this.#pages.copy(this.view(id))
      this.#unlink(id, page)
      this.#pages.removed(page, length)
      this.#place(id, length)
    }
  }
}
