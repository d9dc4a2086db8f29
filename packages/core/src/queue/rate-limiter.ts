/**
 * How fast one partition may be sent to: learned from what it took.
 *
 * DIS limits rates, so a producer that sends faster than that only makes requests that fail. Until a partition
 * throttles there is no limit; then the pace is what it took in the last second, a little less after each
 * throttled answer and a little more after each clean one, ever faster while all is clean: the limit may have been
 * raised, or another producer may have gone. Other producers of the stream make room for each other in this way.
 *
 * If slowing down does not help, it is not the pace that is wrong (a fault of the service, or a test that fails at random):
 * then the pace is a fixed one for a while, fast enough to get through and not so fast that it hurts.
 *
 * Counted in units: a record, or 1,000 bytes of a larger one. A partition takes 1,000 records or 1 MB a second (COMMON
 * stream), so a unit is a thousandth of a second of it, whichever of the two is met first.
 */

import { SlidingSum } from './sliding-sum.ts'

/** Bytes that weigh as much as a record. */
export const UNIT_BYTES: number = 1_000

/**
 * Pause between two sends to a partition that is limited: long enough to make a batch, short enough to be smooth. With 100 ms
 * a service that lets through a burst of no more than that was filled to 76 % at 50 ms a round trip, with 50 ms to 99 %.
 */
export const SLOT_MS: number = 50

/** A budget that was not used for so long is lost: the service, too, keeps a second's worth at most. */
const MAX_SAVED_SLOTS = 3
/** How often the pace is changed, if there are answers to what was sent since the last change. */
const STEP_MS = 500
/** Share of what was taken that is sent after a throttled answer. */
const STEP_DOWN = 0.98
const FIRST_STEP_UP = 0.02
const LARGEST_STEP_UP = 0.25
/** A share of throttled units that is no smaller than this part of the last one: slowing down has not helped. */
const NO_BETTER = 0.8
/** A rate that sinks below this part of the last one. */
const LARGE_STEP = 0.9
/** So many times in a row, and pacing is given up; */
const MAX_FUTILE = 3
/** or if, paced, the partition takes less than this part of what it took before: a limit would not sink with the pace; */
const SUNK = 0.6
/** what it took before is known so many steps after the first throttle, when its second's worth is used up; */
const SETTLING_STEPS = 5
/** for this time, and twice as long each time that it is in vain again. */
const FIRST_RESPITE_MS = 3_000
const LONGEST_RESPITE_MS = 60_000
/**
 * Units a second that pacing begins with, at least: what was taken in the last second says little if it began a moment
 * ago. A little above the limit of a COMMON partition.
 */
const FIRST_PACE = 1_200
/** Units a second while slowing down has been in vain, at least; */
const RESPITE_PACE = 2_500
/** or so many times what is taken, so that one partition that takes nothing does not slow the whole stream. */
const RESPITE_FACTOR = 2.5
/** Units a second below which no pace falls, so that a partition is never given up. */
const SLOWEST = 5
/** No step down is larger: the answers of half a second may be those to a single record. */
const LARGEST_STEP_DOWN = 0.5

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
  // Steps since pacing began, and what the partition took in a second when it had settled.
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
    // Never less than a record, or a slow pace would never send one.
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
    // On its way before the last change: it says nothing of the pace of now, and would be held against it twice.
    if (sentAt < this.#steppedAt) return
    this.#takenUnits += taken
    this.#throttledUnits += throttled
    if (now - this.#steppedAt < STEP_MS || now < this.#respiteUntil) return
    const isKnown = ++this.#steps > SETTLING_STEPS
    const hasSunk = isKnown && this.#wasLimited && this.#taken.latest < this.#settled * SUNK
    if (this.#throttledUnits === 0 || this.#throttledShare() <= this.#subject.tolerated) this.#stepUpward()
    else if (this.#isFutile() || hasSunk) this.#giveUp(now)
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

  #giveUp(now: number): void {
    this.#rate =
      Math.max(RESPITE_PACE * this.#subject.partitions, RESPITE_FACTOR * this.#taken.latest) / 1_000
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
        : Math.max(FIRST_PACE * this.#subject.partitions, this.#taken.latest * STEP_DOWN)) / 1_000
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
    const pace = this.perSecond
    const wanted = Math.max(this.#taken.latest, pace * (1 - this.#throttledShare()), pace * LARGEST_STEP_DOWN)
    return Math.max(this.slowest, Math.min(pace, wanted) * STEP_DOWN)
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
