/**
 * write → route → record → lane: the way in. The hot path; nothing is allocated per line here.
 *
 * Bounded by: the record limit (a larger line is cut or refused) and the overflow stage. At close: later
 * lines are counted as dropped. Heard by: the writer (false), the trouble stage.
 */

import type { Clock } from '../clock.ts'
import { type Ledger, UNCOUNTED } from '../delivery/ledger.ts'
import { MAX_RECORD_BYTES } from '../limits.ts'
import type { Router } from '../record/route.ts'
import { truncateLine } from '../record/truncate.ts'
import type { RejectedCode } from '../report/codes.ts'
import { dropNotice } from '../report/dropped-line.ts'
import type { DropReason, RejectedEvent } from '../report/events.ts'
import type { Batcher } from './batcher.ts'
import type { BufferLimit } from './buffer-limit.ts'
import type { Lanes, Waiting } from './lanes.ts'
import { type LineStore, NONE } from './line-store.ts'

/** The disk queue as seen from here. */
export interface SpoolGate {
  /** Takes a line if it is one for the disk. False: it goes the usual way. */
  take(line: string | Uint8Array, key: string): boolean
  /** Takes a line that is in memory alone: to its lane, or behind what waits on disk. */
  admit(line: number, key: string): void
  /** Whether the next line that does not fit into memory will go to disk. */
  readonly hasRoom: boolean
}

export interface IntakeParts {
  readonly clock: Clock
  readonly store: LineStore
  readonly ledger: Ledger
  readonly overflow: BufferLimit
  readonly spool: SpoolGate | undefined
  readonly lanes: Lanes
  readonly batcher: Batcher
  readonly router: Router
  readonly oversize: 'truncate' | 'reject'
  readonly hostname: string
  readonly settlement: {
    drop(lines: readonly number[], reason: DropReason): void
    rejectUnsent(line: Uint8Array, event: RejectedEvent): void
  }
  readonly dropped: (reason: DropReason, lines: number, bytes: number) => void
}

export class Intake {
  readonly #parts: IntakeParts
  #closed = false
  /** Lines above the record limit so far. */
  oversized = 0

  constructor(parts: IntakeParts) {
    this.#parts = parts
  }

  /** See `Producer.write`. */
  write(line: string | Uint8Array): boolean {
    if (typeof line !== 'string' && !(line instanceof Uint8Array)) return this.write(asText(line))
    if (line.length === 0) return !this.#closed && this.#parts.overflow.admits()
    if (this.#closed) return this.#give(line, 'closed')
    const text = typeof line === 'string' ? line : decode(line)
    // Three bytes a UTF-16 unit at most: only a long line has to be measured.
    if (line.length * 3 > MAX_RECORD_BYTES && byteLength(line) > MAX_RECORD_BYTES)
      return this.#oversize(line, text)
    return this.#admit(line, text)
  }

  /** Takes no more lines. */
  close(): void {
    this.#closed = true
  }

  /** Empties all lanes. */
  takeWaiting(): Waiting[] {
    const waiting: Waiting[] = []
    for (const lane of this.#parts.lanes) {
      for (let line = lane.shift(); line !== NONE; line = lane.shift()) waiting.push({ lane, line })
    }
    return waiting
  }

  /** Puts a line of our own into the stream that says how many are missing. */
  tellDropped(lines: number, bytes: number): void {
    const { store, clock, lanes, batcher, router, hostname } = this.#parts
    const line = dropNotice({ lines, bytes, hostname, now: clock.now() })
    const lane = lanes.get(router(line))
    lane.push(store.put(line, clock.monotonic(), UNCOUNTED))
    batcher.offer(lane)
  }

  #admit(line: string | Uint8Array, text: string): boolean {
    const { store, clock, ledger, overflow, spool, lanes, batcher, router, settlement } = this.#parts
    const key = router(text)
    if (spool?.take(line, key)) return true
    if (!overflow.fits(line.length)) {
      settlement.drop(overflow.evict(line.length, lanes), 'buffer-full')
      if (overflow.dropsNewest && !overflow.fits(line.length)) return this.#give(line, 'buffer-full')
    }
    const id = store.put(line, clock.monotonic(), ledger.write())
    if (spool === undefined) {
      const lane = lanes.get(key)
      lane.push(id)
      batcher.offer(lane)
    } else spool.admit(id, key)
    return spool?.hasRoom === true || overflow.admits()
  }

  #oversize(line: string | Uint8Array, text: string): boolean {
    const { oversize, settlement } = this.#parts
    this.oversized++
    const bytes = Buffer.from(line)
    if (oversize === 'truncate') return this.#admit(truncateLine(bytes, MAX_RECORD_BYTES), text)
    settlement.rejectUnsent(bytes, {
      code: 'OVERSIZE' satisfies RejectedCode,
      message: `a line of ${bytes.length} bytes is above the record limit of ${MAX_RECORD_BYTES} (oversize: 'reject')`,
      lines: 1,
      attempts: 0,
      partitionKey: null,
      sample: text.slice(0, 1_024)
    })
    return true
  }

  #give(line: string | Uint8Array, reason: DropReason): boolean {
    const { ledger, dropped } = this.#parts
    ledger.settle(ledger.write(), 'dropped')
    dropped(reason, 1, byteLength(line))
    return reason !== 'closed'
  }
}

/** JavaScript users may hand in anything: what can be text is shipped, because a logger must not throw. */
function asText(value: unknown): string {
  if (value === undefined || value === null) return ''
  try {
    return typeof value === 'object' ? (JSON.stringify(value) ?? '') : String(value)
  } catch {
    return String(value)
  }
}

function byteLength(line: string | Uint8Array): number {
  return typeof line === 'string' ? Buffer.byteLength(line) : line.length
}

function decode(line: Uint8Array): string {
  return Buffer.from(line.buffer, line.byteOffset, line.byteLength).toString('utf8')
}
