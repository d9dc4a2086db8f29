/** `--from` → where reading starts, and where it goes on when a cursor is lost. */
import type { CursorPosition } from '@dis-logs/core'
import { UsageError } from '../status.ts'

/** @throws UsageError unless it is `latest`, `beginning`, a time or a sequence number */
export function parseFrom(text: string): CursorPosition {
  if (text === 'latest') return { type: 'LATEST' }
  if (text === 'beginning') return { type: 'TRIM_HORIZON' }
  if (/^\d+$/.test(text)) return { type: 'AT_SEQUENCE_NUMBER', sequenceNumber: text }
  const timestamp = /^\d{4}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(timestamp)) {
    throw new UsageError(
      `--from: got '${text}'; allowed: latest, beginning, a time like 2025-01-31T12:00:00Z, or a sequence number`
    )
  }
  return { type: 'AT_TIMESTAMP', timestamp }
}

const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** `90s`, `15m`, `2h`, `1d` ago, or a time. @throws UsageError for anything else */
export function parseSince(text: string, nowMs: number): CursorPosition {
  const [, amount, unit = ''] = /^(\d{1,9})([smhd])$/.exec(text) ?? []
  const ago = amount === undefined ? undefined : nowMs - Number(amount) * (UNITS[unit] ?? 0)
  const timestamp = ago ?? (/^\d{4}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN)
  if (Number.isNaN(timestamp)) {
    throw new UsageError(
      `--since: got '${text}'; allowed: 90s, 15m, 2h, 1d, or a time like 2025-01-31T12:00:00Z`
    )
  }
  return { type: 'AT_TIMESTAMP', timestamp: Math.max(0, timestamp) }
}

/** The position of one partition: moves with every record that was read. */
export class Position {
  readonly #from: CursorPosition
  readonly #openedAt: number
  #lastRead: string | undefined
  #lastReadIsGone = false

  /** `openedAt`: ms since the epoch, when reading began. */
  constructor(from: CursorPosition, openedAt: number) {
    this.#from = from
    this.#openedAt = openedAt
  }

  /** A record was read. */
  advance(sequenceNumber: string): void {
    this.#lastRead = sequenceNumber
    this.#lastReadIsGone = false
  }

  /** What was read last is not kept any more: the oldest record that is kept comes next. */
  fallBack(): void {
    this.#lastReadIsGone = true
  }

  /** True once something has been read, so that a start that the service refuses is not the user's. */
  get hasMoved(): boolean {
    return this.#lastRead !== undefined
  }

  /** For the first cursor. */
  get start(): CursorPosition {
    return this.#from
  }

  /** For every later cursor: nothing is read twice and nothing is left out. */
  get next(): CursorPosition {
    if (this.#lastReadIsGone) return { type: 'TRIM_HORIZON' }
    if (this.#lastRead !== undefined) return { type: 'AFTER_SEQUENCE_NUMBER', sequenceNumber: this.#lastRead }
    // "Latest" again would leave out what has arrived since it was asked for the first time.
    if (this.#from.type === 'LATEST') return { type: 'AT_TIMESTAMP', timestamp: this.#openedAt }
    return this.#from
  }
}
