/**
 * The motor: starts attempts while there is something due, room in the window and no reason to wait, and
 * hands each outcome on.
 *
 * Bounded by: the window (requests in flight). At the bound: batches wait in their lanes. At close:
 * `abandon` gives back everything that is not settled; answers that come later are ignored.
 */
import type { Clock } from '../clock.ts'
import type { Batch } from '../queue/batch.ts'
import type { Batcher } from '../queue/batcher.ts'
import type { Waiting } from '../queue/lanes.ts'
import type { LineStore } from '../queue/line-store.ts'
import type { Outcome } from '../wire/outcome.ts'
import type { ConcurrencyLimit } from './concurrency-limit.ts'
import type { OutcomeHandler } from './outcomes.ts'
import type { Sender } from './sender.ts'

export interface DispatcherParts {
  readonly clock: Clock
  readonly store: LineStore
  readonly batcher: Batcher
  readonly window: ConcurrencyLimit
  readonly attempts: Sender
  readonly outcomes: OutcomeHandler
  /** Brings lines back from disk, if some wait there and there is room. */
  readonly refill: () => void
  /** Told of errors that no rule expects. */
  readonly onBug: (error: unknown) => void
}

export class Dispatcher {
  readonly #parts: DispatcherParts
  readonly #inFlight = new Set<Batch>()
  // Halves of a batch that was too large: they keep their place before anything new.
  readonly #halves: Batch[] = []
  #cancelTimer: (() => void) | undefined
  #timerAt = 0
  #woken = false
  #stopped = false

  constructor(parts: DispatcherParts) {
    this.#parts = parts
  }

  /** Looks for due batches soon: once after the current run of synchronous code, however often it is called. */
  wake(): void {
    if (this.#woken || this.#stopped) return
    this.#woken = true
    queueMicrotask(() => {
      this.#woken = false
      this.#pump()
    })
  }

  /** Stops for good and returns the lines that were in flight or cut; those in lanes stay there. */
  abandon(): Waiting[] {
    this.#stopped = true
    this.#cancelTimer?.()
    const lines = [...this.#inFlight, ...this.#halves].flatMap(waitingIn)
    this.#inFlight.clear()
    this.#halves.length = 0
    return lines
  }

  #pump(): void {
    if (this.#stopped) return
    const { clock, batcher, window, refill, onBug } = this.#parts
    refill()
    const now = clock.monotonic()
    while (window.hasRoom && window.pausedUntil <= now) {
      const batch = this.#halves.shift() ?? batcher.take(now)
      if (batch === undefined) break
      // A bug in here must not become an unhandled rejection of the application's.
      this.#deliver(batch).catch(onBug)
    }
    this.#sleep(now)
  }

  /** Sets the one timer for the next moment at which something can be due. An answer wakes by itself. */
  #sleep(now: number): void {
    const { clock, batcher, window } = this.#parts
    if (!window.hasRoom) return
    const due = this.#halves.length > 0 ? now : batcher.nextDueAt(now)
    const at = Math.max(due, window.pausedUntil)
    // A timer that fires too early only looks again: cheaper than a new timer for every line.
    if (at === Number.POSITIVE_INFINITY || (this.#cancelTimer !== undefined && this.#timerAt <= at)) return
    this.#cancelTimer?.()
    this.#timerAt = at
    this.#cancelTimer = clock.timer(Math.max(1, Math.ceil(at - now)), () => {
      this.#cancelTimer = undefined
      this.#pump()
    })
  }

  async #deliver(batch: Batch): Promise<void> {
    const { window, attempts } = this.#parts
    this.#inFlight.add(batch)
    const ticket = window.start()
    const outcome = await attempts.send(batch)
    window.end()
    // After `abandon` the lines are somebody else's.
    if (!this.#inFlight.delete(batch)) return
    await this.#apply(batch, outcome, ticket)
    if (!this.#stopped) this.#pump()
  }

  async #apply(batch: Batch, outcome: Outcome, ticket: number): Promise<void> {
    const { outcomes, store } = this.#parts
    if (outcome.kind === 'split' && batch.lines.length > 1) {
      const byteLength = (line: number) => store.length(line)
      if (batch.records > 1) this.#halves.push(...batch.split(byteLength))
      else this.#halves.push(batch.splitRecord(byteLength))
      return
    }
    await outcomes.apply(batch, outcome, ticket)
  }
}

function waitingIn(batch: Batch): Waiting[] {
  return batch.lanes.flatMap((lane, record) =>
    batch.lines.slice(batch.begin(record), batch.end(record)).map((line) => ({ lane, line }))
  )
}
