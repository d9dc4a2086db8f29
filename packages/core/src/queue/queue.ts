/**
 * The door of the room: lines go in with `put`, batches come out with `take`, and what became of a batch comes back with
 * `answered`. Nobody else touches a lane or a partition.
 *
 * Bounded by: the buffer limit. At the bound: `fits` says no, and `evict` gives up the oldest lines if that is the policy. At
 * close: `endWaits` lets everything be tried once more, and `takeRest` empties it.
 */
import type { Clock } from '../clock.ts'
import type { Verdict } from '../delivery/verdict.ts'
import { Leases } from '../leases.ts'
import { type PlainRoute, plainRoute, type Route, type Routing } from '../record/route.ts'
import type { PartitionStats } from '../report/stats.ts'
import type { BodyFormat } from '../wire/format.ts'
import type { Batch } from './batch.ts'
import { Batcher, type BatchLimits } from './batcher.ts'
import { BufferLimit, type BufferSettings } from './buffer-limit.ts'
import { CutBatches } from './cut-batches.ts'
import { type HotKey, HotKeys } from './hot-keys.ts'
import type { Lane } from './lane.ts'
import { LaneSchedule } from './lane-schedule.ts'
import { Lanes } from './lanes.ts'
import { LINE_OVERHEAD_BYTES, type LineStore, NONE } from './line-store.ts'
import { OldestLanes } from './oldest-lanes.ts'
import { type BackoffPolicy, ReturnedRecords } from './returned-records.ts'

/** A line in memory and where it goes. Lines of one lane share one route object. */
export interface QueuedLine {
  readonly route: Route
  readonly line: number
}

export interface QueueParts {
  readonly clock: Clock
  readonly store: LineStore
  readonly routing: Routing
  readonly format: Pick<BodyFormat, 'emptyBytes' | 'recordBytes' | 'encodeRoute'>
  readonly buffer: BufferSettings
  readonly batch: Omit<BatchLimits, 'bufferBytes'>
  readonly backoff: BackoffPolicy
}

/** What of the memory limit others may ask. */
type QueueLimit = Omit<BufferLimit, 'countInFlight' | 'missing' | 'spare' | 'isBlocked' | 'hasRoomInFlight'>

export class Queue {
  readonly #store: LineStore
  readonly #lanes: Lanes
  readonly #limit: BufferLimit
  readonly #schedule: LaneSchedule
  readonly #batcher: Batcher
  readonly #returned: ReturnedRecords
  readonly #hotKeys = new HotKeys()
  readonly #oldest: OldestLanes | undefined
  readonly #inFlight = new Set<Batch>()
  readonly #cut: CutBatches
  readonly #hurries = new Leases()
  #lastLane: Lane | undefined

