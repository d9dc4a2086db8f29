import { MAX_ADDED_PARTITIONS, MAX_RESCALES } from './bounds.ts'
import { formatRange, type HashRange, hashKey, ownerOfHash, splitHashes } from './hashing.ts'
import { type Limits, WriteBucket } from './limits.ts'
import type { StreamType } from './options.ts'
import { formatPartitionId } from './partition-id.ts'
import { PartitionLog } from './partition-log.ts'
import type { Tag } from './tags.ts'

/** One partition: where it lies in the hash span, what it holds, and what it takes. */
export class Partition {
  readonly index: number
  readonly id: string
  readonly log: PartitionLog
  readonly #firstSequenceNumber: bigint
  /** ACTIVE partitions are written; DELETED ones, left over from scaling down, can only be read. */
  status: 'ACTIVE' | 'DELETED' = 'ACTIVE'
  range: HashRange
  /** Absent while limits are off. */
  bucket: WriteBucket | undefined

  constructor(index: number, range: HashRange, firstSequenceNumber: bigint, maxBytes: number) {
    this.index = index
    this.id = formatPartitionId(index)
    this.range = range
    this.log = new PartitionLog(maxBytes)
    this.#firstSequenceNumber = firstSequenceNumber
  }

  /** Sequence number of a position in the log, as text: it may exceed what a number holds. */
  sequenceNumber(position: number): string {
    if (this.#firstSequenceNumber === 0n) return String(position)
    return String(this.#firstSequenceNumber + BigInt(position))
  }

  /** Position in the log that a sequence number stands for; may lie outside the log. */
  position(sequenceNumber: bigint): bigint {
    return sequenceNumber - this.#firstSequenceNumber
  }

  /** As DescribeStream prints it: the second number is the one to come. */
  get sequenceRange(): string {
    return formatRange(this.sequenceNumber(this.log.oldest), this.sequenceNumber(this.log.next))
  }
}

/** What a stream is made with. Times in milliseconds. */
export interface StreamSeed {
  readonly name: string
  readonly id: string
  readonly type: StreamType
  readonly partitions: number
  readonly firstSequenceNumber: string
  readonly createdAtMs: number
  readonly readyAtMs: number
  readonly retentionHours: number
  readonly dataType: string
  readonly tags: readonly Tag[]
  readonly maxBytesPerPartition: number
  readonly limits: Limits | undefined
}

/** A dump task. It is kept and told, and moves nothing. */
export interface TransferTask {
  readonly name: string
  readonly id: string
  /** `OBS`, `MRS`, `DLI`, `CLOUDTABLE` or `DWS`. */
  readonly destination: string
  /** What the destination is made of, as it was sent. */
  readonly description: object
  readonly createdAtMs: number
}

/** A change of the partition count, as DescribeStream lists it. */
export interface Rescale {
  readonly atMs: number
  readonly from: number
  readonly to: number
}

// Enough for any realistic set of keys; a stream of unique keys just starts over. Long ones are not worth their memory.
const MAX_CACHED_KEYS = 10_000
const MAX_CACHED_KEY_LENGTH = 256

/** A stream and its partitions, closed ones included: their ids are never used again. */
export class Stream {
  readonly seed: StreamSeed
  readonly partitions: Partition[] = []
  readonly rescales: Rescale[] = []
  /** By name. */
  readonly transferTasks: Map<string, TransferTask> = new Map()
  modifiedAtMs: number
  #active: Partition[] = []
  #turn = 0
  // Hashing costs more than all else that routing does, and log records repeat few keys.
  readonly #ownerOfKey: Map<string, Partition> = new Map()

  constructor(seed: StreamSeed) {
    this.seed = seed
    this.modifiedAtMs = seed.createdAtMs
    this.#resize(seed.partitions, seed.createdAtMs)
    this.setLimits(seed.limits, seed.createdAtMs)
  }

  /** Partitions that are written, in the order of their ranges. */
  get active(): readonly Partition[] {
    return this.#active
  }

  /** Status at a time: a new stream may take a while to run. */
  statusAt(nowMs: number): 'CREATING' | 'RUNNING' {
    return nowMs < this.seed.readyAtMs ? 'CREATING' : 'RUNNING'
  }

  /** The active partition that owns a key. */
  ownerOfKey(partitionKey: string): Partition | undefined {
    const cached = this.#ownerOfKey.get(partitionKey)
    if (cached !== undefined) return cached
    const owner = this.ownerOfHash(hashKey(partitionKey))
    if (this.#ownerOfKey.size >= MAX_CACHED_KEYS) this.#ownerOfKey.clear()
    if (owner !== undefined && partitionKey.length <= MAX_CACHED_KEY_LENGTH)
      this.#ownerOfKey.set(partitionKey, owner)
    return owner
  }

  /** The active partition that owns a hash in 0 … 2^63-1. */
  ownerOfHash(hash: bigint): Partition | undefined {
    return this.#active[ownerOfHash(hash, this.#active.length)]
  }

  /** The next active partition in turn, for records that name neither key nor partition. */
  nextInTurn(): Partition | undefined {
    const partition = this.#active[this.#turn % this.#active.length]
    this.#turn = (this.#turn + 1) % this.#active.length
    return partition
  }

  /** Whether so many more partitions may still be added. Closed ones count: they stay. */
  hasRoomFor(added: number): boolean {
    return this.partitions.length + added <= this.seed.partitions + MAX_ADDED_PARTITIONS
  }

  /** Changes the number of active partitions: closes the last ones, or adds new ones with new ids. */
  rescale(count: number, nowMs: number, limits: Limits | undefined): void {
    const from = this.#active.length
    if (count === from) return
    this.#resize(count, nowMs)
    for (const partition of this.#active.slice(from)) {
      partition.bucket = limits === undefined ? undefined : new WriteBucket(limits.rate, nowMs)
    }
    this.rescales.push({ atMs: nowMs, from, to: count })
    if (this.rescales.length > MAX_RESCALES) this.rescales.shift()
  }

  /** Gives every partition full buckets of these limits, or none. */
  setLimits(limits: Limits | undefined, nowMs: number): void {
    for (const partition of this.partitions) {
      partition.bucket = limits === undefined ? undefined : new WriteBucket(limits.rate, nowMs)
    }
  }

  #resize(count: number, nowMs: number): void {
    for (const closed of this.#active.slice(count)) closed.status = 'DELETED'
    const kept = this.#active.slice(0, count)
    this.#active = splitHashes(count).map((range, index) => {
      const partition = kept[index] ?? this.#add(range)
      partition.range = range
      return partition
    })
    this.#turn = 0
    this.modifiedAtMs = nowMs
    this.#ownerOfKey.clear()
  }

  #add(range: HashRange): Partition {
    const { firstSequenceNumber, maxBytesPerPartition } = this.seed
    const partition = new Partition(
      this.partitions.length,
      range,
      BigInt(firstSequenceNumber),
      maxBytesPerPartition
    )
    this.partitions.push(partition)
    return partition
  }
}
