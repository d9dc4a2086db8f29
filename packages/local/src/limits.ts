import type { StreamType } from './options.ts'

/**
 * How much a partition takes. The limits of DIS are rates, so each partition has two token buckets, one for
 * records and one for bytes, that fill with time and start full. A record that finds too little is
 * throttled alone: the next, smaller one may still fit.
 */

/** A partition's write rate. */
export interface Rate {
  readonly recordsPerSecond: number
  readonly bytesPerSecond: number
  /** How much time's worth a bucket holds, so the longest burst from rest. */
  readonly burstMs: number
}

/** Decoded data of one request: so much for each partition that is written, and at least so much. Partition keys do not count. */
export interface RequestSize {
  readonly perPartitionBytes: number
  readonly leastBytes: number
}

/** What one stream type allows. */
export interface Limits {
  readonly rate: Rate
  readonly request: RequestSize
  /** Decoded data of one record. */
  readonly recordBytes: number
}

const MEBIBYTE = 1_048_576

const LEAST_REQUEST_BYTES = 5 * MEBIBYTE

/**
 * The documented limits: 1 MB/s or 1,000 records/s a partition for COMMON streams, 5 MB/s or 2,000 for
 * ADVANCED (user manual, FAQ); 1 MB or 5 MB a request (API reference), 1 MB a record (basic concepts).
 * The manual also words the size of a request "per partition", and the official producers rely on that: the
 * batches of Java exceed 1 MiB by design, and Python cuts at 4 MiB. So each partition counts, and 5 MiB always pass.
 * MB is read as MiB, which is what the official producer's batch size suggests. The burst of one second
 * is this server's own choice: the service documents none.
 */
export const REAL_LIMITS: Readonly<Record<StreamType, Limits>> = {
  COMMON: {
    rate: { recordsPerSecond: 1_000, bytesPerSecond: MEBIBYTE, burstMs: 1_000 },
    request: { perPartitionBytes: MEBIBYTE, leastBytes: LEAST_REQUEST_BYTES },
    recordBytes: MEBIBYTE
  },
  ADVANCED: {
    rate: { recordsPerSecond: 2_000, bytesPerSecond: 5 * MEBIBYTE, burstMs: 1_000 },
    request: { perPartitionBytes: 5 * MEBIBYTE, leastBytes: LEAST_REQUEST_BYTES },
    recordBytes: MEBIBYTE
  }
}

/** Bytes of data that a request to a stream of so many partitions may have. */
export function maxRequestBytes({ perPartitionBytes, leastBytes }: RequestSize, partitions: number): number {
  return Math.max(leastBytes, perPartitionBytes * partitions)
}

/** One partition's two buckets. Time comes in as a parameter, in milliseconds. */
export class WriteBucket {
  readonly #rate: Rate
  #records: number
  #bytes: number
  #filledAtMs: number

  constructor(rate: Rate, nowMs: number) {
    this.#rate = rate
    this.#records = this.#recordCapacity
    this.#bytes = this.#byteCapacity
    this.#filledAtMs = nowMs
  }

  get #recordCapacity(): number {
    // At least one, so that a slow custom rate still lets single records through.
    return Math.max(1, (this.#rate.recordsPerSecond * this.#rate.burstMs) / 1_000)
  }

  get #byteCapacity(): number {
    return Math.max(1, (this.#rate.bytesPerSecond * this.#rate.burstMs) / 1_000)
  }

  /** Takes one record of that size, or takes nothing and says false. */
  take(bytes: number, nowMs: number): boolean {
    this.#fill(nowMs)
    // A record larger than the whole bucket passes a full one and leaves a debt; otherwise a custom rate
    // below the record size would refuse it for ever, which no real limit does.
    const needed = Math.min(bytes, this.#byteCapacity)
    if (this.#records < 1 || this.#bytes < needed) return false
    this.#records -= 1
    this.#bytes -= bytes
    return true
  }

  #fill(nowMs: number): void {
    const elapsedMs = nowMs - this.#filledAtMs
    if (elapsedMs === 0) return
    this.#filledAtMs = nowMs
    // A clock that was set back adds nothing; counting starts anew from there.
    if (elapsedMs < 0) return
    const { recordsPerSecond, bytesPerSecond } = this.#rate
    this.#records = Math.min(this.#recordCapacity, this.#records + (recordsPerSecond * elapsedMs) / 1_000)
    this.#bytes = Math.min(this.#byteCapacity, this.#bytes + (bytesPerSecond * elapsedMs) / 1_000)
  }
}
