/** A simulated process: its clock, its end, and whether it is stopped. */
import type { Clock } from '../../../packages/core/src/clock.ts'
import type { Random } from './random.ts'
import type { Event, Owner, Timeline } from './timeline.ts'

/** 2025-01-02: wall time at the beginning of a run, where no clock is wrong. */
export const EPOCH_MS = 1_735_787_045_000

/** The wall clock of a machine. */
export class Machine {
  readonly name: string
  /** Of its kernel, as locks know it. */
  kernel: string
  /** How wrong its wall clock is, and how much faster than true time its clocks run. */
  offsetMs = 0
  driftRate = 0
  /** How long the suspensions took that are over. */
  #suspendedMs = 0
  /** How many nemeses keep it suspended now, and since when. */
  #suspensions = 0
  #suspendedSince = 0

  constructor(name: string, kernel: string) {
    this.name = name
    this.kernel = kernel
  }

  get isSuspended(): boolean {
    return this.#suspensions > 0
  }

  /** How long it was suspended until `now`: its monotonic clocks stood still, also for somebody who looks during a suspension. */
  suspendedUntil(now: number): number {
    return this.#suspendedMs + (this.isSuspended ? now - this.#suspendedSince : 0)
  }

  suspend(now: number): void {
    if (this.#suspensions++ === 0) this.#suspendedSince = now
  }

  resume(now: number): void {
    if (--this.#suspensions === 0) this.#suspendedMs += now - this.#suspendedSince
  }
}

export class Process implements Owner, Clock {
  readonly machine: Machine
  readonly parked: Event[] = []
  readonly #timeline: Timeline
  readonly #random: Random
  readonly #bornAt: number
  readonly #suspendedBefore: number
  #keptAlive = 0
  #stops = 0
  #mono = 0
  isDead = false
  /** Called when nothing keeps it alive any more. */
  idle: () => void = () => {}
  /** How late its timers are at most. */
  jitterMs = 0
  /** It was stopped, or waited for its disk, at some time. */
  hasWaited = false
  /** Calls of ports in this step: a measure of its work. */
  work = 0

  constructor(machine: Machine, timeline: Timeline, random: Random) {
    this.machine = machine
    this.#timeline = timeline
    this.#random = random
    this.#bornAt = timeline.now
    this.#suspendedBefore = machine.suspendedUntil(timeline.now)
  }

  now(): number {
    const { offsetMs, driftRate } = this.machine
    return Math.floor(EPOCH_MS + this.#timeline.now * (1 + driftRate) + offsetMs)
  }

  monotonic(): number {
    const suspendedMs = this.machine.suspendedUntil(this.#timeline.now) - this.#suspendedBefore
    const mono = (this.#timeline.now - this.#bornAt - suspendedMs) * (1 + this.machine.driftRate)
    // A change of the rate must not turn it back.
    this.#mono = Math.max(this.#mono, mono)
    return this.#mono
  }

  random(): number {
    return this.#random.next()
  }

  timer(delayMs: number, fire: () => void): () => void {
    this.work++
    if (this.isDead) return () => {}
    // As Node's: whole milliseconds, at least one.
    const delay = Math.max(1, Math.trunc(delayMs)) / (1 + this.machine.driftRate)
    const late = this.jitterMs === 0 ? 0 : this.#random.next() * this.jitterMs
    return this.#timerOf(delay + late, fire)
  }

  /** A suspension is no time for a timer. */
  #timerOf(delayMs: number, fire: () => void): () => void {
    const before = this.machine.suspendedUntil(this.#timeline.now)
    const dueAt = this.#timeline.now + delayMs
    let cancel = () => {}
    const event = this.#timeline.after(
      delayMs,
      () => {
        // Of a suspension that has just ended, a part may be over already.
        const { now } = this.#timeline
        const leftMs = dueAt + (this.machine.suspendedUntil(now) - before) - now
        if (leftMs > 0) cancel = this.#timerOf(leftMs, fire)
        else fire()
      },
      this
    )
    return () => {
      event.fire = undefined
      cancel()
    }
  }

  keepAlive(): () => void {
    let isHeld = true
    this.#keptAlive++
    return () => {
      if (!isHeld) return
      isHeld = false
      if (--this.#keptAlive === 0 && !this.isDead) this.#timeline.after(0, () => this.#checkIdle(), this)
    }
  }

  get isKeptAlive(): boolean {
    return this.#keptAlive > 0
  }

  get isStopped(): boolean {
    return this.#stops > 0
  }

  /** SIGSTOP, or a system call that takes long: its timers and answers wait until the returned function is called. */
  stop(): () => void {
    let isOver = false
    this.#stops++
    this.hasWaited = true
    return () => {
      if (isOver) return
      isOver = true
      if (--this.#stops === 0 && !this.isDead) this.#timeline.unpark(this)
    }
  }

  #checkIdle(): void {
    if (this.#keptAlive === 0) this.idle()
  }
}
