/**
 * write → route → queue: the way in. The hot path: nothing is allocated per line here.
 *
 * Bounded by: the record limit (a larger line is cut or refused) and the buffer limit. At close: later lines are counted as
 * dropped. Heard by: the writer (false), the reporter.
 */
import type { Clock } from '../clock.ts'
import { UNCOUNTED } from '../delivery/ledger.ts'
import { MAX_RECORD_BYTES } from '../limits.ts'
import { byteLength, decode, isBytes, reasonOf, textOf } from '../record/line-text.ts'
import type { PlainRoute, Router, Routing } from '../record/route.ts'
import type { Shape } from '../record/shape.ts'
import { truncateLine } from '../record/truncate.ts'
import type { RejectedCode } from '../report/codes.ts'
import { cureOf } from '../report/diagnoses.ts'
import type { MissingLines } from '../report/drop-notice.ts'
import { droppedLine } from '../report/dropped-line.ts'
import type { DropReason, RejectedEvent } from '../report/events.ts'
import type { LineStore } from './line-store.ts'
import type { Queue } from './queue.ts'
import { TextIntake } from './text-intake.ts'

/** The disk queue as seen from here. */
export interface SpoolDoor {
  /** Takes a line if it is one for the disk. False: it goes the usual way. */
  take(line: string | Uint8Array, key: string): boolean
  /** Takes a line that is in memory alone: to its lane, or behind what waits on disk. */
  admit(line: number, key: string): void
  /** Whether lines that fit into memory go there, past the disk: {@link take} would say no to each. */
  readonly isAside: boolean
  /** Whether the next line that does not fit into memory will go to disk. */
  readonly hasRoom: boolean
}

/** The books as seen from here. */
export interface IntakeBooks {
  /** Enters lines, one by default; returns the epoch that they belong to. */
  enter(lines?: number): number
  /** The epoch of the next line. */
  readonly epoch: number
  drop(lines: readonly number[], reason: DropReason): void
  /** Drops a line that was never taken. */
  dropUnstored(bytes: number, reason: DropReason, detail?: string): void
  /** Rejects a line that was never taken. */
  rejectUnstored(line: Uint8Array, event: RejectedEvent): void
}

export interface IntakeParts {
  readonly clock: Clock
  readonly store: LineStore
  readonly queue: Queue
  readonly settlement: IntakeBooks
  readonly spool: SpoolDoor | undefined
  readonly routing: Routing
  readonly router: Router
  /** What is made of each line first; undefined if nothing is. */
  readonly shape: Shape | undefined
  readonly oversize: 'truncate' | 'reject'
  readonly hostname: string
}

const RETURN = 0x0d
const SAMPLE_CHARACTERS = 1_024
/** More than a new lane and the entries of a few lines take. UTF-8 takes three bytes for a character at most. */
const ROOMY_BYTES = 4_096

export class Intake {
  readonly #parts: IntakeParts
  readonly #texts: TextIntake
  #isClosed = false
  /** Of the line at hand, if it has one of its own. */
  #route: PlainRoute | undefined
  /** Lines above the record limit so far. */
  oversized = 0

  constructor(parts: IntakeParts) {
    this.#parts = parts
    this.#texts = new TextIntake({ ...parts, books: parts.settlement })
  }

