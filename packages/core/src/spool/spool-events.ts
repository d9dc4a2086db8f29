/** What the disk queue is told at its making, and what it tells. */
import type { Entry } from './entry.ts'
import type { SpoolTarget } from './segment-head.ts'

export interface SpoolSettings {
  readonly dir: string
  readonly maxBytes: number
  readonly fsync: 'interval' | 'always' | 'never'
  readonly target: SpoolTarget
  /** For the eyes of an operator. */
  readonly host: string
  readonly pid: number
}

export interface SpoolClock {
  /** Milliseconds since the epoch: wall time, which may jump. */
  now(): number
  /** Milliseconds from some moment on; never goes back. */
  monotonic(): number
}

/** A line in the spool, as it is handed back. */
export interface SpooledLine extends Entry {
  /** Names the line in `Spool.acknowledge`. */
  readonly id: number
  /** Of the flush it belongs to; `undefined` if an earlier process wrote it. */
  readonly epoch: number | undefined
}

/** A line that the disk would not take. */
export interface RefusedLine extends SpooledLine {
  /** Whether it is in memory as well. */
  readonly isInMemory: boolean
}

/** What an operator should hear of. */
export type SpoolTrouble =
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'damaged'; readonly places: number }
  | { readonly kind: 'unreadable'; readonly path: string; readonly error: unknown }
  | {
      readonly kind: 'foreign'
      readonly parts: number
      readonly bytes: number
      readonly streams: readonly string[]
    }
  | { readonly kind: 'taken'; readonly parts: number }
  | { readonly kind: 'deleted'; readonly parts: number }
  | { readonly kind: 'unlocked'; readonly reason: string }

export interface SpoolListener {
  /** `lines` lines of `epoch` are on disk. */
  stored(epoch: number, lines: number): void
  /** The disk did not take these, oldest first. */
  refused(lines: readonly RefusedLine[]): void
  /** A line that nobody has read was given up to make room. */
  givenUp(line: SpooledLine): void
  /**
   * Lines in memory with ids from `from` up to `to` are on disk no more, or are another owner's there. `isFull`: they
   * made room, so writing them again would only take the place of younger ones.
   */
  exposed(from: number, to: number, isFull: boolean): void
  /** There is something to be read that came without a write, or it is known now that there is nothing. */
  found(): void
  trouble(trouble: SpoolTrouble): void
}
