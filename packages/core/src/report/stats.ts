import type { DROP_REASONS } from './codes.ts'

/** What one partition takes and turns away. */
export interface PartitionStats {
  /** `shardId-…`; `''` for records that were answered before their partition was known. */
  readonly partitionId: string
  /** Records stored there since the start, turned away by its limit, and failed for another reason. */
  readonly delivered: number
  readonly throttled: number
  readonly failed: number
  /** What it took in the last second: records, or 1,000 bytes of larger ones. */
  readonly takenPerSecond: number
  /** How much is sent to it at most, in the same unit; `null` while it has turned nothing away. */
  readonly limitPerSecond: number | null
}

/** Dropped lines by reason, each reason of docs/errors.md. */
export type DroppedBy = Readonly<Record<(typeof DROP_REASONS)[number], number>>

/** Counters of a producer since its creation; lines unless the name says otherwise. */
export interface Stats {
  /** Which producer of this process: its thread and its number there. Attempts on `dis-logs:attempt` carry it, too. */
  readonly producerId: string
  readonly streamName: string
  /** Lines taken by `write`, and those of earlier processes found in the spool (`recovered`); no empty lines. */
  readonly written: number
  readonly delivered: number
  readonly rejected: number
  readonly dropped: number
  /** The same, by reason. */
  readonly droppedBy: DroppedBy
  /** Lines that are safe on disk and not delivered yet, whether or not they are in memory as well. */
  readonly spooled: number
  /** Lines not settled: waiting, in flight or waiting for a retry. written = the four above + this. */
  readonly buffered: number
  /** Bytes of all lines in memory. */
  readonly bufferedBytes: number
  /** What counts against `buffer.maxBytes` now: these lines with what holds them, and bodies in flight. */
  readonly bufferUsedBytes: number
  readonly bufferMaxBytes: number
  /** Lines of earlier processes that were read from the spool so far. */
  readonly recovered: number
  /** Bytes on disk. */
  readonly spoolBytes: number
  /** `spool.maxBytes`; 0 without a spool. */
  readonly spoolMaxBytes: number
  /** Damaged places of the spool that were skipped. */
  readonly spoolDamaged: number
  /** Lines written to the dead-letter file. */
  readonly deadLetters: number
  /** Lines cut or refused because they were above the record limit. */
  readonly oversized: number
  /** Bytes of all delivered lines. */
  readonly deliveredBytes: number
  /** Body bytes of all attempts, as they were on the wire. */
  readonly sentBytes: number
  /** HTTP requests sent, retries included. */
  readonly attempts: number
  /** Records sent again after a failure of their own or of their request. */
  readonly retriedRecords: number
  /** Records turned away by a rate limit (`DIS.4303`, `DIS.4305`, 429). */
  readonly throttledRecords: number
  /** Attempts whose answer never came, so their records may arrive twice. */
  readonly ambiguous: number
  /** Requests in flight now, and how many are allowed at the moment. */
  readonly inFlight: number
  readonly window: number
  /** The credentials were refused, and requests have stopped but for a probe now and then. */
  readonly credentialsRefused: boolean
  /** Age of the oldest line that is not settled, in ms; 0 if there is none. */
  readonly oldestMs: number
  /** One for each partition that answers have named, and one for records whose partition is not known. */
  readonly partitions: readonly PartitionStats[]
}

/** No line was dropped. */
export function noneDropped(): Record<keyof DroppedBy, number> {
  return {
    'buffer-full': 0,
    'spool-full': 0,
    'spool-damaged': 0,
    closing: 0,
    closed: 0,
    format: 0,
    worker: 0
  }
}

/** What became of every line written before a `flush` or `close` was called, since the producer was created. */
export interface FlushReport {
  readonly delivered: number
  readonly rejected: number
  readonly dropped: number
  readonly spooled: number
  /** Not settled when the time was over; 0 otherwise. */
  readonly pending: number
}
