/**
 * Lines in memory that wait for the disk, in the order written: behind what is unread there, or for it to take lines again.
 *
 * Bounded by: the buffer, which counts these lines too; entries that are over are cleared away when they are more than
 * the others. An object for each line: this is for a disk that fails, or a start with lines from before.
 */

import { LINE_OVERHEAD_BYTES, type LineStore } from '../queue/line-store.ts'
import { copyOfKey } from '../record/route.ts'

export interface HeldLine {
  readonly line: number
  readonly kind: number
  readonly value: string
  /** Tells it from a later line with the same number. */
  readonly ticket: number
}

/** Marks below this one are tickets: see `LineStore.setSpoolId`. */
const FIRST_TICKET = -2
const FEW = 1_024

export class HeldLines {
  readonly #store: LineStore
  #lines: HeldLine[] = []
  #first = 0
  #ticket = FIRST_TICKET
  /** Bytes of these lines, as the buffer counts them; of those that are over, too. */
  bytes = 0

  constructor(store: LineStore) {
    this.#store = store
  }

  get isEmpty(): boolean {
    return this.#lines.length === 0 || this.first === undefined
  }

  /** The oldest. */
  get first(): HeldLine | undefined {
    for (;;) {
      const held = this.#lines[this.#first]
      if (held === undefined || this.#isHere(held)) return held
      this.#drop(held)
    }
  }

  push(line: number, kind: number, value: string): void {
    if (this.#lines.length - this.#first > FEW + 2 * this.#store.lines) this.#clearAway()
    this.#lines.push(this.#hold(line, kind, value))
  }

  /** Puts lines in front of all others, in their order. */
  unshift(lines: readonly { readonly line: number; readonly kind: number; readonly value: string }[]): void {
    const held = lines.map(({ line, kind, value }) => this.#hold(line, kind, value))
    this.#lines = [...held, ...this.#lines.slice(this.#first)]
    this.#first = 0
  }

  /** Takes the oldest. */
  shift(): HeldLine | undefined {
    const held = this.first
    if (held !== undefined) this.#drop(held)
    return held
  }

  #hold(line: number, kind: number, value: string): HeldLine {
    const ticket = this.#ticket--
    this.#store.setSpoolId(line, ticket)
    this.bytes += this.#bytesOf(line)
    return { line, kind, value: copyOfKey(value), ticket }
  }

  #isHere({ line, ticket }: HeldLine): boolean {
    return this.#store.spoolIdIfHeld(line) === ticket
  }

  #drop(held: HeldLine): void {
    this.#first++
    if (this.#isHere(held)) this.bytes -= this.#bytesOf(held.line)
    if (this.#first === this.#lines.length) {
      this.#lines = []
      this.#first = 0
      this.bytes = 0
    } else if (this.#first > FEW && this.#first * 2 > this.#lines.length) {
      // It may never be empty while the disk fails.
      this.#lines = this.#lines.slice(this.#first)
      this.#first = 0
    }
  }

  #clearAway(): void {
    this.#lines = this.#lines.slice(this.#first).filter((held) => this.#isHere(held))
    this.#first = 0
    this.bytes = this.#lines.reduce((bytes, { line }) => bytes + this.#bytesOf(line), 0)
  }

  #bytesOf(line: number): number {
    return this.#store.length(line) + LINE_OVERHEAD_BYTES
  }
}
