/**
 * lane → record → batch: decides when a batch is due and fills it within the limits.
 *
 * Bounded by: `maxRecords`, `maxBytes` and `aggregateBytes`, and the largest body by what a record takes in the body's own
 * format, each checked before a line is added; a single line above `maxBytes` travels alone. At the bound: the batch is cut, the rest stays in its lane.
 * At close and flush: `urgent` makes everything due. Heard by: the dispatcher, which asks.
 */
import { MAX_BODY_BYTES } from '../limits.ts'
import type { BodyFormat } from '../wire/format.ts'
import { Batch } from './batch.ts'
import type { Lane } from './lane.ts'
import { type LineStore, NONE } from './line-store.ts'
import { Partition } from './partition.ts'
import { UNIT_BYTES } from './rate-limiter.ts'

export interface BatchLimits {
  readonly maxRecords: number
  readonly maxBytes: number
  readonly lingerMs: number
  /** Bytes up to which lines of one lane share a record; 0: a record is one line. */
  readonly aggregateBytes: number
  /** At most one record of a lane in a batch and in flight. */
  readonly ordered: boolean
}

export class Batcher {
  readonly #store: LineStore
  readonly #limits: BatchLimits
  readonly #format: Pick<BodyFormat, 'emptyBytes' | 'recordBytes'>
  readonly #unknown = new Partition('')
  readonly #gates: Partition[] = [this.#unknown]
  readonly #byPartition = new Map<string, Partition>()
  #turn = 0
  /** Units taken from the gate at hand. */
  #spent = 0
  /** Bytes of the body of the batch at hand. */
  #bodyBytes = 0
  /** While above 0 nothing lingers: a flush is waiting. */
  urgent = 0

  constructor(store: LineStore, limits: BatchLimits, format: Pick<BodyFormat, 'emptyBytes' | 'recordBytes'>) {
    this.#store = store
    this.#limits = limits
    this.#format = format
  }

  /** The gate for lanes whose partition is not known. */
  get unknownGate(): Partition {
    return this.#unknown
  }

  /** Lists a lane as ready if it has something that may be sent. To be called after each change of a lane. */
  offer(lane: Lane): void {
    if (lane.listed || lane.head === NONE) return
    if (this.#limits.ordered && lane.outstanding > 0) return
    lane.gate.list(lane)
  }

  /** Learns from an answer where a lane leads. */
  assign(lane: Lane, partitionId: string): void {
    if (lane.gate.partitionId === partitionId) return
    let gate = this.#byPartition.get(partitionId)
    if (gate === undefined) {
      gate = new Partition(partitionId)
      this.#byPartition.set(partitionId, gate)
      this.#gates.push(gate)
    }
    const { listed } = lane
    if (listed) lane.gate.unlist(lane)
    lane.gate = gate
    if (listed) gate.list(lane)
  }

  /** Takes what may travel now; `undefined` if nothing is due. Fills the batch before it looks at linger. */
  take(now: number): Batch | undefined {
    if (this.#dueAt(now) > now) return undefined
    const batch = new Batch(now)
    this.#bodyBytes = this.#format.emptyBytes
    const count = this.#gates.length
    this.#turn = (this.#turn + 1) % count
    for (let index = 0; index < count; index++) {
      const gate = this.#gates[(this.#turn + index) % count]
      if (gate === undefined || gate.opensAt > now) continue
      if (!this.#drain(gate, batch, now)) break
    }
    return batch.records > 0 ? batch : undefined
  }

  /** When the next batch is due, in ms; infinity if nothing waits. */
  nextDueAt(now: number): number {
    let at = this.#dueAt(now)
    for (const gate of this.#gates) {
      if (gate.opensAt > now && gate.first !== undefined) at = Math.min(at, gate.opensAt)
    }
    return at
  }

  /** Moves lines from a gate's lanes into the batch; false when the batch is full. */
  #drain(gate: Partition, batch: Batch, now: number): boolean {
    const { pacer } = gate
    const budget = pacer.budget(now)
    this.#spent = 0
    let hasRoom = true
    for (let lane = gate.first; lane !== undefined && hasRoom && this.#spent < budget; lane = gate.first) {
      gate.unlist(lane)
      // The overflow policy may have emptied it.
      if (lane.head === NONE) continue
      hasRoom = this.#fill(batch, lane, budget)
      // Behind the others now, so that one busy lane cannot starve them.
      this.offer(lane)
    }
    if (pacer.isPaced) {
      pacer.sent(this.#spent, gate.first !== undefined)
      if (gate.first !== undefined && this.#spent >= budget)
        gate.opensAt = Math.max(gate.opensAt, pacer.readyAt(now))
    }
    return hasRoom
  }

  #fill(batch: Batch, lane: Lane, budget: number): boolean {
    const { maxRecords, maxBytes, aggregateBytes, ordered } = this.#limits
    const tail = lane.tail.length
    do {
      const first = lane.head
      const size = this.#store.length(first)
      if (batch.records >= maxRecords) return false
      if (batch.records > 0 && (batch.bytes + size > maxBytes || this.#isTooLong(size, tail))) return false
      batch.lines.push(lane.shift())
      batch.bytes += size
      let record = size
      while (lane.head !== NONE && aggregateBytes > 0) {
        const more = 1 + this.#store.length(lane.head)
        if (record + more > aggregateBytes || batch.bytes + more > maxBytes) break
        if (this.#isTooLong(record + more, tail)) break
        batch.lines.push(lane.shift())
        batch.bytes += more
        record += more
      }
      this.#bodyBytes += this.#format.recordBytes(record, tail)
      batch.ends.push(batch.lines.length)
      batch.lanes.push(lane)
      lane.outstanding++
      this.#spent += Math.max(1, record / UNIT_BYTES)
    } while (!ordered && lane.head !== NONE && this.#spent < budget)
    return true
  }

  /** Whether a record would make the body too long: long keys weigh as much there as data, and Base64 a third more. */
  #isTooLong(record: number, tail: number): boolean {
    return this.#bodyBytes + this.#format.recordBytes(record, tail) > MAX_BODY_BYTES
  }

  /** When what is ready behind open gates is due: now if it fills a batch or nothing may linger. */
  #dueAt(now: number): number {
    const { maxRecords, maxBytes, lingerMs, aggregateBytes, ordered } = this.#limits
    let records = 0
    let bytes = 0
    let oldest = Number.POSITIVE_INFINITY
    for (const gate of this.#gates) {
      if (gate.opensAt > now) continue
      for (let lane = gate.first; lane !== undefined; lane = lane.nextListed) {
        if (lane.head === NONE) continue
        // Each lane gives at least one record, so this loop ends after maxRecords lanes.
        records += ordered || aggregateBytes > 0 ? 1 : lane.lines
        bytes += ordered && aggregateBytes === 0 ? 0 : lane.bytes
        oldest = Math.min(oldest, this.#store.writtenAt(lane.head))
        if (this.urgent > 0 || records >= maxRecords || bytes >= maxBytes) return now
      }
    }
    return oldest === Number.POSITIVE_INFINITY ? oldest : Math.max(now, oldest + lingerMs)
  }
}
