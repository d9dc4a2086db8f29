import { isUtf8 } from 'node:buffer'
import type { StoredRecord } from '../partition-log.ts'
import type { Store } from '../store.ts'
import type { Partition } from '../stream.ts'
import type { KeyCounts } from './key-counts.ts'
import {
  MAX_BYTES_PER_TICK,
  MAX_EARLIER_BYTES,
  MAX_EARLIER_RECORDS,
  MAX_KEYS_PER_TICK,
  MAX_LINE_CHARACTERS,
  MAX_LINES_PER_RECORD,
  MAX_LINES_PER_TICK
} from './viewer-bounds.ts'
import type { Lines, WireRecord } from './wire.ts'

/** A record and where it lies. */
interface Found {
  readonly stream: string
  readonly partition: Partition
  readonly position: number
  readonly record: StoredRecord
}

/**
 * New records for the pages. It looks into the logs of the partitions, from where it stopped last time: storing a record costs
 * nothing more, and nothing is queued. What is too much for a page is counted, and never made into text.
 */
export class LineFeed {
  readonly #store: Store
  readonly #keys: KeyCounts
  #positions: WeakMap<Partition, number> = new WeakMap()

  constructor(store: Store, keys: KeyCounts) {
    this.#store = store
    this.#keys = keys
  }

  /** Starts at the end of each partition: nobody looked until now. */
  start(): void {
    this.#positions = new WeakMap()
    for (const { partitions } of this.#store.all()) {
      for (const partition of partitions) this.#positions.set(partition, partition.log.next)
    }
  }

  /** What arrived since the last call. Undefined if that is nothing. */
  collect(): Lines | undefined {
    const news = this.#news()
    const arrived = news.reduce((sum, { from, partition }) => sum + partition.log.next - from, 0)
    if (arrived === 0) return undefined
    const found: Found[] = []
    const keyShare = Math.min(1, MAX_KEYS_PER_TICK / arrived)
    const lineShare = Math.min(1, MAX_LINES_PER_TICK / arrived)
    for (const { stream, partition, from } of news) {
      const { next } = partition.log
      const counted = Math.ceil((next - from) * keyShare)
      const { records } = partition.log.read(next - counted, counted, Number.POSITIVE_INFINITY)
      this.#keys.add(stream, partition.index, records, next - from)
      const hidden = Math.max(0, records.length - Math.ceil((next - from) * lineShare))
      records.slice(hidden).forEach((record, index) => {
        found.push({ stream, partition, position: next - counted + hidden + index, record })
      })
      this.#positions.set(partition, next)
    }
    const records = asLines(found, MAX_LINES_PER_TICK, MAX_BYTES_PER_TICK)
    return { records, skipped: arrived - records.length }
  }

  /** The newest records that were there before, for a page that was just opened. */
  earlier(): Lines {
    const found = this.#store.all().flatMap(({ seed, partitions }) =>
      partitions.flatMap((partition) => {
        const { oldest } = partition.log
        // Up to where the pages are, so that no record comes twice.
        const next = this.#positions.get(partition) ?? partition.log.next
        const from = Math.max(oldest, next - MAX_EARLIER_RECORDS)
        const { records } = partition.log.read(from, next - from, MAX_EARLIER_BYTES)
        return records.map((record, index) => {
          return { stream: seed.name, partition, position: from + index, record }
        })
      })
    )
    found.sort((a, b) => a.record.arrival - b.record.arrival)
    const newest = found.slice(-MAX_EARLIER_RECORDS)
    return { records: asLines(newest, MAX_EARLIER_RECORDS, MAX_EARLIER_BYTES), skipped: 0 }
  }

  #news(): { readonly stream: string; readonly partition: Partition; readonly from: number }[] {
    return this.#store.all().flatMap(({ seed, partitions }) =>
      partitions.flatMap((partition) => {
        // Of a stream that was made meanwhile everything is new; what was trimmed meanwhile is gone.
        const from = Math.max(this.#positions.get(partition) ?? 0, partition.log.oldest)
        return from < partition.log.next ? [{ stream: seed.name, partition, from }] : []
      })
    )
  }
}

/** The newest records that fit, oldest first. One always does. */
function asLines(found: readonly Found[], maxLines: number, maxBytes: number): WireRecord[] {
  const newestFirst = [...found].sort((a, b) => b.record.arrival - a.record.arrival)
  const records: WireRecord[] = []
  let lines = 0
  let bytes = 0
  for (const each of newestFirst) {
    bytes += Math.min(each.record.data.length, MAX_BYTES_PER_TICK)
    if (records.length > 0 && (lines >= maxLines || bytes > maxBytes)) break
    const record = wireRecord(each)
    lines += record[7].length
    records.push(record)
  }
  return records.reverse()
}

/** A record with the lines in it. */
export function wireRecord({ stream, partition, position, record }: Found): WireRecord {
  const { data, partitionKey, timestampMs, arrival } = record
  const [lines, cutBytes] = linesIn(data)
  return [
    arrival,
    stream,
    partition.index,
    partition.sequenceNumber(position),
    partitionKey?.slice(0, MAX_LINE_CHARACTERS) ?? null,
    timestampMs,
    data.length,
    lines,
    cutBytes
  ]
}

const NEWLINE = 10
const BINARY_PREVIEW_BYTES = 192

function linesIn(data: Buffer): readonly [lines: string[], cutBytes: number] {
  if (!isUtf8(data)) return [[data.subarray(0, BINARY_PREVIEW_BYTES).toString('base64')], -1]
  const lines: string[] = []
  let cutBytes = 0
  let at = 0
  let shownBytes = 0
  while (at < data.length && lines.length < MAX_LINES_PER_RECORD && shownBytes < MAX_BYTES_PER_TICK) {
    const found = data.indexOf(NEWLINE, at)
    const end = found < 0 ? data.length : found
    const shownEnd = cutAt(data, at, end)
    cutBytes += end - shownEnd
    shownBytes += shownEnd - at
    lines.push(data.toString('utf8', at, shownEnd))
    at = end + 1
  }
  if (lines.length === 0) lines.push('')
  return [lines, cutBytes + Math.max(0, data.length - at)]
}

/** The end of what is shown of a line, not in the middle of a character. */
function cutAt(data: Buffer, start: number, end: number): number {
  if (end - start <= MAX_LINE_CHARACTERS) return end
  let at = start + MAX_LINE_CHARACTERS
  while (at > start && ((data[at] ?? 0) & 0xc0) === 0x80) at--
  return at
}
