/**
 * Which lines a producer knows to be stored: an answer said so, and the producer read it. If such a line comes again, no lost answer
 * explains it.
 *
 * That it read an answer is known for sure when it asks for something else on the same connection: a client that gives up on an
 * answer closes its connection. So the last answer of a connection explains a line that comes again; all others do not.
 *
 * Bounded by: a minute of records without a receipt, and of receipts.
 */
import { IntervalSet } from './intervals.ts'

/** No request takes longer. */
const REMEMBERED_MS = 60_000

export interface LineOf {
  readonly writer: string
  readonly n: number
}

interface Receipt {
  readonly by: string
  readonly at: number
  lines: readonly LineOf[]
}

export class Receipts {
  readonly #now: () => number
  readonly #known = new Map<string, IntervalSet>()
  /** Records that the service stored, by their place, whose answer nobody has read. */
  readonly #stored = new Map<string, { readonly lines: readonly LineOf[]; readonly at: number }>()
  /** Answers that were read before the judge looked at what was stored. */
  readonly #early = new Map<string, Receipt>()
  #recent: Receipt[] = []
  /** Records that were stored, and those of which it is known that their answer was read. */
  readonly records = { stored: 0, read: 0 }

  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** A record was stored, with these lines. */
  stored(place: string, lines: readonly LineOf[]): void {
    this.records.stored++
    forgetBefore(this.#stored, this.#now() - REMEMBERED_MS)
    const early = this.#early.get(place)
    if (early === undefined) {
      this.#stored.set(place, { lines, at: this.#now() })
      return
    }
    this.#early.delete(place)
    early.lines = lines
    this.#know(early)
  }

  /** A producer has read answers which say that the records at these places are stored. */
  read(by: string, places: readonly string[]): void {
    const at = this.#now()
    forgetBefore(this.#early, at - REMEMBERED_MS)
    for (const place of places) {
      const lines = this.#stored.get(place)?.lines
      const receipt: Receipt = { by, at, lines: lines ?? [] }
      this.#stored.delete(place)
      if (lines === undefined) this.#early.set(place, receipt)
      else this.#know(receipt)
    }
  }

  /** A process is gone, with what it has read since then: nobody knows whether it had noted that. */
  forget(by: string, since: number): void {
    const isForgotten = (receipt: Receipt) => receipt.by === by && receipt.at >= since
    for (const [place, receipt] of this.#early) if (isForgotten(receipt)) this.#early.delete(place)
    for (const receipt of this.#recent) {
      if (isForgotten(receipt)) for (const { writer, n } of receipt.lines) this.#of(writer).remove(n)
    }
    this.#recent = this.#recent.filter((receipt) => !isForgotten(receipt))
  }

  /** Whether a producer knows that the line is stored. */
  has({ writer, n }: LineOf): boolean {
    return this.#of(writer).has(n)
  }

  #know(receipt: Receipt): void {
    this.records.read++
    for (const { writer, n } of receipt.lines) this.#of(writer).add(n)
    this.#recent.push(receipt)
    const oldest = this.#now() - REMEMBERED_MS
    // Half of them at a time, so that each is looked at a few times only.
    if ((this.#recent[this.#recent.length >> 1]?.at ?? oldest) < oldest)
      this.#recent = this.#recent.filter(({ at }) => at >= oldest)
  }

  #of(writer: string): IntervalSet {
    const known = this.#known.get(writer) ?? new IntervalSet()
    this.#known.set(writer, known)
    return known
  }
}

function forgetBefore(entries: Map<string, { readonly at: number }>, oldest: number): void {
  for (const [place, { at }] of entries) {
    if (at >= oldest) return
    entries.delete(place)
  }
}
