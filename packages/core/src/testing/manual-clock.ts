import type { Clock } from '../clock.ts'

interface PendingTimer {
  readonly at: number
  readonly fire: () => void
}

/** A clock that stands still until a test calls {@link ManualClock.advance}. */
export class ManualClock implements Clock {
  #now: number
  /** How far the wall clock is ahead of the monotonic time. */
  #offMs = 0
  readonly #timers = new Set<PendingTimer>()
  readonly #random: () => number

  /** `random` gives 0.5 by default, so a backoff waits half of its bound. */
  constructor(now = 1_735_787_045_000, random: () => number = () => 0.5) {
    this.#now = now
    this.#random = random
  }

  /** Timers that have not fired. */
  get timers(): number {
    return this.#timers.size
  }

  now(): number {
    return this.#now + this.#offMs
  }

  monotonic(): number {
    return this.#now
  }

  /** Moves the wall clock by `ms`. Durations and timers stay as they are. */
  jump(ms: number): void {
    this.#offMs += ms
  }

  /** The process is stopped for `ms`: no timer fires meanwhile. Those that are due fire with the next {@link advance}. */
  stop(ms: number): void {
    this.#now += ms
  }

  random(): number {
    return this.#random()
  }

  timer(delayMs: number, fire: () => void): () => void {
    const timer = { at: this.#now + delayMs, fire }
    this.#timers.add(timer)
    return () => this.#timers.delete(timer)
  }

  keepAlive(): () => void {
    return () => {}
  }

  /** Moves on by `ms`. Fires due timers in order, and lets promises run after each. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms
    await settle()
    for (let next = this.#nextBefore(end); next !== undefined; next = this.#nextBefore(end)) {
      this.#timers.delete(next)
      this.#now = Math.max(this.#now, next.at)
      next.fire()
      await settle()
    }
    this.#now = end
    await settle()
  }

  #nextBefore(end: number): PendingTimer | undefined {
    let next: PendingTimer | undefined
    for (const timer of this.#timers) {
      if (timer.at <= end && (next === undefined || timer.at < next.at)) next = timer
    }
    return next
  }
}

/** Lets all code run that waits for promises only. */
async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
}
