/**
 * Pages of all partitions → one consumer, in the order in which they came.
 *
 * Bounded by: one page of each partition, because it asks for the next one when that was taken, and {@link MAX_HELD_BYTES}, above which
 * none asks at all. At the bound partitions wait: a consumer that is slow is waited for.
 */
import type { DisRecord } from './answers.ts'

/** Records of a partition that were read at once. */
export interface Page {
  readonly partitionId: string
  readonly records: readonly DisRecord[]
  readonly bytes: number
}

const MAX_HELD_BYTES = 32 * 1_048_576

export class PageQueue {
  readonly #waiting: { readonly page: Page; readonly taken: () => void }[] = []
  readonly #forRoom: (() => void)[] = []
  #heldBytes = 0
  #wake: (() => void) | undefined
  #end: { readonly error?: unknown } | undefined

  /** Resolves when another page may be asked for. */
  async room(): Promise<void> {
    while (this.#heldBytes >= MAX_HELD_BYTES && this.#end === undefined) {
      await new Promise<void>((resolve) => this.#forRoom.push(resolve))
    }
  }

  /** Resolves when the consumer took it, or takes no more. */
  put(page: Page): Promise<void> {
    if (this.#end !== undefined) return Promise.resolve()
    this.#heldBytes += page.bytes
    return new Promise((taken) => {
      this.#waiting.push({ page, taken })
      this.#wake?.()
    })
  }

  /** The next page; undefined at the end. Rejects with the error that ended it. */
  async take(): Promise<Page | undefined> {
    for (;;) {
      if (this.#end !== undefined) {
        if ('error' in this.#end) throw this.#end.error
        return undefined
      }
      const next = this.#waiting.shift()
      if (next !== undefined) {
        next.taken()
        return next.page
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }

  /** The consumer is done with a page. */
  release({ bytes }: Page): void {
    this.#heldBytes -= bytes
    for (const resolve of this.#forRoom.splice(0)) resolve()
  }

  /** No page is given any more. The first end counts. */
  end(reason: { readonly error?: unknown } = {}): void {
    this.#end ??= reason
    this.#wake?.()
    for (const { taken } of this.#waiting.splice(0)) taken()
    for (const resolve of this.#forRoom.splice(0)) resolve()
  }
}
