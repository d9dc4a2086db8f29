/**
 * verdict → lanes and partitions: what an answer means for the records of a batch. The only place where a line turns back.
 *
 * A partition is the unit of trouble. If it took nothing and failed, it is blocked; if it is over its limit, its rate sinks. A
 * record that fails where others were taken waits by itself, and so does one whose partition is not known: in its lane if all
 * lines of that lead to one partition or the order counts, else in a detached lane.
 */
import type { Clock } from '../clock.ts'
import { fullJitterMs, LONGEST_LAST_WAIT_MS } from '../delivery/backoff.ts'
import type { AgainCause, RecordVerdict } from '../delivery/verdict.ts'
import { Leases } from '../leases.ts'
import type { StoredRecord } from '../wire/response.ts'
import type { Batch } from './batch.ts'
import type { Lane } from './lane.ts'
import type { LaneSchedule } from './lane-schedule.ts'
import type { Lanes } from './lanes.ts'
import type { LineStore } from './line-store.ts'
import type { OldestLanes } from './oldest-lanes.ts'
import { type Partition, UNKNOWN } from './partition.ts'
import { UNIT_BYTES } from './rate-limiter.ts'
import { Tallies, type Tally } from './tally.ts'

export interface BackoffPolicy {
  readonly baseMs: number
  readonly maxMs: number
}

export interface ReturnedRecordsParts {
  readonly clock: Clock
  readonly store: LineStore
  readonly lanes: Lanes
  readonly schedule: LaneSchedule
  readonly backoff: BackoffPolicy
  /** At most one record of a lane is outstanding. */
  readonly isOrdered: boolean
  /** Told of lanes that get lines. */
  readonly oldest: OldestLanes | undefined
}

/** A throttled lane waits no longer than this: the limit is a rate, so there will be room in the next second. */
const LONGEST_THROTTLE_MS = 5_000

export class ReturnedRecords {
  readonly #clock: Clock
  readonly #store: LineStore
  readonly #lanes: Lanes
  readonly #schedule: LaneSchedule
  readonly #backoff: BackoffPolicy
  readonly #isOrdered: boolean
  readonly #oldest: OldestLanes | undefined
  /** Lanes of records that wait by themselves, of the answer at hand. */
  readonly #detached = new Map<Lane, Lane>()
  /** Held while waits are to be short. */
  readonly #shortWaits = new Leases()

  constructor({ clock, store, lanes, schedule, backoff, isOrdered, oldest }: ReturnedRecordsParts) {
    this.#clock = clock
    this.#store = store
    this.#lanes = lanes
    this.#schedule = schedule
    this.#backoff = backoff
    this.#isOrdered = isOrdered
    this.#oldest = oldest
  }

  /** No record waits long from now on, until the returned function is called. */
  shortenWaits(): () => void {
    return this.#shortWaits.take()
  }

  /** Applies the verdicts of a batch, one for each record. */
  apply(batch: Batch, verdicts: readonly RecordVerdict[], now: number): void {
    const tallies = new Tallies()
    this.#detached.clear()
    const units = Math.max(1, batch.bytes / batch.records / UNIT_BYTES)
    this.#applyStored(batch, verdicts, tallies)
    // Last record first, so that several of one lane stand in their old order again.
    for (let record = batch.records - 1; record >= 0; record--) {
      const verdict = verdicts[record]
      if (verdict !== undefined && verdict.kind !== 'stored') {
        this.#applyFailure(batch, record, verdict, tallies, now)
      }
    }
    for (const [partition, tally] of tallies) this.#applyTally(partition, tally, units, batch.takenAt, now)
  }

  /** Puts all lines of a batch that was not sent back to their lanes. */
  putBack(batch: Batch): void {
    for (let record = batch.records - 1; record >= 0; record--) {
      const lane = batch.lane(record)
      this.#lanes.wake(lane)
      this.#unshift(batch, record, lane, [])
      this.#schedule.offer(lane)
    }
  }

