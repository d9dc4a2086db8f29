/**
 * The bytes of every line that is not settled, and what the pipeline knows about each.
 *
 * Bounded by: the overflow stage, which asks `bytes` before it puts more in.
 * At the bound: nothing happens here; the store takes what it is given.
 * At close: lines are released by the settlement, like at any time.
 *
 * A line is a number (an index into flat arrays), its bytes stand in a page shared with its neighbours:
 * nothing is allocated per line, so the garbage collector has nothing to do with the backlog, and a
 * batch, a lane or a retry holds numbers instead of copies. A page returns to the pool when its last
 * line is released.
 */

/** No line: ends a lane's list. */
export const NONE = -1

const PAGE_BYTES = 262_144
const POOLED_PAGES = 8
const FIRST_CAPACITY = 1_024

interface Page {
  readonly bytes: Buffer
  lines: number
}

export class LineStore {
  #page: Page = newPage(PAGE_BYTES)
  #used = 0
  readonly #pool: Page[] = []

  // One entry a line. #next also links the free entries.
  #pageOf: Page[] = []
  #start = new Int32Array(FIRST_CAPACITY)
  #length = new Int32Array(FIRST_CAPACITY)
  #next = new Int32Array(FIRST_CAPACITY)
  #epoch = new Int32Array(FIRST_CAPACITY)
  #attempts = new Uint16Array(FIRST_CAPACITY)
  #writtenAt = new Float64Array(FIRST_CAPACITY)
  #spoolId = new Float64Array(FIRST_CAPACITY)
  #free = NONE
  #capacity = 0

  #lines = 0
  #bytes = 0

  constructor() {
    this.#addEntries(0, FIRST_CAPACITY)
  }

  /** Lines held. */
  get lines(): number {
    return this.#lines
  }

  /** Bytes of these lines. */
  get bytes(): number {
    return this.#bytes
  }

  /**
   * Takes a line. `now`: monotonic, in ms; `epoch` from the ledger; `spoolId` if it is on disk too. Text becomes UTF-8, bytes are
   * copied.
   */
  put(line: string | Uint8Array, now: number, epoch: number, spoolId: number = NONE): number {
    const length = typeof line === 'string' ? this.#write(line) : this.#copy(line)
    const id = this.#take()
    this.#pageOf[id] = this.#page
    this.#page.lines++
    this.#start[id] = this.#used
    this.#length[id] = length
    this.#next[id] = NONE
    this.#epoch[id] = epoch
    this.#attempts[id] = 0
    this.#writtenAt[id] = now
    this.#spoolId[id] = spoolId
    this.#used += length
    this.#lines++
    this.#bytes += length
    return id
  }

  /** The line's id in the spool; below 0 if it is not there. */
  spoolId(id: number): number {
    return this.#spoolId[id] ?? NONE
  }

  /** Sets that id; a number below {@link NONE} is a mark of the spool's own. */
  setSpoolId(id: number, spoolId: number): void {
    this.#spoolId[id] = spoolId
  }

  /** Forgets the spool ids from `from` up to `to`; returns the lines that had them, by spool id. A search: for rare events. */
  forgetSpoolIds(from: number, to: number): { readonly id: number; readonly spoolId: number }[] {
    const found: { readonly id: number; readonly spoolId: number }[] = []
    for (let id = 0; id < this.#capacity; id++) {
      const spoolId = this.spoolId(id)
      if (spoolId < from || spoolId >= to) continue
      this.#spoolId[id] = NONE
      found.push({ id, spoolId })
    }
    return found.sort((a, b) => a.spoolId - b.spoolId)
  }

