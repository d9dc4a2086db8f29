/** Counters of a producer in another thread. */
import type { Stats } from '@dis-logs/core'

/** Counters before the first message from the worker. */
export const NO_STATS: Stats = Object.freeze({
  written: 0,
  delivered: 0,
  rejected: 0,
  dropped: 0,
  spooled: 0,
  buffered: 0,
  bufferedBytes: 0,
  recovered: 0,
  spoolBytes: 0,
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
  oldestMs: 0,
  partitions: []
})

/** Lines that are settled. */
export function settledBy({
  delivered,
  rejected,
  dropped,
  spooled
}: Pick<Stats, 'delivered' | 'rejected' | 'dropped' | 'spooled'>): number {
  return delivered + rejected + dropped + spooled
}

/** Counters of a producer that has ended, and of the one in its place. */
export function sumOf(gone: Stats, present: Stats): Stats {
  const sums: Partial<Record<(typeof ADDED)[number], number>> = {}
  for (const name of ADDED) sums[name] = gone[name] + present[name]
  return { ...present, ...sums }
}

/** Counters that only grow. The others describe the present. */
const ADDED = [
  'written',
  'delivered',
  'rejected',
  'dropped',
  'spooled',
  'recovered',
  'deadLetters',
  'oversized',
  'deliveredBytes',
  'sentBytes',
  'attempts',
  'retriedRecords',
  'throttledRecords',
  'ambiguous'
] as const satisfies readonly (keyof Stats)[]
