import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { MemoryBudget, MemoryShare } from './memory-budget.ts'
import type { RequestTrace } from './viewer/request-log.ts'

/** What a request holds besides its header lines and its body: its objects and its place in lists. Generous. */
const REQUEST_OVERHEAD = 4_096

/**
 * One request and its answer: what it holds, and what is to be done when it ends. It ends when the answer is out or the
 * connection is gone; what it holds goes then, or when the work on it is done, whichever is later.
 */
export class Exchange {
  readonly id: string = randomUUID()
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** What is told of it to the viewer; undefined if nothing is. */
  readonly trace: RequestTrace | undefined
  readonly #share: MemoryShare
  readonly #atEnd: (() => void)[] = []
  readonly #ownBytes: number
  #isEnded = false
  #isBusy = false

  constructor(
    request: IncomingMessage,
    response: ServerResponse,
    budget: MemoryBudget,
    trace: RequestTrace | undefined
  ) {
    this.request = request
    this.response = response
    this.trace = trace
    this.#share = budget.share()
    this.#ownBytes = request.rawHeaders.reduce((sum, text) => sum + text.length, REQUEST_OVERHEAD)
  }

  /** Holds so many bytes besides what every request holds, more or fewer than before; false if there is no room. */
  readonly hold = (bytes: number): boolean => this.#share.hold(this.#ownBytes + bytes)

  /** Has `act` called at the end; at once if that was before. */
  onEnd(act: () => void): void {
    if (this.#isEnded) act()
    else this.#atEnd.push(act)
  }

  /** Keeps what is held until the work is done, also if the client leaves before. */
  async during<T>(work: Promise<T>): Promise<T> {
    this.#isBusy = true
    try {
      return await work
    } finally {
      this.#isBusy = false
      if (this.#isEnded) this.#share.hold(0)
    }
  }

  /** The answer is out or the connection is gone. May be called again. */
  end(): void {
    this.#isEnded = true
    if (!this.#isBusy) this.#share.hold(0)
    for (const act of this.#atEnd.splice(0)) act()
  }

  /** Whether it has ended. */
  get isEnded(): boolean {
    return this.#isEnded
  }
}
