/** The public entry `@dis-logs/core/otel`: a producer's metrics, and a span for each request, through `@opentelemetry/api`. */
import type { Attributes, Meter, MeterProvider, Observable, Tracer, TracerProvider } from '@opentelemetry/api'
import { hasExports, loadPeer } from './metrics/peer.ts'
import { type Source, Sources, type StatsSource } from './metrics/sources.ts'
import { DURATION_BOUNDS, METRICS, type MetricRow, type OwnLabel } from './metrics/table.ts'
import type { AttemptMessage } from './report/events.ts'

export type { StatsSource } from './metrics/sources.ts'

type Api = typeof import('@opentelemetry/api')

export interface OtelOptions {
  /** Value of `messaging.client.id`. @default the producer's id, as `0.1` for the first one of the main thread */
  readonly name?: string
  /** @default the application's, as it stands when this is called: so call it after the SDK is started */
  readonly meterProvider?: MeterProvider
  /** @default the application's; without one there are no spans */
  readonly tracerProvider?: TracerProvider
}

const SCOPE = '@dis-logs/core'
const ATTRIBUTE: Readonly<Record<OwnLabel, string>> = {
  reason: 'error.type',
  partition: 'messaging.destination.partition.id',
  outcome: 'dis_logs.outcome'
}

/**
 * Observes a producer. It is asked when metrics are collected; nothing is done for a log line. Several producers share the
 * instruments, and `messaging.client.id` tells them apart.
 * @returns ends that
 * @throws Error if `@opentelemetry/api` is missing, or another producer has this name
 */
export function instrument(source: StatsSource, options: OtelOptions = {}): () => void {
  const api = loadPeer('@opentelemetry/api', isApi)
  const { meterProvider = api.metrics.getMeterProvider(), tracerProvider = api.trace.getTracerProvider() } =
    options
  const known = observers.get(meterProvider)
  const observer = known ?? new Observer(api, meterProvider.getMeter(SCOPE), tracerProvider.getTracer(SCOPE))
  const added = observer.sources.add(source, options.name)
  observers.set(meterProvider, observer)
  return () => observer.sources.remove(added)
}

const observers = new WeakMap<MeterProvider, Observer>()

class Observer {
  readonly sources: Sources

  constructor(api: Api, meter: Meter, tracer: Tracer) {
    const duration = meter.createHistogram('messaging.client.operation.duration', {
      unit: 's',
      description: 'Duration of messaging operation initiated by a producer or consumer client.',
      advice: { explicitBucketBoundaries: [...DURATION_BOUNDS] }
    })
    const sent = meter.createCounter('messaging.client.sent.messages', {
      unit: '{message}',
      description: 'Number of messages producer attempted to send to the broker.'
    })
    this.sources = new Sources((attempt, source) => {
      const attributes = attributesOf(attempt, source)
      duration.record(attempt.durationMs / 1_000, { ...attributes, ...errorOf(attempt.code) })
      if (attempt.stored > 0) sent.add(attempt.stored, attributes)
      for (const [code, count] of Object.entries(attempt.failed)) {
        sent.add(count, { ...attributes, ...errorOf(code) })
      }
      span(api, tracer, attempt, attributes)
    })
    this.#observe(meter)
  }

  #observe(meter: Meter): void {
    const rows = METRICS.map((row) => ({ row, instrument: instrumentOf(meter, row) }))
    const up = meter.createObservableGauge('dis_logs.up', {
      unit: '1',
      description: '1 if the producer answered'
    })
    meter.addBatchObservableCallback(
      async (result) => {
        for (const source of await this.sources.collect()) {
          result.observe(up, Number(source.isUp), whoIs(source))
          const { stats } = source
          if (stats === undefined) continue
          for (const { row, instrument } of rows) {
            for (const { value, labels } of row.read(stats)) {
              result.observe(instrument, value, { ...whoIs(source), ...attributesIn(labels) })
            }
          }
        }
      },
      [up, ...rows.map(({ instrument }) => instrument)]
    )
  }
}

function instrumentOf(meter: Meter, { name, kind, unit, help, aggregator }: MetricRow): Observable {
  const options = { unit, description: help }
  if (kind === 'counter') return meter.createObservableCounter(`dis_logs.${name}`, options)
  // What may be added over processes, and what may not.
  if (aggregator === 'max') return meter.createObservableGauge(`dis_logs.${name}`, options)
  return meter.createObservableUpDownCounter(`dis_logs.${name}`, options)
}

/** The request as a span of its own: it carries lines of many traces. */
function span(api: Api, tracer: Tracer, attempt: AttemptMessage, attributes: Attributes): void {
  const { streamName, startedAt, durationMs, code, records, bodyBytes } = attempt
  const made = tracer.startSpan(
    `send ${streamName}`,
    {
      kind: api.SpanKind.CLIENT,
      root: true,
      startTime: startedAt,
      attributes: {
        ...attributes,
        ...errorOf(code),
        'messaging.operation.type': 'send',
        'messaging.batch.message_count': records,
        'messaging.message.body.size': bodyBytes,
        'dis_logs.outcome': attempt.outcome
      }
    },
    api.ROOT_CONTEXT
  )
  if (code !== undefined) made.setStatus({ code: api.SpanStatusCode.ERROR, message: code })
  made.end(startedAt + durationMs)
}

function attributesOf(attempt: AttemptMessage, source: Source): Attributes {
  const { hostname, port, protocol } = new URL(attempt.endpoint)
  return {
    ...whoIs(source),
    'messaging.destination.name': attempt.streamName,
    'messaging.operation.name': 'send',
    'server.address': hostname,
    'server.port': port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port)
  }
}

function whoIs(source: Source): Attributes {
  return {
    'messaging.system': 'huawei_dis',
    'messaging.destination.name': source.stats?.streamName ?? '',
    'messaging.client.id': source.name
  }
}

function errorOf(code: string | undefined): Attributes {
  return code === undefined ? {} : { 'error.type': code }
}

function attributesIn(labels: Readonly<Partial<Record<OwnLabel, string>>> = {}): Attributes {
  const attributes: Attributes = {}
  if (labels.reason !== undefined) attributes[ATTRIBUTE.reason] = labels.reason
  if (labels.partition !== undefined) attributes[ATTRIBUTE.partition] = labels.partition
  if (labels.outcome !== undefined) attributes[ATTRIBUTE.outcome] = labels.outcome
  return attributes
}

function isApi(exports: unknown): exports is Api {
  return hasExports(exports, ['metrics', 'trace', 'SpanKind', 'SpanStatusCode', 'ROOT_CONTEXT'])
}
