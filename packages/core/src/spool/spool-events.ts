/** The settings of the disk queue, and its events. */
import type { Entry } from './entry.ts'
import type { SpoolTarget } from './segment-head.ts'

export interface SpoolSettings {
  readonly dir: string
  readonly maxBytes: number
  readonly fsync: 'interval' | 'always' | 'never'
  readonly target: SpoolTarget
  /** Host and process, for an operator to read. */
  readonly host: string
  readonly pid: number
}

export interface SpoolClock {
  /** Milliseconds since the epoch: wall time, which may jump. */
  now(): number
  /** Milliseconds from some moment on; never goes back. */
  monotonic(): number
}

/** A line that was read from the spool. */
export interface SpooledLine extends Entry {
  /** The parameter of `Spool.acknowledge`. */
  readonly id: number
  /** The epoch of its flush; `undefined` if an earlier process wrote the line. */
  readonly epoch: number | undefined
}

/** A line that the disk did not take. */
export interface RefusedLine extends SpooledLine {
  /** Whether the line is also in memory. */
  readonly isInMemory: boolean
}

/** What an operator should know. */
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

/** Lines of our own that cannot be read any more. */
export interface LostLines {
  readonly epoch: number
  readonly lines: number
}

export interface SpoolListener {
  /** `lines` lines of `epoch` are on disk. */
  stored(epoch: number, lines: number): void
  /** The disk did not take these lines, oldest first. */
  refused(lines: readonly RefusedLine[]): void
  /** An unread line was given up to make room. */
  givenUp(line: SpooledLine): void
  /**
   * Lines in memory with ids from `from` up to `to` are not on our disk any more. `isFull`: they were given up to make room. So
   * writing them again would only take the place of younger lines.
   */
  exposed(from: number, to: number, isFull: boolean): void
  /** Lines on disk that this process stored, and that are in memory no more, cannot be read any more. `bytes`: of their entries. */
  lost(lines: readonly LostLines[], bytes: number): void
  /** A search has ended: it has found lines to read, or the folder has none. */
  found(): void
  trouble(trouble: SpoolTrouble): void
}
