/**
 * How fast one partition may be sent to, learned from what it takes.
 *
 * DIS limits rates, so a producer that sends faster only makes requests that fail. Until a partition throttles there is no limit.
 * Then the rate is what it took in the last second. It sinks a little after throttled answers and grows after clean ones, ever
 * faster while all are clean, because the limit may have been raised. Producers of one stream make room for each other like
 * this, though not evenly: one that comes later may stay slower for minutes.
 *
 * If slowing down does not help, the rate is not the cause: the service has a fault, or fails at random. Then the rate is fixed for
 * a while: fast enough to get through, and slow enough not to hurt.
 *
 * Counted in units: a record, or 1,000 bytes of a larger one. A partition takes 1,000 records or 1 MB a second (COMMON stream), so
 * a unit is a thousandth of its second, whichever of the two limits is met first.
 */
import { SlidingSum } from './sliding-sum.ts'

/** Bytes that weigh as much as a record. */
export const UNIT_BYTES: number = 1_000

/**
 * Pause between two sends to a limited partition: long enough to make a batch, short enough to be smooth. With 100 ms, a service
 * that lets through a burst of no more than that was filled to 76 % at 50 ms a round trip; with 50 ms to 99 %.
 */
export const SLOT_MS: number = 50

/** A budget is lost after so many slots, because the service keeps a second's worth at most. */
const MAX_SAVED_SLOTS = 3
/** How often the rate changes, if there are answers to what was sent since the last change. */
const STEP_MS = 500
/** Part of what was taken that is sent after a throttled answer. */
const STEP_DOWN = 0.98
const FIRST_STEP_UP = 0.02
const LARGEST_STEP_UP = 0.25
/** No step down is larger, because the answers of half a second may be those to a single record. */
const LARGEST_STEP_DOWN = 0.5
/** Slowing down has not helped if the share of throttled units is larger than this part of the last share. */
const NO_BETTER = 0.8
/** After a step below this part of the last rate, what is taken is looked at instead. */
const LARGE_STEP = 0.9
/** After so many steps in a row that did not help, the rate is not the cause. */
const MAX_FUTILE = 3
/** It is not the cause either if less than this part of the settled take is left: a limit does not sink with the rate. */
const SUNK = 0.6
/** The take has settled after so many steps, when the partition's saved second is used up. */
const SETTLING_STEPS = 5
/** How long the rate is fixed then. The time doubles each time. */
const FIRST_RESPITE_MS = 3_000
const LONGEST_RESPITE_MS = 60_000
/** The first rate, at least, in units a second: a little above the limit of a COMMON partition. The last second may have been short. */
const FIRST_RATE = 1_200
/** The fixed rate, at least, in units a second. */
const RESPITE_RATE = 2_500
/** The fixed rate as a multiple of the take, so that one partition that takes nothing does not slow the whole stream. */
const RESPITE_FACTOR = 2.5
/** The slowest rate of a partition, in units a second, so that it is never given up. */
const SLOWEST = 5

/** What a limit is for. */
export interface RateSubject {
  /** How many partitions: more than one where it is not known to which of them records go. */
  readonly partitions: number
  /** Units a second below which the rate never falls. */
  readonly slowest: number
  /** A share of throttled units that is none of the rate's business, 0 to 1. */
  readonly tolerated: number
}

const ONE_PARTITION: RateSubject = { partitions: 1, slowest: SLOWEST, tolerated: 0 }

export class RateLimiter {
  /** Units a ms; infinite while unlimited. */
  #rate = Number.POSITIVE_INFINITY
  #budget = 0
  /** Of the budget: what {@link grant} gave and nobody has used. */
  #granted = 0
  #refilledAt = 0
  #steppedAt = 0
  #stepUp = FIRST_STEP_UP
  #cleanSteps = 0
  // Since the last step.
  #takenUnits = 0
  #throttledUnits = 0
  #wasLimited = false
  // Share of throttled units at the last slow-down, and how often the next was no better.
  #share = 1
  #futile = 0
  // The rate before the last step down, and what was taken during the step before it.
  #rateBefore = Number.POSITIVE_INFINITY
  #takenBefore = 0
  // Steps since the limit began, and what the partition took in a second when that had settled.
  #steps = 0
  #settled = 0
  #respiteMs = FIRST_RESPITE_MS
  #respiteUntil = 0
  readonly #taken = new SlidingSum()

  readonly #subject: RateSubject

  constructor(subject: RateSubject = ONE_PARTITION) {
    this.#subject = subject
  }

  /** Units a second below which it never falls. */
  get slowest(): number {
    return this.#subject.slowest
  }

  get isLimited(): boolean {
    return this.#rate !== Number.POSITIVE_INFINITY
  }

  /** Units a second; infinite while unlimited. */
  get perSecond(): number {
    return this.#rate * 1_000
  }

  /** Units that may be sent now. */
  budget(now: number): number {
    if (!this.isLimited) return Number.POSITIVE_INFINITY
    const saved = this.#budget + this.#rate * (now - this.#refilledAt)
    // Never less than a record, or a slow rate would never send one.
    this.#budget = Math.min(saved, this.#granted + Math.max(1, this.#rate * SLOT_MS * MAX_SAVED_SLOTS))
    this.#refilledAt = now
    return this.#budget
  }

