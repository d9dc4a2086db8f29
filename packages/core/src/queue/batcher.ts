/**
 * lane → record → batch: decides when a batch is due and fills it within the limits.
 *
 * Bounded by: `maxRecords`, `maxBytes` and `aggregateBytes`, and the largest body by what a record takes in the body's own
 * format. Each is checked before a line is added; a single line above `maxBytes` travels alone. At the bound: the batch is cut,
 * the rest stays in its lane. The cost of a look does not depend on the number of lanes.
 */
import { MAX_BODY_BYTES } from '../limits.ts'
import type { BodyFormat } from '../wire/format.ts'
import { Batch } from './batch.ts'
import type { HotKeys } from './hot-keys.ts'
import { LANE_OVERHEAD_BYTES, type Lane } from './lane.ts'
import type { LaneSchedule } from './lane-schedule.ts'
import { LINE_OVERHEAD_BYTES, type LineStore, NONE } from './line-store.ts'
import type { Partition } from './partition.ts'
import { UNIT_BYTES } from './rate-limiter.ts'

export interface BatchLimits {
  readonly maxRecords: number
  readonly maxBytes: number
  readonly lingerMs: number
  /** Bytes up to which lines of one lane share a record; 0: a record is one line. */
  readonly aggregateBytes: number
  /** At most one record of a lane in a batch and in flight. */
  readonly ordered: boolean
  /** `buffer.maxBytes`. */
  readonly bufferBytes: number
}

/** The part of the buffer that lines may take that linger. */
const LINGER_PART = 4

export class Batcher {
  readonly #store: LineStore
  readonly #limits: BatchLimits
  readonly #format: Pick<BodyFormat, 'emptyBytes' | 'recordBytes'>
  readonly #schedule: LaneSchedule
  readonly #hotKeys: HotKeys
  /** Nothing lingers while more memory than this is ready to be sent. */
  readonly #mostMemory: number
  /** The partition that is drained first changes from batch to batch. */
  #turn = 0
  /** Units taken from the partition at hand. */
  #spent = 0

  constructor(
    store: LineStore,
    limits: BatchLimits,
    format: Pick<BodyFormat, 'emptyBytes' | 'recordBytes'>,
    schedule: LaneSchedule,
    hotKeys: HotKeys
  ) {
    this.#store = store
    this.#limits = limits
    this.#format = format
    this.#schedule = schedule
    this.#hotKeys = hotKeys
    this.#mostMemory = limits.bufferBytes / LINGER_PART
  }

  /** Fills a batch with what may travel now; without records if there is nothing. */
  fill(now: number): Batch {
    const batch = new Batch(now)
    batch.bodyBytes = this.#format.emptyBytes
    const { all } = this.#schedule.partitions
    this.#turn = (this.#turn + 1) % all.length
    for (let index = 0; index < all.length; index++) {
      const partition = all[(this.#turn + index) % all.length]
      if (partition === undefined || partition.blockedUntil > now) continue
      if (!this.#drain(partition, batch, now)) break
    }
    return batch
  }

  /** When what is ready is due: now if it fills a batch, or if nothing may linger. Infinity if nothing is ready. */
  dueAt(now: number, isUrgent: boolean): number {
    const { maxRecords, maxBytes, lingerMs, aggregateBytes, ordered } = this.#limits
    let records = 0
    let bytes = 0
    let memory = 0
    let oldest = Number.POSITIVE_INFINITY
    for (const { blockedUntil, ready, oldestAt } of this.#schedule.partitions.all) {
      if (blockedUntil > now || ready.first === undefined) continue
      if (isUrgent) return now
      // Each lane gives one record at least.
      records += ordered || aggregateBytes > 0 ? ready.size : ready.lines
      bytes += ordered && aggregateBytes === 0 ? 0 : ready.bytes
      memory += ready.bytes + ready.lines * LINE_OVERHEAD_BYTES + ready.size * LANE_OVERHEAD_BYTES
      oldest = Math.min(oldest, oldestAt)
    }
    if (records >= maxRecords || bytes >= maxBytes || memory >= this.#mostMemory) return now
    return oldest === Number.POSITIVE_INFINITY ? oldest : Math.max(now, oldest + lingerMs)
  }

  /** Moves lines from a partition's lanes into the batch; false when the batch is full. */
  #drain(partition: Partition, batch: Batch, now: number): boolean {
    const { rate, ready } = partition
    const budget = rate.budget(now)
    this.#spent = 0
    let hasRoom = true
    for (let lane = ready.first; lane !== undefined && hasRoom && this.#spent < budget; lane = ready.first) {
      // It keeps its turn: behind the others a large line might never have one.
      if (!this.#hasRoomFor(lane, batch)) {
        hasRoom = false
        break
      }
      const before = this.#spent
      partition.unlist(lane)
      hasRoom = this.#take(batch, lane, budget)
      // Behind the others now, so that one busy lane cannot starve them.
      this.#schedule.offer(lane)
      if (rate.isLimited) this.#hotKeys.sent(partition, lane, this.#spent - before)
    }
    const { first, last } = ready
    // The first lane has waited longest; the last one may have come back with old lines.
    if (first !== undefined && last !== undefined) {
      partition.oldestAt = Math.min(this.#store.writtenAt(first.head), this.#store.writtenAt(last.head))
    }
    if (!rate.isLimited) return hasRoom
    const isUsedUp = first !== undefined && this.#spent >= budget
    rate.sent(this.#spent, isUsedUp)
    if (isUsedUp) partition.block(rate.readyAt(now))
    return hasRoom
  }

  /** Whether the first line of a lane may be in the batch. */
  #hasRoomFor(lane: Lane, batch: Batch): boolean {
    const { maxRecords, maxBytes } = this.#limits
    if (batch.records === 0) return true
    const size = this.#store.length(lane.head)
    if (batch.records >= maxRecords || batch.bytes + size > maxBytes) return false
    return !this.#isTooLong(batch, size, lane.encodedRoute.length)
  }

  /** Takes records of a lane, one at least; false when the batch is full. */
  #take(batch: Batch, lane: Lane, budget: number): boolean {
    const { maxBytes, aggregateBytes, ordered } = this.#limits
    const route = lane.encodedRoute.length
    for (;;) {
      const size = this.#store.length(lane.head)
      batch.add(lane.shift(), size)
      let record = size
      while (lane.head !== NONE && aggregateBytes > 0) {
        const more = 1 + this.#store.length(lane.head)
        if (record + more > aggregateBytes || batch.bytes + more > maxBytes) break
        if (this.#isTooLong(batch, record + more, route)) break
        batch.add(lane.shift(), more)
        record += more
      }
      batch.bodyBytes += this.#format.recordBytes(record, route)
      batch.endRecord(lane)
      lane.outstanding++
      this.#spent += Math.max(1, record / UNIT_BYTES)
      if (ordered || lane.head === NONE || this.#spent >= budget) return true
      if (!this.#hasRoomFor(lane, batch)) return false
    }
  }

  /** Whether a record would make the body too long: long keys weigh as much there as data, and Base64 a third more. */
  #isTooLong(batch: Batch, record: number, route: number): boolean {
    return batch.bodyBytes + this.#format.recordBytes(record, route) > MAX_BODY_BYTES
  }
}