  constructor({ clock, store, routing, format, buffer, batch, backoff }: QueueParts) {
    this.#store = store
    this.#cut = new CutBatches({
      length: (line) => store.length(line),
      recordBytes: (data, route) => format.recordBytes(data, route),
      emptyBytes: format.emptyBytes
    })
    this.#lanes = new Lanes(routing, store, format, buffer.maxBytes)
    this.#limit = new BufferLimit(store, this.#lanes, buffer)
    this.#schedule = new LaneSchedule(store, batch.ordered)
    const limits = { ...batch, bufferBytes: buffer.maxBytes }
    this.#batcher = new Batcher(store, limits, format, this.#schedule, this.#hotKeys)
    this.#oldest = this.#limit.dropsOldest ? new OldestLanes(store) : undefined
    this.#returned = new ReturnedRecords({
      clock,
      store,
      lanes: this.#lanes,
      schedule: this.#schedule,
      backoff,
      isOrdered: batch.ordered,
      oldest: this.#oldest
    })
  }

  get limit(): QueueLimit {
    return this.#limit
  }

  /** Appends a line of the store to the lane of its key. */
  put(key: string, line: number): void {
    this.#push(this.#lanes.get(key), line)
  }

  /** Appends a line to the lane of the one that was put just before: that one has woken the lane, listed it, and told of it. */
  putNext(line: number): void {
    this.#lastLane?.push(line)
    this.#hotKeys.pushed++
  }

  /** Appends a line with a route of its own: it came back from disk, or its writer says so. */
  putRouted(route: PlainRoute, line: number): void {
    this.#push(this.#lanes.forRoute(route), line)
  }

  /** Whether another request may be made. `lateBytes`: bodies in flight that hold no other back, because their answers are late. */
  hasRoomInFlight(lateBytes: number): boolean {
    return this.#limit.hasRoomInFlight(lateBytes)
  }

  /** Takes the batch that is due now, if there is one. Its records are outstanding until {@link answered}. */
  take(now: number, lateBytes = 0): Batch | undefined {
    if (!this.hasRoomInFlight(lateBytes)) return undefined
    this.#schedule.unblock(now)
    const batch = this.#cut.shift() ?? this.#fill(now)
    if (batch === undefined) return undefined
    this.#inFlight.add(batch)
    this.#limit.countInFlight(batch.bodyBytes)
    return batch
  }

  /** When the next batch is due; infinity if nothing waits. */
  nextDueAt(now: number): number {
    if (this.#cut.isReady) return now
    return Math.min(this.#batcher.dueAt(now, this.#isUrgent), this.#schedule.nextUnblockAt(now))
  }

  /** Whether a batch that was taken is still waited for. False after {@link takeRest}: its lines are settled otherwise then. */
  awaits(batch: Batch): boolean {
    return this.#inFlight.has(batch)
  }

  /** What became of a batch that was taken. Lines that go again are back in their lanes then; the others are the caller's to release. */
  answered(batch: Batch, verdict: Verdict, now: number): void {
    this.#inFlight.delete(batch)
    this.#limit.countInFlight(-batch.bodyBytes)
    if (verdict.kind === 'cut') {
      this.#cut.cut(batch, verdict.cause)
      return
    }
    this.#cut.note(batch, verdict.isContentRefused, verdict.service.kind === 'accepted')
    if (batch.rest !== undefined) {
      const goesAgain = verdict.records.some((record) => record.kind === 'again')
      // Behind the lines of this part, which go back to the same lane.
      if (goesAgain) this.#putBackRest(batch.rest)
      else this.#cut.startRest(batch.rest)
    }
    this.#returned.apply(batch, verdict.records, now)
    this.#oldest?.trim(this.#lanes.busy)
  }

  /** A key that fills its partition's limit while others have room; once in ten minutes. */
  findHotKey(now: number): HotKey | undefined {
    const { kind } = this.#lanes.routing
    if (kind !== 'field' && kind !== 'function') return undefined
    return this.#hotKeys.find(now, this.#schedule.partitions.all)
  }

  /** Nothing lingers from now on, until the returned function is called. */
  hurry(): () => void {
    return this.#hurries.take()
  }

  /** Ends every wait, so that each line is tried once; later waits are short until the returned function is called. */
  endWaits(now: number): () => void {
    this.#schedule.endWaits(now)
    const calmDown = this.hurry()
    const release = this.#returned.shortenWaits()
    return () => {
      release()
      calmDown()
    }
  }

  /** Takes the oldest lines that are not in flight, so that `bytes` more fit. Empty unless the policy is `dropOldest`. */
  evict(bytes: number): number[] {
    const evicted: number[] = []
    if (this.#oldest === undefined) return evicted
    let missing = this.#limit.missing(bytes) + this.#limit.spare
    while (missing > 0) {
      const lane = this.#oldest.first()
      if (lane === undefined) break
      const until = this.#store.writtenAt(lane.head)
      while (missing > 0 && lane.head !== NONE && this.#store.writtenAt(lane.head) <= until) {
        const line = lane.shift()
        missing -= this.#store.length(line) + LINE_OVERHEAD_BYTES
        evicted.push(line)
      }
      if (lane.head !== NONE) continue
      this.#schedule.withdraw(lane)
      if (!lane.isIdle) continue
      // A detached lane ends with its lines.
      if (lane.isDetached) missing -= lane.heldBytes
      this.#lanes.rest(lane)
    }
    return evicted
  }

  /** Empties the queue: lines in flight and cut first, then those in lanes, in the order of each lane. */
  takeRest(): QueuedLine[] {
    const rest: QueuedLine[] = []
    for (const batch of [...this.#inFlight, ...this.#cut.takeAll()]) {
      for (let part: Batch | undefined = batch; part !== undefined; part = part.rest) {
        for (const { record, line } of part.entries()) rest.push({ route: part.route(record), line })
      }
    }
    this.#inFlight.clear()
    for (const lane of this.#lanes) {
      this.#schedule.withdraw(lane)
      for (let line = lane.shift(); line !== NONE; line = lane.shift()) rest.push({ route: lane.route, line })
    }
    return rest
  }

  /** Every line that waits in a lane, in the order of each lane. A walk over all: for rare events. */
  *waiting(): Generator<{ readonly line: number } & PlainRoute> {
    for (const { lane, line } of this.#lanes.waiting()) yield { line, ...plainRoute(lane.route) }
  }

  /** The route that lines of such a plain route share here. */
  routeOf(route: PlainRoute): Route {
    return this.#lanes.forRoute(route).route
  }

  partitionStats(now: number): PartitionStats[] {
    return this.#schedule.partitions.all.map((partition) => partition.stats(now))
  }

  /** A writer who waits for room waits for a request. */
  get #isUrgent(): boolean {
    return this.#hurries.isHeld || this.#limit.isBlocked
  }

  #push(lane: Lane, line: number): void {
    this.#lastLane = lane
    this.#lanes.wake(lane)
    lane.push(line)
    this.#hotKeys.pushed++
    this.#oldest?.add(lane)
    this.#schedule.offer(lane)
  }

  #fill(now: number): Batch | undefined {
    if (this.#batcher.dueAt(now, this.#isUrgent) > now) return undefined
    const batch = this.#batcher.fill(now)
    return batch.records > 0 ? batch : undefined
  }

  #putBackRest(rest: Batch): void {
    if (rest.rest !== undefined) this.#putBackRest(rest.rest)
    this.#returned.putBack(rest)
  }
}
