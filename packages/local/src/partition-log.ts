/**
 * The records of one partition, oldest first, numbered without gaps. Bounded by bytes of data: at the bound
 * the oldest records go, which moves the trim horizon, as retention does in the service.
 */

/** A record as it is kept. The data is never copied or changed. */
export interface StoredRecord {
  readonly data: Buffer
  readonly partitionKey: string | undefined
  readonly timestampMs: number
  /** Place among all records of the server, for reading a stream in the order of arrival. */
  readonly arrival: number
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
  #records: StoredRecord[] = []
  // Trimmed records at the front of the array; it is cut only now and then, so that trimming is cheap.
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

  /** Keeps a record and returns its position. */
  append(record: StoredRecord): number {
    const position = this.next
    this.#records.push(record)
    this.#bytes += record.data.length
    while (this.#bytes > this.#maxBytes && this.#gone < this.#records.length - 1) this.#trimOne()
    return position
  }

  /**
   * Records from a position on, at most `maxRecords`, and of data at most `maxBytes`: a first record that is
   * larger yields nothing, as documented for `max_fetch_bytes`.
   */
  read(from: number, maxRecords: number, maxBytes: number): Slice {
    const start = this.#gone + Math.max(0, from - this.#oldest)
    let end = start
    let bytes = 0
    while (end < this.#records.length && end - start < maxRecords) {
      bytes += this.#records[end]?.data.length ?? 0
      if (bytes > maxBytes) break
      end++
    }
    return { records: this.#records.slice(start, end), next: this.#oldest + end - this.#gone }
  }

  /** Every kept record. */
  all(): readonly StoredRecord[] {
    return this.#records.slice(this.#gone)
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

  #trimOne(): void {
    this.#bytes -= this.#records[this.#gone]?.data.length ?? 0
    this.#gone += 1
    this.#oldest += 1
    if (this.#gone > 64 && this.#gone * 2 > this.#records.length) {
      this.#records = this.#records.slice(this.#gone)
      this.#gone = 0
    }
  }
}
