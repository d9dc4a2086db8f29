/** A stream of the model: partitions with ranges of hashes, limits and positions. */
import { createHash } from 'node:crypto'
import type { ServedRecord } from './decode.ts'

const MAX_HASH = 2n ** 63n - 1n
const hashes = new Map<string, bigint>()

export interface StreamPlan {
  readonly name: string
  readonly partitions: number
  /** Limits of a partition. */
  readonly recordsPerSecond: number
  readonly bytesPerSecond: number
}

export class ServedPartition {
  readonly id: string
  readonly number: number
  /** Records so far: the next position. */
  position = 0
  isActive = true
  #second = -1
  #records = 0
  #bytes = 0

  constructor(number: number) {
    this.number = number
    this.id = `shardId-${String(number).padStart(10, '0')}`
  }

  /** Whether the limits admit a record in this second; counts it if they do. */
  admits(nowMs: number, bytes: number, { plan, share }: Pick<ServedStream, 'plan' | 'share'>): boolean {
    const second = Math.floor(nowMs / 1_000)
    if (second !== this.#second) {
      this.#second = second
      this.#records = 0
      this.#bytes = 0
    }
    // The first record of a second is always taken: with a small share no large one ever were.
    const isFirst = this.#records === 0
    const isAbove =
      this.#records + 1 > plan.recordsPerSecond * share || this.#bytes + bytes > plan.bytesPerSecond * share
    if (isAbove && !isFirst) return false
    this.#records++
    this.#bytes += bytes
    return true
  }
}

export class ServedStream {
  readonly plan: StreamPlan
  /** Grows when it is deleted and made again. */
  incarnation = 0
  isDeleted = false
  /** Called for each request to it while it is deleted. */
  missed: () => void = () => {}
  /** What is left of the limits, from 0 to 1. */
  share = 1
  /** Called for each record above the limits. */
  throttled: () => void = () => {}
  #partitions: ServedPartition[] = []
  #active: ServedPartition[] = []
  #turn = 0

  constructor(plan: StreamPlan) {
    this.plan = plan
    this.scale(plan.partitions)
  }

  get active(): readonly ServedPartition[] {
    return this.#active
  }

  /** Splits or merges: the active partitions share all hashes evenly. Closed ones never come again. */
  scale(count: number): void {
    while (this.#active.length > count) {
      const closed = this.#active.pop()
      if (closed !== undefined) closed.isActive = false
    }
    while (this.#active.length < count) {
      const partition = new ServedPartition(this.#partitions.length)
      this.#partitions.push(partition)
      this.#active.push(partition)
    }
  }

  /** Another stream with the same name. */
  makeAgain(count: number): void {
    this.#partitions = []
    this.#active = []
    this.incarnation++
    this.isDeleted = false
    this.scale(count)
  }

  /** The partition of a record, or the code of its refusal. */
  partitionOf({ partitionId, hashKey, partitionKey }: ServedRecord): ServedPartition | string {
    if (partitionId !== '') {
      const number = Number(partitionId.replace(/^shardId-/, ''))
      const partition = this.#partitions[number]
      if (partition === undefined) return 'DIS.4302'
      return partition.isActive ? partition : 'DIS.4319'
    }
    const hash = hashKey === '' ? (partitionKey === '' ? undefined : hashOf(partitionKey)) : BigInt(hashKey)
    const count = this.#active.length
    const index = hash === undefined ? this.#turn++ % count : ownerOf(hash, count)
    return this.#active[index] ?? 'DIS.5000'
  }
}

function ownerOf(hash: bigint, count: number): number {
  return Math.min(Number(hash / (MAX_HASH / BigInt(count))), count - 1)
}

/** The first eight bytes of the MD5 of a key, without the top bit. */
function hashOf(key: string): bigint {
  let hash = hashes.get(key)
  if (hash === undefined) {
    hash = createHash('md5').update(key).digest().readBigUInt64BE(0) & MAX_HASH
    if (hashes.size < 10_000) hashes.set(key, hash)
  }
  return hash
}
