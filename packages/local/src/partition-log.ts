import { MAX_FETCH_BYTES } from './bounds.ts'

/**
 * The records of one partition, oldest first, numbered without gaps. Bounded by the bytes that they hold: at the bound
 * the oldest records go, which moves the trim horizon, as retention does in the service.
 */

/**
 * What a record costs besides its data and key: two objects, a buffer of its own and a place in the list. Measured on
 * Node 20.20 with a million records of one byte: 334 bytes each.
 */
const RECORD_OVERHEAD = 400

/** A record as it is kept. The data is never copied or changed. */
export interface StoredRecord {
  readonly data: Buffer
  readonly partitionKey: string | undefined
  readonly timestampMs: number
  /** Place among all records of the server, for reading a stream in the order of arrival. */
  readonly arrival: number
}

/** Bytes of memory that a record holds. A key counts two bytes a character, which is the most that it takes. */
export function heldBytes(record: Pick<StoredRecord, 'data' | 'partitionKey'>): number {
  return record.data.length + 2 * (record.partitionKey?.length ?? 0) + RECORD_OVERHEAD
}

/** Records in a row, and the position after them. */
export interface Slice {
  readonly records: readonly StoredRecord[]
  readonly next: number
}

/**
 * Positions here are plain numbers from 0 on. Sequence numbers are text or BigInt and may start anywhere;
 * the partition adds the difference.
 */
export class PartitionLog {
  readonly #maxBytes: number
  #records: (StoredRecord | undefined)[] = []
  // Empty places at the front of the array; it is cut only now and then, so that trimming is cheap.
  #gone = 0
  #oldest = 0
  #bytes = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** Position of the oldest record that is kept. */
  get oldest(): number {
    return this.#oldest
  }

  /** Position that the next record gets. */
  get next(): number {
    return this.#oldest + this.#records.length - this.#gone
  }

  /** Bytes of memory that the records hold. */
  get bytes(): number {
    return this.#bytes
  }

  /** Keeps a record and returns its position. The newest is kept even if it is over the bound alone. */
  append(record: StoredRecord): number {
    const position = this.next
    this.#records.push(record)
    this.#bytes += heldBytes(record)
    while (this.#bytes > this.#maxBytes && this.next - this.#oldest > 1) this.trim()
    return position
  }

  /**
   * Records from a position on, at most `maxRecords`, and of data at most `maxBytes`: a first record that is
   * larger yields nothing, as documented for `max_fetch_bytes`. What they hold is bounded too, but for the first one.
   */
  read(from: number, maxRecords: number, maxBytes: number): Slice {
    const start = this.#gone + Math.max(0, from - this.#oldest)
    let end = start
    const records: StoredRecord[] = []
    let bytes = 0
    let held = 0
    for (; end < this.#records.length && records.length < maxRecords; end++) {
      const record = this.#records[end]
      if (record === undefined) continue
      bytes += record.data.length
      held += heldBytes(record)
      if (bytes > maxBytes || (held > MAX_FETCH_BYTES && records.length > 0)) break
      records.push(record)
    }
    return { records, next: this.#oldest + end - this.#gone }
  }

  /** The record at a position; undefined if it is not there, or not any more. */
  at(position: number): StoredRecord | undefined {
    return position < this.#oldest ? undefined : this.#records[position - this.#oldest + this.#gone]
  }

  /** Every kept record. */
  all(): readonly StoredRecord[] {
    return this.#records.filter((record) => record !== undefined)
  }

  /** The oldest record, if there is one. */
  first(): StoredRecord | undefined {
    return this.#records[this.#gone]
  }

  /** Position of the first record that is not older than a time; the next position if there is none. */
  findTime(timeMs: number): number {
    // A scan, not a bisection: producers may send timestamps of their own, so times need not ascend.
    for (let index = this.#gone; index < this.#records.length; index++) {
      const record = this.#records[index]
      if (record !== undefined && record.timestampMs >= timeMs) return this.#oldest + index - this.#gone
    }
    return this.next
  }

  /** Lets the oldest record go. */
  trim(): void {
    const oldest = this.first()
    if (oldest === undefined) return
    this.#bytes -= heldBytes(oldest)
    // At once: what only the cut below lets go may be 64 records of 12 MiB.
    this.#records[this.#gone] = undefined
    this.#gone += 1
    this.#oldest += 1
    if (this.#gone > 64 && this.#gone * 2 > this.#records.length) {
      this.#records = this.#records.slice(this.#gone)
      this.#gone = 0
    }
  }
}
