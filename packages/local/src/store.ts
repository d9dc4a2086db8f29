import { randomBytes } from 'node:crypto'
import { Apps } from './apps.ts'
import { type Refusal, refuseWith } from './errors.ts'
import { type Limits, REAL_LIMITS } from './limits.ts'
import type { LimitsOption, StreamType } from './options.ts'
import type { PartitionLog } from './partition-log.ts'
import { type Partition, Stream, type StreamSeed } from './stream.ts'

/** What is needed for a new stream; the store fills in the rest. */
export type NewStream = Pick<StreamSeed, 'name' | 'type' | 'partitions' | 'firstSequenceNumber'> &
  Partial<Pick<StreamSeed, 'retentionHours' | 'dataType' | 'tags'>> & { readonly id?: string | undefined }

/** A record as the server received it. */
export interface ReceivedRecord {
  /** The bytes that were sent; belong to the server, do not change them. */
  readonly data: Buffer
  /** The key that was sent, if one was. */
  readonly partitionKey: string | undefined
  /** Long spelling, `shardId-0000000000`. */
  readonly partitionId: string
  /** Decimal text. */
  readonly sequenceNumber: string
  /** Milliseconds since 1970: the producer's timestamp if it sent one, else the time of arrival. */
  readonly timestamp: number
}

/** All streams of the server. Time comes in as a parameter. */
export class Store {
  readonly #streams: Map<string, Stream> = new Map()
  /** Consumers and how far they have read. */
  readonly apps: Apps = new Apps()
  readonly #maxBytes: number
  readonly #maxBytesPerPartition: number
  #limits: LimitsOption
  #arrivals = 0
  #bytes = 0

  constructor(limits: LimitsOption, maxBytes: number, maxBytesPerPartition: number) {
    this.#limits = limits
    this.#maxBytes = maxBytes
    this.#maxBytesPerPartition = maxBytesPerPartition
  }

  /** Bytes of memory that all records hold. */
  get bytes(): number {
    return this.#bytes
  }

  /** Every stream, by name. */
  all(): Stream[] {
    return [...this.#streams.values()].sort((a, b) => (a.seed.name < b.seed.name ? -1 : 1))
  }

  /** The stream of that name. */
  get(name: string): Stream | undefined {
    return this.#streams.get(name)
  }

  /** By name first; by id only if the name finds nothing, which is the documented order. */
  find(name: string, id: string, projectId: string): Stream | Refusal {
    const found =
      this.#streams.get(name) ?? (id === '' ? undefined : this.all().find((stream) => stream.seed.id === id))
    return found ?? refuseWith('DIS.4301', `[${name === '' ? id : name}][${projectId}]`)
  }

  /** Adds a stream. The caller has made sure that the name is free. */
  add(wanted: NewStream, nowMs: number, delayMs: number): Stream {
    const stream = new Stream({
      retentionHours: 24,
      dataType: 'BLOB',
      tags: [],
      ...wanted,
      id: wanted.id ?? randomBytes(15).toString('base64url').slice(0, 19),
      createdAtMs: nowMs,
      readyAtMs: nowMs + delayMs,
      maxBytesPerPartition: this.#maxBytesPerPartition,
      limits: this.limitsOf(wanted.type)
    })
    this.#streams.set(wanted.name, stream)
    return stream
  }

  /** Removes a stream and its records. */
  remove(name: string): void {
    for (const { log } of this.#streams.get(name)?.partitions ?? []) this.#bytes -= log.bytes
    this.#streams.delete(name)
    this.apps.forgetStream(name)
  }

  /** Keeps a record and returns its sequence number. Over the bound the oldest records go, of whatever partition. */
  append(partition: Partition, data: Buffer, partitionKey: string | undefined, timestampMs: number): string {
    const arrival = this.#arrivals++
    const { log } = partition
    const before = log.bytes
    const position = log.append({ data: ownBuffer(data), partitionKey, timestampMs, arrival })
    this.#bytes += log.bytes - before
    while (this.#bytes > this.#maxBytes && this.#trimOldest(arrival));
    return partition.sequenceNumber(position)
  }

  // Trims the partition that holds the oldest record until another one does, so that a search lets many go. False if
  // there is none before `newest`.
  #trimOldest(newest: number): boolean {
    let found: PartitionLog | undefined
    let oldest = newest
    let second = newest
    for (const { partitions } of this.#streams.values()) {
      for (const { log } of partitions) {
        const arrival = log.first()?.arrival ?? newest
        if (arrival < oldest) {
          second = oldest
          oldest = arrival
          found = log
        } else if (arrival < second) second = arrival
      }
    }
    if (found === undefined) return false
    while (this.#bytes > this.#maxBytes && (found.first()?.arrival ?? newest) < second) {
      const before = found.bytes
      found.trim()
      this.#bytes += found.bytes - before
    }
    return true
  }

  /** What a stream of that type allows now; undefined while limits are off. */
  limitsOf(type: StreamType): Limits | undefined {
    if (this.#limits === false) return undefined
    const real = REAL_LIMITS[type]
    if (this.#limits === true) return real
    const { recordsPerSecond, bytesPerSecond, burstMs, requestBytes, recordBytes } = this.#limits
    return {
      rate: {
        recordsPerSecond: recordsPerSecond ?? real.rate.recordsPerSecond,
        bytesPerSecond: bytesPerSecond ?? real.rate.bytesPerSecond,
        burstMs: burstMs ?? real.rate.burstMs
      },
      request: requestBytes === undefined ? real.request : { perPartitionBytes: 0, leastBytes: requestBytes },
      recordBytes: recordBytes ?? real.recordBytes
    }
  }

  /** Changes the limits from now on; every partition starts with full buckets. */
  setLimits(limits: LimitsOption, nowMs: number): void {
    this.#limits = limits
    for (const stream of this.#streams.values()) stream.setLimits(this.limitsOf(stream.seed.type), nowMs)
  }

  /** What {@link received} gives, and lets it go. Positions go on: a reader's cursor into what is gone is refused. */
  take(stream: Stream): ReceivedRecord[] {
    const received = this.received(stream)
    for (const { log } of stream.partitions) {
      const before = log.bytes
      while (log.first() !== undefined) log.trim()
      this.#bytes += log.bytes - before
    }
    return received
  }

  /** What a stream holds, over all partitions, in the order of arrival. */
  received(stream: Stream): ReceivedRecord[] {
    const found = stream.partitions.flatMap((partition) =>
      partition.log
        .all()
        .map((record, index) => ({ record, partition, position: partition.log.oldest + index }))
    )
    found.sort((a, b) => a.record.arrival - b.record.arrival)
    return found.map(({ record, partition, position }) => ({
      data: record.data,
      partitionKey: record.partitionKey,
      partitionId: partition.id,
      sequenceNumber: partition.sequenceNumber(position),
      timestamp: record.timestampMs
    }))
  }
}

// Node cuts small buffers from slabs of 8 KiB: one byte that is kept would keep the whole slab.
function ownBuffer(data: Buffer): Buffer {
  if (data.buffer.byteLength === data.length) return data
  const own = Buffer.allocUnsafeSlow(data.length)
  own.set(data)
  return own
}
