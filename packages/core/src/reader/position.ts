/** Where a reader stands in its partition: each later cursor follows from what it has read. Pure. */

/** Where reading starts. */
export type CursorPosition =
  /** At the oldest record that the stream keeps. */
  | { readonly type: 'TRIM_HORIZON' }
  /** Only records that arrive from now on. */
  | { readonly type: 'LATEST' }
  | { readonly type: 'AT_SEQUENCE_NUMBER' | 'AFTER_SEQUENCE_NUMBER'; readonly sequenceNumber: string }
  /** The first record stored at or after `timestamp`, in ms since the epoch. */
  | { readonly type: 'AT_TIMESTAMP'; readonly timestamp: number }

export class Position {
  readonly #openedAt: number
  #start: CursorPosition
  #isOpen = false
  #lastRead: string | undefined

  /** `openedAt`: ms since the epoch, when reading began. */
  constructor(start: CursorPosition, openedAt: number) {
    this.#start = start
    this.#openedAt = openedAt
  }

  /** A cursor was opened. */
  opened(): void {
    this.#isOpen = true
  }

  /** A record was read. */
  advance(sequenceNumber: string): void {
    this.#lastRead = sequenceNumber
  }

  /** Goes on somewhere else. */
  moveTo(start: CursorPosition): void {
    this.#start = start
    this.#lastRead = undefined
  }

  /** What the next cursor is opened at: nothing is read twice and nothing is left out. */
  get cursor(): CursorPosition {
    if (this.#lastRead !== undefined) return { type: 'AFTER_SEQUENCE_NUMBER', sequenceNumber: this.#lastRead }
    // "Latest" again would leave out what has arrived since it was asked for the first time.
    if (this.#isOpen && this.#start.type === 'LATEST')
      return { type: 'AT_TIMESTAMP', timestamp: this.#openedAt }
    return this.#start
  }
}

/** A sequence number as a number; undefined if the service wrote something else. */
export function sequenceOf(text: string | undefined): bigint | undefined {
  return text !== undefined && /^\d{1,40}$/.test(text) ? BigInt(text) : undefined
}
