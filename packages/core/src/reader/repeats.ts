/**
 * Ids of lines that were seen → which lines are repeats. Pure.
 *
 * Bounded by {@link MAX_PAGES}: a bit for each of {@link PAGE_LINES} lines that a producer numbered one after another. That is 8 million
 * lines of few producers, or the last thousand of each of 8,000. At the bound the page that was looked at longest ago is forgotten,
 * and a repeat of one of its lines passes.
 */
import { type LineId, lineIdOf } from '../record/line-id.ts'

const PAGE_LINES = 1_024
const MAX_PAGES = 8_192
const WORD_BITS = 32

const NEWLINE = 0x0a
/** Of a line that holds newlines: see record/newlines.ts. */
const MARKS = [0x1e, 0x1f] as const

export class Repeats {
  readonly #maxPages: number
  /** In the order in which they were looked at. */
  readonly #pages = new Map<string, Uint32Array>()
  #lastKey = ''
  #lastPage: Uint32Array = new Uint32Array(0)
  /** Lines that were left out so far. */
  count = 0

  constructor(maxPages: number = MAX_PAGES) {
    this.#maxPages = maxPages
  }

  /** The data of a record without lines that were seen before; undefined if none is left. Lines without an id stay. */
  without(data: Buffer): Buffer | undefined {
    const kept: Buffer[] = []
    let lines = 0
    for (const line of linesIn(data)) {
      lines++
      if (this.#isNew(line)) kept.push(line)
    }
    if (kept.length === lines) return data
    this.count += lines - kept.length
    return kept.length === 0 ? undefined : joined(kept)
  }

  /** Notes the lines of a record that nobody is to get. */
  note(data: Buffer): void {
    for (const line of linesIn(data)) this.#isNew(line)
  }

  #isNew(line: Buffer): boolean {
    const id = lineIdOf(line[0] === MARKS[0] && line[1] === MARKS[1] ? line.subarray(2) : line)
    if (id === undefined) return true
    const page = this.#pageOf(id)
    const at = id.sequence % PAGE_LINES
    const word = Math.floor(at / WORD_BITS)
    const bit = 1 << (at % WORD_BITS)
    const before = page[word] ?? 0
    page[word] = before | bit
    return (before & bit) === 0
  }

  #pageOf({ producer, sequence }: LineId): Uint32Array {
    const key = `${producer}.${Math.floor(sequence / PAGE_LINES)}`
    if (key === this.#lastKey) return this.#lastPage
    const page = this.#pages.get(key) ?? new Uint32Array(PAGE_LINES / WORD_BITS)
    // Behind all others, as the one that was looked at last.
    this.#pages.delete(key)
    this.#pages.set(key, page)
    for (const oldest of this.#pages.keys()) {
      if (this.#pages.size <= this.#maxPages) break
      this.#pages.delete(oldest)
    }
    this.#lastKey = key
    this.#lastPage = page
    return page
  }
}

function* linesIn(data: Buffer): Generator<Buffer> {
  let start = 0
  for (let end = data.indexOf(NEWLINE); end >= 0; end = data.indexOf(NEWLINE, start)) {
    yield data.subarray(start, end)
    start = end + 1
  }
  yield data.subarray(start)
}

function joined(lines: readonly Buffer[]): Buffer {
  return Buffer.concat(
    lines.flatMap((line, index) => (index === 0 ? [line] : [Buffer.from([NEWLINE]), line]))
  )
}
