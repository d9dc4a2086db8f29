/**
 * The motor: takes batches that are due while the service may be asked, sends them, and hands what follows to the queue, to the
 * settlement and to the service's health.
 *
 * Bounded by: the concurrency limit. At the bound: batches wait in the queue, until an answer comes or a request is late. At close: `stop`; answers that come later are
 * ignored, because their lines are settled otherwise.
 */
import { outside } from '../async-context.ts'
import type { Clock } from '../clock.ts'
import type { Batch } from '../queue/batch.ts'
import type { HotKey } from '../queue/hot-keys.ts'
import type { Intake } from '../queue/intake.ts'
import type { LineStore } from '../queue/line-store.ts'
import type { Queue } from '../queue/queue.ts'
import { warningOf } from '../report/diagnoses.ts'
import type { DropNotice } from '../report/drop-notice.ts'
import type { WarningEvent } from '../report/events.ts'
import { decide, type RetryPolicy } from './decide.ts'
import type { Sender } from './sender.ts'
import type { ServiceHealth } from './service-health.ts'
import type { Settlement } from './settlement.ts'

export interface DispatcherParts {
  readonly clock: Clock
  readonly store: LineStore
  readonly queue: Queue
  readonly sender: Sender
  readonly settlement: Settlement
  readonly health: ServiceHealth
  readonly retry: RetryPolicy
  /** Brings lines back from disk while there is room, and notes there what was settled. */
  readonly spool: { refill(): void; noteSettled(): void } | undefined
  readonly intake: Pick<Intake, 'writeDropNotice'>
  readonly dropNotice: Pick<DropNotice, 'takeDue'>
  readonly warn: (event: WarningEvent) => void
  /** Told after each answer: there may be more room, or nothing left. */
  readonly settled: () => void
}

/** Characters of a key in a message. */
const LONGEST_KEY = 100

export class Dispatcher {
  readonly #parts: DispatcherParts
  #cancelTimer: (() => void) | undefined
  #timerAt = 0
  #isWoken = false
  #isStopped = false

  constructor(parts: DispatcherParts) {
    this.#parts = parts
  }

  /** Looks for due batches soon: once after the current run of synchronous code, however often it is called. */
  wake(): void {
    if (this.#isWoken || this.#isStopped) return
    this.#isWoken = true
    outside(() =>
      queueMicrotask(() => {
        this.#isWoken = false
        this.#pump()
      })
    )
  }

  /**
   * Ends every wait, because there may be no other time: what waits is tried now, and what fails is tried again soon. Until the
   * returned function is called.
   */
  endWaits(): () => void {
    const { clock, queue, health } = this.#parts
    const calmQueue = queue.endWaits(clock.monotonic())
    const calmHealth = health.endWaits()
    this.wake()
    return () => {
      calmQueue()
      calmHealth()
    }
  }

  /** Starts nothing any more. */
  stop(): void {
    this.#isStopped = true
    this.#cancelTimer?.()
  }

  #pump(): void {
    if (this.#isStopped) return
    const { clock, queue, health, spool, warn } = this.#parts
    spool?.refill()
    const now = clock.monotonic()
    while (health.pausedUntil <= now) {
      const { isFree, lateBytes } = health.room(now)
      const batch = isFree ? queue.take(now, lateBytes) : undefined
      if (batch === undefined) break
      // A bug in here must not become an unhandled rejection of the application's.
      this.#deliver(batch).catch((error: unknown) => {
        warn(warningOf('BUG', String(error)))
      })
    }
    this.#sleep(now)
  }

  /** Sets the one timer for the next moment at which something can be due. An answer wakes by itself. */
  #sleep(now: number): void {
    const { clock, queue, health } = this.#parts
    const { isFree, lateBytes, nextLateAt } = health.room(now)
    const roomAt = isFree && queue.hasRoomInFlight(lateBytes) ? now : nextLateAt
    const at = Math.max(queue.nextDueAt(now), health.pausedUntil, roomAt)
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
    const { clock, store, queue, sender, settlement, health, retry, spool, settled } = this.#parts
    const flight = health.start(batch.bodyBytes)
    const outcome = await sender.send(batch)
    health.end(flight)
    if (!queue.awaits(batch)) return
    const now = clock.monotonic()
    const verdict = decide(outcome, batch, store, retry, now)
    queue.answered(batch, verdict, now)
    settlement.apply(batch, verdict)
    spool?.noteSettled()
    if (verdict.service.kind === 'accepted') this.#lookAround(now)
    settled()
    await health.apply(verdict.service, flight)
    this.#pump()
  }

  /** The service works: what has waited for that is told. */
  #lookAround(now: number): void {
    const { queue, intake, dropNotice, warn } = this.#parts
    const missing = dropNotice.takeDue()
    if (missing !== undefined) intake.writeDropNotice(missing)
    const hotKey = queue.findHotKey(now)
    if (hotKey !== undefined) warn(hotKeyWarning(hotKey))
  }
}

function hotKeyWarning({ partitionId, key, share, othersHaveRoom }: HotKey): WarningEvent {
  const name = key.length > LONGEST_KEY ? `${key.slice(0, LONGEST_KEY)}…` : key
  const rest = othersHaveRoom ? 'other partitions have room' : 'no line goes to another partition'
  return warningOf(
    'HOT_KEY',
    `key '${name}' has ${Math.round(share * 100)} % of the lines and fills ${partitionId} to its limit, while ${rest}`
  )
}