  /** Forgets a line: its number and, with the last line of a page, its memory are used again. */
  release(id: number): void {
    const page = this.#pageFor(id)
    this.#lines--
    this.#bytes -= this.length(id)
    this.#spoolId[id] = NONE
    this.#next[id] = this.#free
    this.#free = id
    page.lines--
    if (page.lines > 0) return
    if (page === this.#page) this.#used = 0
    else if (page.bytes.length === PAGE_BYTES && this.#pool.length < POOLED_PAGES) this.#pool.push(page)
  }

  /** Bytes of one line. */
  length(id: number): number {
    return this.#length[id] ?? 0
  }

  /** A view of one line's bytes; valid until it is released. */
  view(id: number): Buffer {
    const start = this.#start[id] ?? 0
    return this.#pageFor(id).bytes.subarray(start, start + this.length(id))
  }

  /** One line as Base64. */
  base64(id: number): string {
    const start = this.#start[id] ?? 0
    return this.#pageFor(id).bytes.toString('base64', start, start + this.length(id))
  }

  /** Copies one line into `target` at `offset`; returns the end. */
  copy(id: number, target: Buffer, offset: number): number {
    const start = this.#start[id] ?? 0
    return offset + this.#pageFor(id).bytes.copy(target, offset, start, start + this.length(id))
  }

  /** The following line in its lane, or {@link NONE}. */
  next(id: number): number {
    return this.#next[id] ?? NONE
  }

  link(id: number, next: number): void {
    this.#next[id] = next
  }

  epoch(id: number): number {
    return this.#epoch[id] ?? 0
  }

  /** When the line was written: monotonic, in ms. */
  writtenAt(id: number): number {
    return this.#writtenAt[id] ?? 0
  }

  /** Attempts that counted against this line so far. */
  attempts(id: number): number {
    return this.#attempts[id] ?? 0
  }

  countAttempt(id: number): number {
    const attempts = Math.min(this.attempts(id) + 1, 0xffff)
    this.#attempts[id] = attempts
    return attempts
  }

  #write(line: string): number {
    // The exact length is asked for only where the largest possible one (3 bytes a UTF-16 unit) may not fit.
    if (line.length * 3 > this.#page.bytes.length - this.#used) this.#reserve(Buffer.byteLength(line))
    return this.#page.bytes.write(line, this.#used, 'utf8')
  }

  #copy(line: Uint8Array): number {
    this.#reserve(line.length)
    this.#page.bytes.set(line, this.#used)
    return line.length
  }

  #reserve(length: number): void {
    if (length <= this.#page.bytes.length - this.#used) return
    this.#page = length > PAGE_BYTES ? newPage(length) : (this.#pool.pop() ?? newPage(PAGE_BYTES))
    this.#used = 0
  }

  #take(): number {
    if (this.#free === NONE) this.#grow()
    const id = this.#free
    this.#free = this.next(id)
    return id
  }

  #grow(): void {
    const from = this.#capacity
    const to = from * 2
    this.#start = copyOf(this.#start, new Int32Array(to))
    this.#length = copyOf(this.#length, new Int32Array(to))
    this.#next = copyOf(this.#next, new Int32Array(to))
    this.#epoch = copyOf(this.#epoch, new Int32Array(to))
    this.#attempts = copyOf(this.#attempts, new Uint16Array(to))
    this.#writtenAt = copyOf(this.#writtenAt, new Float64Array(to))
    this.#spoolId = copyOf(this.#spoolId, new Float64Array(to))
    this.#addEntries(from, to)
  }

  #addEntries(from: number, to: number): void {
    for (let id = from; id < to; id++) {
      this.#pageOf[id] = this.#page
      this.#spoolId[id] = NONE
      this.#next[id] = id + 1 < to ? id + 1 : NONE
    }
    this.#free = from
    this.#capacity = to
  }

  #pageFor(id: number): Page {
    return this.#pageOf[id] ?? this.#page
  }
}

function newPage(size: number): Page {
  return { bytes: Buffer.allocUnsafeSlow(size), lines: 0 }
}

function copyOf<T extends Int32Array | Uint16Array | Float64Array>(from: T, to: T): T {
  to.set(from)
  return to
}
