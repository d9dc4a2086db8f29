/** Counters of a producer in another thread: what it said last, with what this thread knows better. */
import type { DisOptions } from '../options/options.ts'
import { resolveSettings } from '../options/settings.ts'
import { DROP_REASONS } from '../report/codes.ts'
import { type DroppedBy, noneDropped, type Stats } from '../report/stats.ts'

const NO_STATS: Stats = Object.freeze({
  producerId: '',
  streamName: '',
  written: 0,
  delivered: 0,
  rejected: 0,
  dropped: 0,
  droppedBy: Object.freeze(noneDropped()),
  spooled: 0,
  buffered: 0,
  bufferedBytes: 0,
  bufferUsedBytes: 0,
  bufferMaxBytes: 0,
  recovered: 0,
  spoolBytes: 0,
  spoolMaxBytes: 0,
  spoolDamaged: 0,
  deadLetters: 0,
  oversized: 0,
  deliveredBytes: 0,
  sentBytes: 0,
  attempts: 0,
  retriedRecords: 0,
  throttledRecords: 0,
  ambiguous: 0,
  inFlight: 0,
  window: 0,
  credentialsRefused: false,
  oldestMs: 0,
  partitions: []
})

/** What is known of a producer before its thread has said anything. @throws DisConfigError for invalid options */
export function firstStats(options: DisOptions, producerId: string): Stats {
  const { target, buffer, spool } = resolveSettings(options, process.env)
  return {
    ...NO_STATS,
    producerId,
    streamName: target.streamName,
    bufferMaxBytes: buffer.maxBytes,
    spoolMaxBytes: spool?.maxBytes ?? 0
  }
}

/** Lines that this thread counts itself. */
export interface OwnCounts {
  /** Handed to the thread. */
  readonly handed: number
  /** Never handed over, or gone with the thread: written and dropped. */
  readonly droppedBy: DroppedBy
  /** Bytes on the way to the thread. */
  readonly bytes: number
}

/** The thread's last counters, where lines on the way count as buffered. */
export function statsOf(last: Stats, { handed, droppedBy, bytes }: OwnCounts): Stats {
  const dropped = totalOf(droppedBy)
  const written = handed + dropped + last.recovered
  const lost = last.dropped + dropped
  const settled = last.delivered + last.rejected + lost + last.spooled
  return {
    ...last,
    written,
    dropped: lost,
    droppedBy: addDropped(last.droppedBy, droppedBy),
    buffered: written - settled,
    bufferedBytes: last.bufferedBytes + bytes,
    bufferUsedBytes: last.bufferUsedBytes + bytes
  }
}

/**
 * Counters of a producer that has ended, and of the one in its place. Lines that the one has put on disk and the other has
 * taken up from there are the same lines.
 */
export function sumOf(gone: Stats, present: Stats): Stats {
  const sums: Record<string, number> = {}
  const same = Math.min(gone.spooled, present.recovered)
  for (const name of ADDED) sums[name] = gone[name] + present[name]
  for (const name of TAKEN_UP) sums[name] = gone[name] + present[name] - same
  return { ...present, ...sums, droppedBy: addDropped(gone.droppedBy, present.droppedBy) }
}

export function totalOf(droppedBy: DroppedBy): number {
  return Object.values(droppedBy).reduce((sum, lines) => sum + lines, 0)
}

function addDropped(some: DroppedBy, others: DroppedBy): DroppedBy {
  const sum = noneDropped()
  for (const reason of DROP_REASONS) sum[reason] = some[reason] + others[reason]
  return sum
}

/** Counters that only grow. The others describe the present. */
const ADDED = [
  'delivered',
  'rejected',
  'dropped',
  'deadLetters',
  'oversized',
  'deliveredBytes',
  'sentBytes',
  'attempts',
  'retriedRecords',
  'throttledRecords',
  'ambiguous'
] as const satisfies readonly (keyof Stats)[]

/** Counters of which a line that is taken up would be in both. */
const TAKEN_UP = ['written', 'spooled', 'recovered'] as const satisfies readonly (keyof Stats)[]
