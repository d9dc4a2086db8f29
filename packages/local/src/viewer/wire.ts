/**
 * What the server tells the page, as types: the only thing that both sides import. Each is the data of a server-sent event of
 * that name, as JSON.
 */
import type { Fault } from '../fault-types.ts'

/** First event of a connection. */
export interface Hello {
  /** Of this run of the server: another one means that it was started anew. */
  readonly run: string
  readonly url: string
  readonly startedAtMs: number
}

/** One record; a tuple, because there are thousands. */
export type WireRecord = readonly [
  /** Place among all records of the server. */
  arrival: number,
  stream: string,
  partition: number,
  sequenceNumber: string,
  partitionKey: string | null,
  timestampMs: number,
  bytes: number,
  /** The lines in it, each cut at a bound; of data that is no UTF-8 its beginning in Base64, alone. */
  lines: readonly string[],
  /** Bytes of data that are in none of the lines; -1 if the data is no UTF-8. */
  cutBytes: number
]

/** Records that arrived, oldest first. */
export interface Lines {
  readonly records: readonly WireRecord[]
  /** Records that arrived and are not here: too many in so short a time. */
  readonly skipped: number
}

/** What this page was not told because it takes its events too slowly. */
export interface Missed {
  readonly records: number
  readonly requests: number
}

/** One request that is over. */
export interface RequestRow {
  readonly number: number
  readonly atMs: number
  readonly method: string
  /** Name in the API reference; "" for a path that is none of the API. */
  readonly action: string
  readonly stream: string
  /** 0: cut off without an answer. */
  readonly status: number
  /** Code of the answer that says no; "" if it says yes. */
  readonly code: string
  readonly bytes: number
  readonly answerBytes: number
  readonly durationMs: number
  readonly records: number
  readonly throttled: number
  readonly failed: number
  /** Kind of the fault that struck it. */
  readonly fault: string
  /** Format and compression: `json`, `protobuf lz4`. */
  readonly form: string
  readonly sender: string
  /** The first characters of an access key, `token`, or "". */
  readonly accessKey: string
}

/** Requests that are over, oldest first. */
export interface Requests {
  readonly requests: readonly RequestRow[]
  readonly skipped: number
}

/** Who sends: one row for each user agent and access key. Counts since the start. */
export interface SenderRow {
  readonly sender: string
  readonly accessKey: string
  readonly lastAtMs: number
  readonly requests: number
  readonly refused: number
  readonly records: number
  readonly throttled: number
  readonly failed: number
  readonly bytes: number
}

/** A partition and its counts since the start; a tuple, because there may be hundreds. */
export type PartitionRow = readonly [
  partition: number,
  isActive: 0 | 1,
  accepted: number,
  throttled: number,
  failed: number,
  bytes: number,
  kept: number
]

/** A stream. */
export interface StreamRow {
  readonly name: string
  readonly type: string
  readonly activePartitions: number
  /** Of each partition, a second; null while limits are off. */
  readonly limit: { readonly records: number; readonly bytes: number } | null
  readonly partitions: readonly PartitionRow[]
  readonly hiddenPartitions: number
  readonly keys: KeyShares
}

/** Keys of a stream over about the last minute. */
export interface KeyShares {
  readonly total: number
  readonly bytes: number
  readonly windowMs: number
  /** The most frequent first. Null is the key of records without one. */
  readonly keys: readonly (readonly [key: string | null, partition: number, records: number, bytes: number])[]
  /** Records that were not looked at, or whose key is too rare to be counted. */
  readonly others: number
}

/** A fault in force. */
export interface FaultRow {
  readonly id: number
  readonly fault: Fault
  readonly seen: number
  readonly fired: number
}

/** The counters, once a second. */
export interface State {
  readonly nowMs: number
  /** Monotonic, so that rates are right when the clock is set. */
  readonly elapsedMs: number
  readonly requests: number
  readonly accepted: number
  readonly throttled: number
  readonly failed: number
  readonly bytes: number
  readonly authRefused: number
  readonly connections: number
  readonly keptBytes: number
  readonly pages: number
  readonly streams: readonly StreamRow[]
  readonly hiddenStreams: number
  readonly senders: readonly SenderRow[]
  readonly faults: readonly FaultRow[]
}
