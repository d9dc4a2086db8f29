/** The public entry `@dis-logs/core/prometheus`: a producer's metrics in the application's registry of prom-client. */
import type { Counter, Gauge, Histogram, Registry } from 'prom-client'
import { hasExports, loadPeer } from './metrics/peer.ts'
import { type Source, Sources, type StatsSource } from './metrics/sources.ts'
import {
  DURATION_BOUNDS,
  METRICS,
  type MetricRow,
  OF_ATTEMPTS,
  PROMETHEUS_NAMES,
  prometheusName
} from './metrics/table.ts'

export type { StatsSource } from './metrics/sources.ts'

type Client = typeof import('prom-client')

export interface PrometheusOptions {
  /** The application's registry. @default the one that prom-client has itself */
  readonly register?: Registry
  /** Value of the label `producer`. @default the producer's id, as `0.1` for the first one of the main thread */
  readonly name?: string
  /** Beginning of all names. @default `dis_logs_` */
  readonly prefix?: string
}

/**
 * Adds a producer's metrics to a registry. It is asked when the registry is scraped; nothing is done for a log line. Several
 * producers share the metrics, and the label `producer` tells them apart.
 * @returns takes the producer out again; the last one takes the metrics with it
 * @throws Error if prom-client is missing, the registry has other metrics of these names, or another producer has this name
 */
export function collectMetrics(source: StatsSource, options: PrometheusOptions = {}): () => void {
  const client = loadPeer('prom-client', isClient)
  const { register = client.register, name, prefix = 'dis_logs_' } = options
  const key = Symbol.for(`dis-logs.metrics.${prefix}`)
  const known: unknown = Reflect.get(register, key)
  const collector = isCollector(known) ? known : new Collector(client, register, prefix)
  const added = collector.sources.add(source, name)
  Reflect.set(register, key, collector)
  return () => {
    collector.sources.remove(added)
    if (collector.sources.size > 0 || Reflect.get(register, key) !== collector) return
    Reflect.deleteProperty(register, key)
    for (const metric of collector.names) register.removeSingleMetric(metric)
  }
}

const WHO = ['producer', 'stream'] as const

class Collector {
  readonly sources: Sources
  readonly names: readonly string[]

  /** @throws Error if the registry has a metric of that name: nothing is added then */
  constructor(client: Client, register: Registry, prefix: string) {
    this.names = PROMETHEUS_NAMES.map((name) => prefix + name)
    for (const name of this.names) {
      if (register.getSingleMetric(name) === undefined) continue
      throw new Error(
        `the registry has a metric ${name} already, which is another one: give a prefix, as { prefix: 'app_dis_logs_' }`
      )
    }
    const registers = [register]
    const duration: Histogram = new client.Histogram({
      name: prefix + OF_ATTEMPTS.duration,
      help: 'Time of requests, from signing to the parsed answer; error_type is empty where nothing failed as a whole',
      labelNames: [...WHO, 'outcome', 'error_type'],
      buckets: [...DURATION_BOUNDS],
      registers
    })
    const records: Counter = new client.Counter({
      name: prefix + OF_ATTEMPTS.records,
      help: 'Records in requests, retries included; error_type is empty for those that were stored',
      labelNames: [...WHO, 'error_type'],
      registers
    })
    this.sources = new Sources((attempt, source) => {
      const who = { producer: source.name, stream: attempt.streamName }
      duration.observe(
        { ...who, outcome: attempt.outcome, error_type: attempt.code ?? '' },
        attempt.durationMs / 1_000
      )
      if (attempt.stored > 0) records.inc({ ...who, error_type: '' }, attempt.stored)
      for (const [code, count] of Object.entries(attempt.failed))
        records.inc({ ...who, error_type: code }, count)
    })
    const { sources } = this
    for (const row of METRICS) addRow(client, registers, prefix, row, sources)
    new client.Gauge({
      name: prefix + OF_ATTEMPTS.up,
      help: '1 if the producer answered; 0 if its counters are those of an earlier answer',
      labelNames: WHO,
      aggregator: 'min',
      registers,
      async collect() {
        const all = await sources.collect()
        this.reset()
        for (const source of all) this.set(whoIs(source), Number(source.isUp))
      }
    })
  }
}

function addRow(
  client: Client,
  registers: Registry[],
  prefix: string,
  row: MetricRow,
  sources: Sources
): void {
  const shared = {
    name: prefix + prometheusName(row),
    help: row.help,
    labelNames: [...WHO, ...(row.labels ?? [])],
    aggregator: row.aggregator ?? 'sum',
    registers
  } as const
  const fill = async (metric: { reset(): void; inc: Gauge['inc'] }) => {
    const all = await sources.collect()
    // What was collected before goes, and with it a producer that was taken out.
    metric.reset()
    for (const source of all) {
      if (source.stats === undefined) continue
      for (const { value, labels } of row.read(source.stats))
        metric.inc({ ...whoIs(source), ...labels }, value)
    }
  }
  if (row.kind === 'counter') {
    new client.Counter({
      ...shared,
      async collect() {
        await fill(this)
      }
    })
  } else {
    new client.Gauge({
      ...shared,
      async collect() {
        await fill(this)
      }
    })
  }
}

function whoIs(source: Source): { readonly producer: string; readonly stream: string } {
  return { producer: source.name, stream: source.stats?.streamName ?? '' }
}

function isClient(exports: unknown): exports is Client {
  return hasExports(exports, ['register', 'Counter', 'Gauge', 'Histogram'])
}

function isCollector(value: unknown): value is Pick<Collector, 'sources' | 'names'> {
  return typeof value === 'object' && value !== null
}