  /** See `Producer.write`. */
  write(given: string | Uint8Array): boolean {
    if (typeof given !== 'string' && !isBytes(given)) return this.write(textOf(given))
    if (given.length === 0) return !this.#isClosed && this.#parts.queue.limit.admits()
    if (this.#isClosed) return this.drop(given, 'closed')
    const { shape } = this.#parts
    const line = shape === undefined ? given : shape(given)
    // Its key is in the line as it was given: a field is not found in one that is written otherwise.
    const text = typeof given === 'string' ? given : decode(given)
    // Three bytes a UTF-16 unit at most: only a long line has to be measured.
    if (line.length * 3 > MAX_RECORD_BYTES && byteLength(line) > MAX_RECORD_BYTES)
      return this.#oversize(line, text)
    return this.#admit(line, text)
  }

  /** See `Producer.writeLines`. */
  writeLines(text: string): boolean {
    if (text === '') return this.write('')
    const { shape, spool, routing } = this.#parts
    let isTaken = true
    // Where something is asked about each line, they go one by one. So they do for a function of the user's: it may write a line itself,
    // which would come to stand in the middle of the text.
    const isAsked = shape !== undefined || routing.kind === 'function'
    const isPlain = !this.#isClosed && !isAsked && !text.includes('\r')
    this.#texts.begin(isPlain ? text : '')
    for (let at = 0; at < text.length; ) {
      const end = isPlain && spool?.isAside !== false ? this.#texts.take(at) : at
      if (end > at) {
        isTaken = true
        at = end
        continue
      }
      const newline = text.indexOf('\n', at)
      const to = newline < 0 ? text.length : newline
      isTaken = this.write(text.slice(at, text.charCodeAt(to - 1) === RETURN && to > at ? to - 1 : to))
      at = to + 1
    }
    this.#texts.end()
    return isTaken
  }

  /** See `RoutedProducer.writeTo`: a line that goes where `route` says. There is no spool then. */
  writeTo(route: PlainRoute, line: string | Uint8Array): boolean {
    this.#route = route
    const isTaken = this.write(line)
    this.#route = undefined
    return isTaken
  }

  /** Counts a line that is not taken, with what was thrown where that is why. False: there is no use in writing more. */
  drop(line: string | Uint8Array, reason: DropReason, cause?: unknown): boolean {
    const detail = cause === undefined ? undefined : reasonOf(cause)
    this.#parts.settlement.dropUnstored(byteLength(line), reason, detail)
    return reason !== 'closed'
  }

  /** Takes no more lines. */
  close(): void {
    this.#isClosed = true
  }

  /** Puts a line of our own into the stream that says how many are missing. */
  writeDropNotice(missing: MissingLines): void {
    const { store, clock, queue, router, shape, hostname } = this.#parts
    const line = droppedLine({ ...missing, hostname, now: clock.now() })
    const shaped = shape === undefined ? line : shape(line)
    queue.put(router(line), store.put(shaped, clock.monotonic(), UNCOUNTED))
  }

  #admit(line: string | Uint8Array, text: string): boolean {
    const { store, clock, queue, settlement, spool, router } = this.#parts
    const { limit } = queue
    const key = router(text)
    if (spool?.take(line, key)) return true
    // With so much room there is nothing else to ask, before or after.
    const isRoomy = limit.fits(3 * line.length + ROOMY_BYTES)
    if (!isRoomy) {
      // A character may take three bytes: by its length a line of 1 MiB would look like a third of that.
      const bytes = byteLength(line)
      if (!limit.fits(bytes)) settlement.drop(queue.evict(bytes), 'buffer-full')
      if (limit.dropsNewest && !limit.fits(bytes)) return this.drop(line, 'buffer-full')
    }
    const id = store.put(line, clock.monotonic(), settlement.enter())
    if (this.#route !== undefined) queue.putRouted(this.#route, id)
    else if (spool === undefined) queue.put(key, id)
    else spool.admit(id, key)
    return isRoomy || spool?.hasRoom === true || limit.admits()
  }

  #oversize(line: string | Uint8Array, text: string): boolean {
    const { oversize, settlement } = this.#parts
    this.oversized++
    const bytes = Buffer.from(line)
    if (oversize === 'truncate') return this.#admit(truncateLine(bytes, MAX_RECORD_BYTES), text)
    settlement.rejectUnstored(bytes, {
      code: 'OVERSIZE' satisfies RejectedCode,
      message: `a line of ${bytes.length} bytes is above the record limit of ${MAX_RECORD_BYTES} (oversize: 'reject')`,
      cure: cureOf('OVERSIZE'),
      lines: 1,
      attempts: 0,
      partitionKey: null,
      sample: text.slice(0, SAMPLE_CHARACTERS)
    })
    return true
  }
}
