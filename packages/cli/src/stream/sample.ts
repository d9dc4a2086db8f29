/**
 * What some records of a partition hold → what all of them do. Few are read, from places spread over the time between two looks, because
 * records of one kind come together; and what earlier looks have read counts, too. Where few came, all are read, and nothing is estimated.
 */
import type { DisClient, DisRecord } from '@dis-logs/core'
import { linesOf } from './lines.ts'

/** Records in numbers. */
export interface Sample {
  readonly bytes: number
  readonly lines: number
  /** The most lines that one of them held. */
  readonly maxLines: number
  /** True if not all of them were read. */
  readonly isEstimate: boolean
}

interface Read {
  readonly records: number
  readonly bytes: number
  readonly lines: number
  readonly maxLines: number
}

/** Bytes that are read at one place, more or less: a look takes that many times the places, of 2 MB that consumers may read in a second. */
const PLACE_BYTES = 65_536
const PLACE_RECORDS = 25
/** Before anything is known of their size. */
const FIRST_RECORDS = 5
/** Looks that count. */
const KEPT_LOOKS = 10

/** Reads samples of the partitions of one stream. */
export class SampleReader {
  readonly #client: DisClient
  readonly #places: number
  readonly #random: () => number
  /** By partition, the latest last. */
  readonly #reads = new Map<string, Read[]>()

  constructor(client: DisClient, places: number, random: () => number = Math.random) {
    this.#client = client
    this.#places = places
    this.#random = random
  }

  /** True once something was read of the partition. */
  knows(partitionId: string): boolean {
    return this.#reads.has(partitionId)
  }

  /** What the `records` of the last look hold. */
  contentOf(partitionId: string, records: number): Sample | undefined {
    if (records === 0) return { bytes: 0, lines: 0, maxLines: 0, isEstimate: false }
    const reads = this.#reads.get(partitionId) ?? []
    const last = reads.at(-1)
    if (last === undefined) return undefined
    if (last.records === records) return { ...last, isEstimate: false }
    const sum = reads.reduce(add)
    const times = records / sum.records
    return { bytes: sum.bytes * times, lines: sum.lines * times, maxLines: sum.maxLines, isEstimate: true }
  }

  /** Reads some of the `records` from `first` on. Never rejects: what was known stays. */
  async read(partitionId: string, first: bigint, records: number): Promise<void> {
    const size = this.#placeSize(partitionId)
    const places = records <= size * this.#places ? [0] : this.#spread(records, size)
    const limit = places.length === 1 ? records : size
    try {
      const found: Read[] = []
      for (const place of places) {
        const page = await this.#readAt(partitionId, first + BigInt(place), limit)
        // As many as were asked for, and none that came later.
        if (page.length > 0) found.push(readOf(page.slice(0, limit)))
      }
      if (found.length === 0) return
      const reads = [...(this.#reads.get(partitionId) ?? []), found.reduce(add)]
      this.#reads.set(partitionId, reads.slice(-KEPT_LOOKS))
    } catch {
      // Gone already, or a limit of readers.
    }
  }

  /** One place in each of equal parts, somewhere in it. */
  #spread(records: number, size: number): number[] {
    const part = records / this.#places
    return Array.from({ length: this.#places }, (_, index) =>
      Math.floor(index * part + this.#random() * Math.max(0, part - size))
    )
  }

  #placeSize(partitionId: string): number {
    const last = this.#reads.get(partitionId)?.at(-1)
    if (last === undefined) return FIRST_RECORDS
    const fitting = Math.floor(PLACE_BYTES / Math.max(1, last.bytes / last.records))
    return Math.min(PLACE_RECORDS, Math.max(1, fitting))
  }

  async #readAt(partitionId: string, sequenceNumber: bigint, limit: number): Promise<readonly DisRecord[]> {
    const cursor = await this.#client.getCursor(partitionId, {
      type: 'AT_SEQUENCE_NUMBER',
      sequenceNumber: String(sequenceNumber)
    })
    return (await this.#client.getRecords(cursor, { limit })).records
  }
}

function readOf(records: readonly DisRecord[]): Read {
  return records
    .map(({ data }) => {
      const lines = linesOf(data).length
      return { records: 1, bytes: data.length, lines, maxLines: lines }
    })
    .reduce(add)
}

function add(one: Read, other: Read): Read {
  return {
    records: one.records + other.records,
    bytes: one.bytes + other.bytes,
    lines: one.lines + other.lines,
    maxLines: Math.max(one.maxLines, other.maxLines)
  }
}
