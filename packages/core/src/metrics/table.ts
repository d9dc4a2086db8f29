/** Every metric that is read from `stats()`, as data: OpenTelemetry and Prometheus give them the same names and meanings. */
import type { Stats } from '../report/stats.ts'

/** A value, and what tells it from the others of its metric. */
export interface Sample {
  readonly value: number
  readonly labels?: Readonly<Partial<Record<OwnLabel, string>>>
}

/** `reason` of dropped lines, id of a `partition`, `outcome` of a partition's records. */
export type OwnLabel = 'reason' | 'partition' | 'outcome'

export interface MetricRow {
  /** With dots, without the unit: `buffer.used`. */
  readonly name: string
  readonly kind: 'counter' | 'gauge'
  /** As OpenTelemetry writes it: `By`, `s`, or what is counted in braces. */
  readonly unit: string
  readonly help: string
  readonly labels?: readonly OwnLabel[]
  /** How the processes of a cluster are put together. */
  readonly aggregator?: 'sum' | 'max' | 'min'
  read(stats: Stats): readonly Sample[]
}

/** A metric with a single value. */
function one(
  kind: MetricRow['kind'],
  name: string,
  unit: string,
  help: string,
  value: (stats: Stats) => number,
  aggregator: MetricRow['aggregator'] = 'sum'
): MetricRow {
  return { kind, name, unit, help, aggregator, read: (stats) => [{ value: value(stats) }] }
}

export const METRICS: readonly MetricRow[] = [
  one(
    'counter',
    'lines.written',
    '{line}',
    'Lines taken, and lines of earlier processes found in the spool',
    (s) => s.written
  ),
  one('counter', 'lines.delivered', '{line}', 'Lines that DIS has stored', (s) => s.delivered),
  one('counter', 'lines.rejected', '{line}', 'Lines that DIS refused for good', (s) => s.rejected),
  {
    kind: 'counter',
    name: 'lines.dropped',
    unit: '{line}',
    help: 'Lines given up, by reason: see docs/errors.md',
    labels: ['reason'],
    read: (s) => Object.entries(s.droppedBy).map(([reason, value]) => ({ value, labels: { reason } }))
  },
  one(
    'counter',
    'lines.recovered',
    '{line}',
    'Lines of earlier processes read from the spool',
    (s) => s.recovered
  ),
  one('counter', 'lines.oversized', '{line}', 'Lines above the record limit', (s) => s.oversized),
  one(
    'counter',
    'lines.dead_letters',
    '{line}',
    'Lines written to the dead-letter file',
    (s) => s.deadLetters
  ),
  one('gauge', 'lines.buffered', '{line}', 'Lines in memory that are not settled', (s) => s.buffered),
  one('gauge', 'lines.spooled', '{line}', 'Lines on disk that are not delivered', (s) => s.spooled),
  one(
    'gauge',
    'oldest_line.age',
    's',
    'Age of the oldest line that is not settled',
    (s) => s.oldestMs / 1_000,
    'max'
  ),
  one('gauge', 'buffer.used', 'By', 'What counts against buffer.maxBytes', (s) => s.bufferUsedBytes),
  one('gauge', 'buffer.capacity', 'By', 'buffer.maxBytes', (s) => s.bufferMaxBytes),
  one('gauge', 'spool.used', 'By', 'Bytes on disk', (s) => s.spoolBytes),
  one('gauge', 'spool.capacity', 'By', 'spool.maxBytes; 0 without a spool', (s) => s.spoolMaxBytes),
  one(
    'counter',
    'spool.damaged',
    '{place}',
    'Damaged places of the spool that were skipped',
    (s) => s.spoolDamaged
  ),
  one('gauge', 'requests.in_flight', '{request}', 'Requests in flight', (s) => s.inFlight),
  one(
    'gauge',
    'requests.allowed',
    '{request}',
    'Requests that may be in flight at the moment',
    (s) => s.window
  ),
  one('counter', 'requests.sent', '{request}', 'Requests sent, retries included', (s) => s.attempts),
  one('counter', 'requests.ambiguous', '{request}', 'Requests whose answer never came', (s) => s.ambiguous),
  one('counter', 'sent', 'By', 'Bytes of bodies sent, as they were on the wire', (s) => s.sentBytes),
  one('counter', 'delivered', 'By', 'Bytes of delivered lines', (s) => s.deliveredBytes),
  one(
    'counter',
    'records.retried',
    '{record}',
    'Records sent again after a failure',
    (s) => s.retriedRecords
  ),
  one(
    'counter',
    'records.throttled',
    '{record}',
    'Records turned away by a rate limit',
    (s) => s.throttledRecords
  ),
  one(
    'gauge',
    'credentials.refused',
    '1',
    '1 while the credentials are refused',
    (s) => Number(s.credentialsRefused),
    'max'
  ),
  {
    kind: 'counter',
    name: 'partition.records',
    unit: '{record}',
    help: 'Records by partition: delivered, throttled by its limit, failed for another reason',
    labels: ['partition', 'outcome'],
    read: (s) =>
      s.partitions.flatMap(({ partitionId: partition, delivered, throttled, failed }) =>
        Object.entries({ delivered, throttled, failed }).map(([outcome, value]) => ({
          value,
          labels: { partition, outcome }
        }))
      )
  },
  {
    kind: 'gauge',
    name: 'partition.taken',
    unit: '{record}/s',
    help: 'What a partition took in the last second: records, or 1,000 bytes of larger ones',
    labels: ['partition'],
    read: (s) => s.partitions.map((p) => ({ value: p.takenPerSecond, labels: { partition: p.partitionId } }))
  },
  {
    kind: 'gauge',
    name: 'partition.limit',
    unit: '{record}/s',
    help: 'How much is sent to a partition at most; none while it has turned nothing away',
    labels: ['partition'],
    read: (s) =>
      s.partitions.flatMap(({ partitionId, limitPerSecond }) =>
        limitPerSecond === null ? [] : [{ value: limitPerSecond, labels: { partition: partitionId } }]
      )
  }
]

/** Bounds of durations in seconds: those of the semantic conventions for messaging. */
export const DURATION_BOUNDS: readonly number[] = [
  0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10
]

/** What is not read from `stats()`: Prometheus has it by these names. */
export const OF_ATTEMPTS = {
  duration: 'request_duration_seconds',
  records: 'records_sent_total',
  up: 'up'
} as const

/** The name that a metric has in Prometheus, without the prefix. */
export function prometheusName({ name, kind, unit }: Pick<MetricRow, 'name' | 'kind' | 'unit'>): string {
  const suffix =
    unit === 'By' ? '_bytes' : unit === 's' ? '_seconds' : unit.endsWith('/s') ? '_per_second' : ''
  return `${name.replaceAll('.', '_')}${suffix}${kind === 'counter' ? '_total' : ''}`
}

/** All of them, without the prefix. */
export const PROMETHEUS_NAMES: readonly string[] = [
  ...METRICS.map(prometheusName),
  ...Object.values(OF_ATTEMPTS)
]