  /** Units were sent. `isLimited`: there would have been more. */
  sent(units: number, isLimited: boolean): void {
    if (!this.isLimited) return
    this.#budget -= units
    this.#granted = Math.max(0, this.#granted - units)
    if (isLimited) this.#wasLimited = true
  }

  /** When the next record may be sent, if the budget is used up. */
  readyAt(now: number): number {
    return this.#budget > 0 || !this.isLimited
      ? now + SLOT_MS
      : now + Math.max(SLOT_MS, (1 - this.#budget) / this.#rate)
  }

  /** An answer to what was sent at `sentAt` (ms): units that were taken, and units that were over the limit. */
  answered(now: number, taken: number, throttled: number, sentAt: number): void {
    this.#taken.add(now, taken)
    if (!this.isLimited) {
      if (throttled > 0) this.#slowDown(now)
      return
    }
    // Sent before the last change: it says nothing about the present rate, and would count twice.
    if (sentAt < this.#steppedAt) return
    this.#takenUnits += taken
    this.#throttledUnits += throttled
    if (now - this.#steppedAt < STEP_MS || now < this.#respiteUntil) return
    const isKnown = ++this.#steps > SETTLING_STEPS
    const hasSunk = isKnown && this.#wasLimited && this.#taken.latest < this.#settled * SUNK
    if (this.#throttledUnits === 0 || this.#throttledShare() <= this.#subject.tolerated) this.#stepUpward()
    else if (this.#isFutile() || hasSunk) this.#takeRespite(now)
    else this.#slowDown(now)
    if (this.#steps === SETTLING_STEPS) this.#settled = this.#taken.latest
    this.#startStep(now)
  }

  #startStep(now: number): void {
    this.#steppedAt = now
    this.#takenUnits = 0
    this.#throttledUnits = 0
    this.#wasLimited = false
  }

  /** The last slow-down, and the one before it, have not helped. */
  #isFutile(): boolean {
    const share = this.#throttledShare()
    const hasHelped = this.#isLargeStep() ? this.#takesTheSame() : share <= this.#share * NO_BETTER
    this.#futile = hasHelped ? 0 : this.#futile + 1
    this.#share = share
    return this.#futile >= MAX_FUTILE
  }

  /** The rate sank so much with the last step that what is taken tells more than the share of refusals. */
  #isLargeStep(): boolean {
    return this.#rate < this.#rateBefore * LARGE_STEP
  }

  /** A limit takes the same of less; a fault takes less of less. */
  #takesTheSame(): boolean {
    const expected = this.#takenBefore * ((1 + this.#rate / this.#rateBefore) / 2)
    return this.#takenUnits > expected
  }

  /** Of what was answered since the last step. */
  #throttledShare(): number {
    return this.#throttledUnits / (this.#takenUnits + this.#throttledUnits)
  }

  #takeRespite(now: number): void {
    this.#rate =
      Math.max(RESPITE_RATE * this.#subject.partitions, RESPITE_FACTOR * this.#taken.latest) / 1_000
    this.#futile = 0
    this.#share = 1
    this.#steps = 0
    this.#respiteUntil = now + this.#respiteMs
    this.#respiteMs = Math.min(LONGEST_RESPITE_MS, this.#respiteMs * 2)
  }

  #slowDown(now: number): void {
    this.#rateBefore = this.#rate
    this.#takenBefore = this.#takenUnits
    this.#rate =
      (this.isLimited
        ? this.#lower()
        : Math.max(FIRST_RATE * this.#subject.partitions, this.#taken.latest * STEP_DOWN)) / 1_000
    this.#budget = 0
    this.#refilledAt = now
    this.#stepUp = FIRST_STEP_UP
    this.#cleanSteps = 0
    this.#startStep(now)
  }

  /**
   * What was taken, less a little; but where little was sent, that says nothing of the limit: then no less than the share
   * of refusals asks for. In units a second.
   */
  #lower(): number {
    const rate = this.perSecond
    const wanted = Math.max(this.#taken.latest, rate * (1 - this.#throttledShare()), rate * LARGEST_STEP_DOWN)
    return Math.max(this.slowest, Math.min(rate, wanted) * STEP_DOWN)
  }

  #stepUpward(): void {
    this.#futile = 0
    this.#share = 1
    this.#respiteMs = FIRST_RESPITE_MS
    if (!this.#wasLimited) return
    this.#settled = this.#taken.latest
    this.#rate *= 1 + this.#stepUp
    if (++this.#cleanSteps % 2 === 0) this.#stepUp = Math.min(LARGEST_STEP_UP, this.#stepUp * 2)
  }

  /** Lets `units` through at once, on top of its rate. */
  grant(now: number, units: number): void {
    if (!this.isLimited) return
    this.#budget = Math.max(0, this.#budget) + units
    this.#refilledAt = now
    this.#granted = units
  }
}
