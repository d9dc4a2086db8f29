/**
 * line → producer. Lines wait here while the producer is full.
 *
 * Bounded by: the lines that the stream had taken when the producer became full. The stream is corked until no line waits here
 * any more. At the end: the producer gets every line, even if it is full.
 */
import type { Producer } from '@dis-logs/core'

/** The part of a stream that holds text back. */
export interface Source {
  cork(): void
  uncork(): void
}

export class LineQueue {
  readonly #producer: Producer
  readonly #source: () => Source
  #waiting: string[] = []
  #barriers: (() => void)[] = []
  #isFull = false
  #isEnded = false

  /** `source` is a function, because the stream is made after this queue. */
  constructor(producer: Producer, source: () => Source) {
    this.#producer = producer
    this.#source = source
  }

  take(line: string): void {
    if (this.#isFull) this.#waiting.push(line)
    else if (!this.#producer.write(line)) this.#hold()
  }

  /** Resolves when the producer has every line that was taken before this call. */
  handedOver(): Promise<void> {
    if (this.#waiting.length === 0) return Promise.resolve()
    return new Promise((resolve) => this.#barriers.push(resolve))
  }

  /** Hands over all waiting lines, and from now on each line at once: after the end of the stream nothing resumes the queue. */
  end(): void {
    this.#isEnded = true
    if (this.#isFull) this.#resume()
  }

  #hold(): void {
    if (this.#isEnded) return
    this.#isFull = true
    this.#source().cork()
    this.#producer.once('drain', () => {
      if (this.#isFull) this.#resume()
    })
  }

  #resume(): void {
    this.#isFull = false
    const [lines, barriers] = [this.#waiting, this.#barriers]
    this.#waiting = []
    this.#barriers = []
    for (const line of lines) this.take(line)
    if (this.#waiting.length === 0) for (const resolve of barriers) resolve()
    else this.#barriers = barriers
    this.#source().uncork()
  }
}
