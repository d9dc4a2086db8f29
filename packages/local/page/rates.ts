import type { PartitionRow, State } from '../src/viewer/wire.ts'

/** What happened in one second, a second. */
export interface Rates {
  readonly requests: number
  readonly accepted: number
  readonly throttled: number
  readonly failed: number
  readonly bytes: number
}

const NAMES = ['requests', 'accepted', 'throttled', 'failed', 'bytes'] as const

/** Rates between two pictures of the counters; undefined if there is no time between them. */
export function ratesBetween(before: State, after: State): Rates | undefined {
  const seconds = (after.elapsedMs - before.elapsedMs) / 1_000
  if (seconds < 0.2) return undefined
  const [requests = 0, accepted = 0, throttled = 0, failed = 0, bytes = 0] = NAMES.map((name) =>
    Math.max(0, (after[name] - before[name]) / seconds)
  )
  return { requests, accepted, throttled, failed, bytes }
}

/** The same for one partition; requests are of no partition. */
export function partitionRates(
  before: PartitionRow | undefined,
  after: PartitionRow,
  seconds: number
): Omit<Rates, 'requests'> {
  const since = (at: 2 | 3 | 4 | 5): number =>
    Math.max(0, (after[at] - (before?.[at] ?? after[at])) / seconds)
  return { accepted: since(2), throttled: since(3), failed: since(4), bytes: since(5) }
}