  #applyStored(batch: Batch, verdicts: readonly RecordVerdict[], tallies: Tallies): void {
    const { partitions } = this.#schedule
    let known: Lane | undefined
    let partitionId: string | undefined
    let sent: Tally | undefined
    let landed: Tally | undefined
    for (let record = 0; record < batch.records; record++) {
      const verdict = verdicts[record]
      if (verdict?.kind !== 'stored') continue
      const lane = batch.lane(record)
      // Neighbours are mostly of one lane and partition: nothing to look up then.
      if (
        sent === undefined ||
        landed === undefined ||
        lane !== known ||
        verdict.partitionId !== partitionId
      ) {
        const through = this.#schedule.partitionOf(lane)
        const partition = verdict.partitionId === '' ? through : partitions.named(verdict.partitionId)
        sent = tallies.of(through)
        landed = tallies.of(partition)
        if (lane.hasOnePartition && partition !== through) this.#schedule.move(lane, partition)
        known = lane
        partitionId = verdict.partitionId
      }
      sent.taken++
      landed.landed++
      lane.failures = 0
      this.#end(lane)
    }
  }

  #applyFailure(
    batch: Batch,
    record: number,
    verdict: Exclude<RecordVerdict, StoredRecord>,
    tallies: Tallies,
    now: number
  ): void {
    const { cause } = verdict
    const lane = batch.lane(record)
    const partition = this.#schedule.partitionOf(lane)
    const waits = this.#count(cause, partition, lane, tallies)
    if (verdict.kind === 'rejected') {
      this.#end(lane)
      return
    }
    if (cause === 'failed') this.#countAttempts(batch, record, verdict.without)
    const isWholeLane = this.#isOrdered || lane.isDetached || this.#standsForPartition(lane)
    const target = waits && !isWholeLane ? this.#detach(lane, batch, record) : lane
    this.#unshift(batch, record, target, verdict.without)
    this.#end(lane)
    // Several records of a lane that fail together are one failure.
    if (waits && target.blockedUntil <= now) this.#block(target, cause === 'throttled', now)
  }

  /** Counts a failure for its partition; true if the record waits by itself, because it is not the trouble of a known one. */
  #count(cause: AgainCause | undefined, partition: Partition, lane: Lane, tallies: Tallies): boolean {
    if (cause === undefined || cause === 'request') return false
    const tally = tallies.of(partition)
    const isKnown = partition.index !== UNKNOWN
    if (cause === 'throttled') {
      partition.throttled++
      // A lane that waits by itself was counted when it was turned away first: it says nothing new about the stream.
      if (isKnown || lane.failures === 0) tally.throttled++
      // A record without a key goes to another partition next time.
      return !isKnown && (lane.hasOnePartition || lane.isDetached)
    }
    partition.failed++
    tally.failed++
    return !isKnown || tally.landed > 0
  }

  /** Whether all lines of a lane lead to one partition that is not known: then the lane stands for it. */
  #standsForPartition(lane: Lane): boolean {
    return lane.partition === UNKNOWN && lane.hasOnePartition
  }

  #detach(lane: Lane, batch: Batch, record: number): Lane {
    const known = this.#detached.get(lane)
    if (known !== undefined) return known
    const detached = this.#lanes.detach(lane)
    this.#detached.set(lane, detached)
    detached.failures = Math.max(0, this.#store.attempts(batch.line(batch.begin(record))) - 1)
    return detached
  }

  #countAttempts(batch: Batch, record: number, without: readonly number[]): void {
    const isOut = membership(without)
    for (let index = batch.begin(record); index < batch.end(record); index++) {
      const line = batch.line(index)
      if (!isOut(line)) this.#store.countAttempt(line)
    }
  }

  #unshift(batch: Batch, record: number, lane: Lane, without: readonly number[]): void {
    this.#lanes.wake(lane)
    const isOut = membership(without)
    for (let index = batch.end(record) - 1; index >= batch.begin(record); index--) {
      const line = batch.line(index)
      if (!isOut(line)) lane.unshift(line)
    }
    this.#oldest?.add(lane)
  }

  /** A record of the lane is not outstanding any more. */
  #end(lane: Lane): void {
    lane.outstanding--
    this.#schedule.offer(lane)
    if (lane.isIdle) this.#lanes.rest(lane)
  }

  #block(lane: Lane, isThrottled: boolean, now: number): void {
    lane.failures++
    const longestMs = isThrottled ? LONGEST_THROTTLE_MS : Number.POSITIVE_INFINITY
    this.#schedule.block(lane, now + Math.max(1, this.#waitMs(lane.failures, longestMs)))
  }

  #waitMs(failures: number, longestMs = Number.POSITIVE_INFINITY): number {
    const { baseMs, maxMs } = this.#backoff
    const lastMs = this.#shortWaits.isHeld ? LONGEST_LAST_WAIT_MS : Number.POSITIVE_INFINITY
    const boundMs = Math.min(maxMs, longestMs, lastMs)
    return fullJitterMs(failures, Math.min(baseMs, boundMs), boundMs, this.#clock.random())
  }

  #applyTally(
    partition: Partition,
    { taken, landed, throttled, failed }: Tally,
    units: number,
    sentAt: number,
    now: number
  ): void {
    if (partition.index === UNKNOWN) this.#schedule.partitions.refresh(now)
    partition.delivered += landed
    partition.taken.add(now, landed * units)
    partition.rate.answered(now, taken * units, throttled * units, sentAt)
    // The unknown ones are many: none of them may block the others.
    if (partition.index === UNKNOWN) return
    if (landed > 0) partition.failures = 0
    else if (failed > 0) {
      partition.failures++
      partition.block(now + this.#waitMs(partition.failures))
    }
    if (throttled > 0) partition.block(partition.rate.readyAt(now))
  }
}

function membership(lines: readonly number[]): (line: number) => boolean {
  if (lines.length === 0) return () => false
  const all = new Set(lines)
  return (line) => all.has(line)
}
