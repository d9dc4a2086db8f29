import type { Line } from './line.ts'
import type { Filter } from './line-filter.ts'

/** Lines that the page keeps; then the oldest tenth goes. */
export const MAX_LINES = 200_000

/** Characters of them: what 200,000 lines of 250 take. */
const MAX_CHARACTERS = 50_000_000

/** How long one piece of a search may take: half of a frame. */
const SLICE_MS = 8

/**
 * The lines of the page, and those of them that somebody looks for. A search goes through them in pieces, between which the page
 * stays alive; lines that arrive meanwhile are looked at too.
 */
export class LineStore {
  readonly #changed: (removed: number) => void
  #all: Line[] = []
  #characters = 0
  #filter: Filter | undefined
  #found: Line[] = []
  /** The next line that the search looks at. */
  #searched = 0
  #isSearching = false
  #last = -1

  /** `changed` is called after each change, with the number of lines that went from the front of what is shown. */
  constructor(changed: (removed: number) => void) {
    this.#changed = changed
  }

  /** Lines that are shown. */
  get shown(): readonly Line[] {
    return this.#filter === undefined ? this.#all : this.#found
  }

  /** Lines that are kept. */
  get total(): number {
    return this.#all.length
  }

  /** Whether a search is still on its way. */
  get isSearching(): boolean {
    return this.#filter !== undefined && this.#searched < this.#all.length
  }

  /** Records between the last one that was here and these, which have a place among all records. 0 if there was none yet. */
  gapBefore([first]: readonly Line[]): number {
    return first === undefined || this.#last < 0 ? 0 : Math.max(0, first.record[0] - this.#last - 1)
  }

  /** Adds lines behind the others. Those of records that are here already are left out: a connection that comes again brings them. */
  add(lines: readonly Line[]): void {
    const last = this.#last
    for (const line of lines) {
      const arrival = line.record[0]
      if (arrival <= last) continue
      this.#all.push(line)
      this.#characters += line.text.length
      this.#last = arrival
    }
    const removed = this.#trim()
    if (this.#filter !== undefined) this.#search()
    this.#changed(removed)
  }

  /** Looks for other lines from now on; undefined: for all. */
  find(filter: Filter | undefined): void {
    this.#filter = filter
    this.#found = []
    this.#searched = 0
    this.#search()
    this.#changed(0)
  }

  /** Forgets everything; with `isNewRun` records of the same numbers may come again. */
  clear(isNewRun: boolean): void {
    this.#all = []
    this.#found = []
    this.#characters = 0
    this.#searched = 0
    if (isNewRun) this.#last = -1
    this.#changed(0)
  }

  #search(): void {
    if (this.#isSearching) return
    const filter = this.#filter
    if (filter === undefined) return
    const endsAt = performance.now() + SLICE_MS
    while (this.#searched < this.#all.length) {
      const line = this.#all[this.#searched]
      this.#searched += 1
      if (line !== undefined && filter(line)) this.#found.push(line)
      if (this.#searched % 256 === 0 && performance.now() > endsAt) break
    }
    if (this.#searched >= this.#all.length) return
    this.#isSearching = true
    setTimeout(() => {
      this.#isSearching = false
      this.#search()
      this.#changed(0)
    })
  }

  /** Lines that went from the front of what is shown. */
  #trim(): number {
    let removed = 0
    while (this.#all.length > MAX_LINES || this.#characters > MAX_CHARACTERS) {
      const old = this.#all.splice(0, Math.ceil(this.#all.length / 10))
      for (const { text } of old) this.#characters -= text.length
      this.#searched = Math.max(0, this.#searched - old.length)
      const oldest = this.#all[0]?.record[0] ?? Number.POSITIVE_INFINITY
      const kept = this.#found.findIndex(({ record }) => record[0] >= oldest)
      const gone = this.#found.splice(0, kept < 0 ? this.#found.length : kept)
      removed += this.#filter === undefined ? old.length : gone.length
    }
    return removed
  }
}
