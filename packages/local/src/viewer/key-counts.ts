import type { StoredRecord } from '../partition-log.ts'
import { MAX_COUNTED_KEYS, MAX_KEY_CHARACTERS, MAX_SHOWN_KEYS } from './viewer-bounds.ts'
import type { KeyShares } from './wire.ts'

interface Count {
  readonly partition: number
  records: number
  bytes: number
}

type Key = string | undefined

/** Ten seconds of one stream. */
interface Slot {
  readonly startMs: number
  readonly counts: Map<Key, Count>
  total: number
  bytes: number
}

const SLOT_MS = 10_000
const SLOTS = 6

/**
 * How often each key came in about the last minute, for each stream. Bounded by keys: where there are too many, the rare ones are
 * forgotten, so that a hot key that comes late is still seen.
 */
export class KeyCounts {
  readonly #streams: Map<string, Slot[]> = new Map()
  readonly #nowMs: () => number

  /** `nowMs` is monotonic. */
  constructor(nowMs: () => number) {
    this.#nowMs = nowMs
  }

  /** Records of one partition, which stand for all that arrived. */
  add(stream: string, partition: number, records: readonly StoredRecord[], arrived: number): void {
    const slot = this.#slot(stream)
    slot.total += arrived
    const weight = arrived / records.length
    for (const { partitionKey: whole, data } of records) {
      const bytes = data.length * weight
      const partitionKey = bounded(whole)
      const count = slot.counts.get(partitionKey)
      slot.bytes += bytes
      if (count === undefined) {
        if (slot.counts.size >= MAX_COUNTED_KEYS) forgetRare(slot.counts)
        slot.counts.set(partitionKey, { partition, records: weight, bytes })
      } else {
        count.records += weight
        count.bytes += bytes
      }
    }
  }

  /** The shares of a stream. */
  shares(stream: string): KeyShares {
    const nowMs = this.#nowMs()
    const slots = (this.#streams.get(stream) ?? []).filter(({ startMs }) => nowMs - startMs < SLOTS * SLOT_MS)
    const sums = new Map<Key, Count>()
    for (const { counts } of slots) {
      for (const [key, { partition, records, bytes }] of counts) {
        const sum = sums.get(key)
        if (sum === undefined) sums.set(key, { partition, records, bytes })
        else {
          sum.records += records
          sum.bytes += bytes
        }
      }
    }
    const top = [...sums].sort(([, a], [, b]) => b.records - a.records).slice(0, MAX_SHOWN_KEYS)
    const total = slots.reduce((sum, slot) => sum + slot.total, 0)
    const shown = top.reduce((sum, [, { records }]) => sum + records, 0)
    return {
      total,
      bytes: Math.round(slots.reduce((sum, slot) => sum + slot.bytes, 0)),
      windowMs: Math.max(1_000, nowMs - (slots[0]?.startMs ?? nowMs)),
      keys: top.map(([key, { partition, records, bytes }]) => {
        return [key ?? null, partition, Math.round(records), Math.round(bytes)]
      }),
      others: Math.max(0, Math.round(total - shown))
    }
  }

  /** Forgets the streams that there are no more. */
  keep(names: ReadonlySet<string>): void {
    for (const name of this.#streams.keys()) if (!names.has(name)) this.#streams.delete(name)
  }

  #slot(stream: string): Slot {
    const nowMs = this.#nowMs()
    const slots = this.#streams.get(stream) ?? []
    this.#streams.set(stream, slots)
    const last = slots.at(-1)
    if (last !== undefined && nowMs - last.startMs < SLOT_MS) return last
    const slot = { startMs: nowMs, counts: new Map<Key, Count>(), total: 0, bytes: 0 }
    slots.push(slot)
    if (slots.length > SLOTS) slots.shift()
    return slot
  }
}

/** The beginning of a long key. Through bytes: a piece of a text keeps all of it in memory. */
function bounded(key: Key): Key {
  if (key === undefined || key.length <= MAX_KEY_CHARACTERS) return key
  return `${Buffer.from(key.slice(0, MAX_KEY_CHARACTERS)).toString()}…`
}

/** Halves the table: the keys that came least often go. */
function forgetRare(counts: Map<Key, Count>): void {
  const rare = [...counts].sort(([, a], [, b]) => a.records - b.records).slice(0, counts.size / 2)
  for (const [key] of rare) counts.delete(key)
}
