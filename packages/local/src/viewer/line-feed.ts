import { isUtf8 } from 'node:buffer'
import type { PartitionLog, StoredRecord } from '../partition-log.ts'
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
    const step = Math.max(1, arrived / MAX_KEYS_PER_TICK)
    const lineShare = Math.min(1, MAX_LINES_PER_TICK / arrived)
    for (const { stream, partition, from } of news) {
      const { log } = partition
      const { next } = log
      this.#keys.add(stream, partition.index, sampled(log, from, step), next - from)
      for (let position = next - Math.ceil((next - from) * lineShare); position < next; position++) {
        const record = log.at(position)
        if (record !== undefined) found.push({ stream, partition, position, record })
      }
      this.#positions.set(partition, next)
    }
    const records = asLines(found, MAX_LINES_PER_TICK, MAX_BYTES_PER_TICK)
    return { records, skipped: arrived - records.length }
  }

  /** The newest records that were there before, for a page that was just opened. */
  earlier(): Lines {
    const ends = this.#store.all().flatMap(({ seed, partitions }) =>
      partitions.map((partition) => {
        // Up to where the pages are, so that no record comes twice.
        const next = this.#positions.get(partition) ?? partition.log.next
        return { stream: seed.name, partition, position: next - 1, record: partition.log.at(next - 1) }
      })
    )
    const found: Found[] = []
    let bytes = 0
    // Backwards, each time from the partition whose record is the newest one.
    while (found.length < MAX_EARLIER_RECORDS && bytes < MAX_EARLIER_BYTES) {
      let newest: (typeof ends)[number] | undefined
      for (const end of ends) {
        if (end.record !== undefined && end.record.arrival > (newest?.record?.arrival ?? -1)) newest = end
      }
      if (newest?.record === undefined) break
      const { stream, partition, position, record } = newest
      found.push({ stream, partition, position, record })
      bytes += record.data.length
      newest.position -= 1
      newest.record = partition.log.at(newest.position)
    }
    return { records: asLines(found, MAX_EARLIER_RECORDS, MAX_EARLIER_BYTES), skipped: 0 }
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

/** One record of each `step`, from a position on: any of them, because keys may come in turns that a fixed one would fall in with. */
function sampled(log: PartitionLog, from: number, step: number): StoredRecord[] {
  const records: StoredRecord[] = []
  const { next } = log
  for (let start = from; start < next; start += step) {
    const record = log.at(Math.min(next - 1, Math.floor(start + (step > 1 ? Math.random() * step : 0))))
    if (record !== undefined) records.push(record)
  }
  return records
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
