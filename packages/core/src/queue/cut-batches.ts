/**
 * Batches that the service does not take as a whole: they are cut, and their parts go before anything else.
 *
 * Bounded by: a search for a refused record ends when it is in vain ({@link Bisection}). After that each batch is searched until
 * its first line is refused alone, about log2(n) requests, until the service has accepted a request.
 */
import type { Batch } from './batch.ts'
import { Bisection } from './bisection.ts'
import { type CutSizes, cutBatch } from './cut.ts'

export class CutBatches {
  readonly #sizes: CutSizes
  readonly #parts: Batch[] = []
  /** A search was in vain, and nothing was accepted since then. */
  #refusesAll = false

  constructor(sizes: CutSizes) {
    this.#sizes = sizes
  }

  /** Whether there is a part that may be sent now. */
  get isReady(): boolean {
    return this.#parts.some(isReady)
  }

  /** Takes the next part that may be sent now. */
  shift(): Batch | undefined {
    const index = this.#parts.findIndex(isReady)
    if (index < 0) return undefined
    const [part] = this.#parts.splice(index, 1)
    if (part?.bisection !== undefined) part.bisection.isAsking = true
    return part
  }

  /** Takes all parts. */
  takeAll(): Batch[] {
    return this.#parts.splice(0)
  }

  /** Cuts a batch that was too large, or one of whose records was refused. */
  cut(batch: Batch, cause: 'size' | 'content'): void {
    const bisection =
      batch.bisection ??
      (cause === 'content' ? new Bisection(this.#refusesAll ? 1 : batch.lineCount) : undefined)
    if (bisection !== undefined) bisection.isAsking = false
    const parts = cutBatch(batch, bisection, this.#sizes)
    // A search goes depth first: a line alone is reached soon, and shows whether anything is accepted.
    if (cause === 'content') this.#parts.unshift(...parts)
    else this.#parts.push(...parts)
  }

  /** The second part of a record follows, because the first one is settled. */
  startRest(rest: Batch): void {
    rest.lane(0).outstanding++
    this.#parts.unshift(rest)
  }

  /** What an answer says about the search that the batch belongs to. */
  note({ bisection, isDivisible }: Batch, isContentRefused: boolean, isAccepted: boolean): void {
    if (bisection !== undefined) bisection.isAsking = false
    if (isContentRefused) {
      if (!isDivisible) bisection?.refused()
      if (bisection?.isHopeless === true) this.#refusesAll = true
    } else if (isAccepted) {
      bisection?.accepted()
      this.#refusesAll = false
    }
  }
}

/** A search asks about one part at a time. */
function isReady({ bisection }: Batch): boolean {
  return bisection?.isAsking !== true
}
