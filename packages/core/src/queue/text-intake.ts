/**
 * text of many lines → queue, many at a time: what is the same for lines of one text is done once. They are encoded together, written at
 * one time, and lie where their text lies; a line with the key of the line before goes to its lane without a look. Measured with lines
 * of 250 bytes, this takes a third of what they take one by one.
 *
 * Bounded by: the buffer limit, which must have room for all that a piece of the text may take. At the bound, and for all that is not the
 * plain case, nothing is taken here, and the lines go one by one.
 */
import type { Clock } from '../clock.ts'
import { type KeyRuns, keyRunsOf } from '../record/key-runs.ts'
import type { Router, Routing } from '../record/route.ts'
import { LANE_OVERHEAD_BYTES } from './lane.ts'
import { LINE_OVERHEAD_BYTES, type LineStore } from './line-store.ts'
import type { Queue } from './queue.ts'

export interface TextIntakeParts {
  readonly clock: Clock
  readonly store: LineStore
  readonly queue: Queue
  /** Enters lines of the epoch at hand. */
  readonly books: { readonly epoch: number; enter(lines: number): number }
  readonly routing: Routing
  readonly router: Router
}

const NEWLINE = 0x0a
/** What a UTF-16 unit of a text takes at most: three bytes, and it may be a line of a lane of its own. */
const MOST_BYTES = 3 + LINE_OVERHEAD_BYTES + LANE_OVERHEAD_BYTES

export class TextIntake {
  readonly #parts: TextIntakeParts
  #text = ''
  #keys: KeyRuns = keyRunsOf({ kind: 'function', keyOf: () => undefined }, '')

  constructor(parts: TextIntakeParts) {
    this.#parts = parts
  }

  /** From now on it is about this text. */
  begin(text: string): void {
    this.#text = text
    this.#keys = keyRunsOf(this.#parts.routing, text)
  }

  /** Lets go of the text. */
  end(): void {
    this.begin('')
  }

  /** Takes lines from `from` on; returns the place behind the last one, `from` if the next line has to go by itself. */
  take(from: number): number {
    const { store, queue } = this.#parts
    const text = this.#text
    const to = text.lastIndexOf('\n', from + store.textLength - 1) + 1
    if (to <= from) return from
    if (!queue.limit.fits((to - from) * MOST_BYTES)) return from
    this.#takePiece(text, from, to)
    return to
  }

  #takePiece(text: string, from: number, to: number): void {
    const { store, queue, books, clock, router } = this.#parts
    const bytes = store.putText(text.slice(from, to))
    const isAscii = bytes.length === to - from
    const now = clock.monotonic()
    const { epoch } = books
    let lines = 0
    let start = 0
    for (let at = from; at < to; ) {
      const newline = text.indexOf('\n', at)
      const end = isAscii ? newline - from : bytes.indexOf(NEWLINE, start)
      if (end > start) {
        const line = store.putPart(start, end - start, now, epoch)
        // Asked in any case: the answer about the next line is about this one.
        const isSame = this.#keys.isSame(at, newline)
        if (isSame && lines > 0) queue.putNext(line)
        else queue.put(router(text.slice(at, newline)), line)
        lines++
      }
      start = end + 1
      at = newline + 1
    }
    books.enter(lines)
  }
}
