import { createProducer } from '@dis-logs/core'
import { instrument } from '@dis-logs/core/otel'
import type { LocalDis } from '@dis-logs/local'
import { SpanKind, SpanStatusCode } from '@opentelemetry/api'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader
} from '@opentelemetry/sdk-metrics'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { METRICS } from '../../packages/core/src/metrics/table.ts'
import { KINDS, optionsFor, STREAM, serve } from './loggers.ts'

let dis: LocalDis
afterEach(() => dis.close())

/** The SDK of an application, with what it has exported. */
function sdk() {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })
  const meterProvider = new MeterProvider({ readers: [reader] })
  const spans = new InMemorySpanExporter()
  const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] })
  onTestFinished(() => meterProvider.shutdown())
  return {
    meterProvider,
    tracerProvider,
    spans: () => spans.getFinishedSpans(),
    /** Name → points, collected now. */
    collect: async () => {
      exporter.reset()
      await meterProvider.forceFlush()
      const scopes = exporter.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics)
      const all = scopes.flatMap(({ metrics }) => metrics)
      return {
        names: all.map(({ descriptor }) => descriptor.name),
        points: (name: string) =>
          all
            .filter(({ descriptor }) => descriptor.name === name)
            .flatMap(({ dataPoints }) => dataPoints.map(({ attributes, value }) => ({ attributes, value })))
      }
    }
  }
}

describe.each(KINDS)('with the SDK, of a producer in %s', (_, make) => {
  it("gives the conventions' metrics, the queue's own, and a span for each request", async () => {
    dis = await serve({ kind: 'error', status: 503, code: 'DIS.5000', message: 'busy', times: 1 })
    const { meterProvider, tracerProvider, collect, spans } = sdk()
    const logger = make(optionsFor(dis))
    const stop = instrument(logger.source, { meterProvider, tracerProvider, name: 'web' })
    for (let n = 0; n < 20; n++) logger.log(n)
    await logger.flush()
    const who = {
      'messaging.system': 'huawei_dis',
      'messaging.destination.name': STREAM,
      'messaging.client.id': 'web'
    }
    const operation = {
      ...who,
      'messaging.operation.name': 'send',
      'server.address': '127.0.0.1',
      'server.port': Number(new URL(dis.url).port)
    }
    await vi.waitFor(
      async () => {
        const { points } = await collect()
        expect(points('messaging.client.sent.messages')).toContainEqual({ attributes: operation, value: 20 })
      },
      { timeout: 20_000 }
    )
    const { names, points } = await collect()
    const failed = { ...operation, 'error.type': 'DIS.5000' }
    const sentTwice = points('messaging.client.sent.messages').find(
      ({ attributes }) => 'error.type' in attributes
    )
    expect(sentTwice?.attributes).toEqual(failed)
    const durations = points('messaging.client.operation.duration')
    expect(durations).toContainEqual({ attributes: failed, value: expect.objectContaining({ count: 1 }) })
    for (const { value } of durations) {
      expect(value).toMatchObject({ buckets: { boundaries: expect.arrayContaining([0.005, 10]) } })
    }
    for (const { name } of METRICS.filter(({ name }) => name !== 'partition.limit'))
      expect(names).toContain(`dis_logs.${name}`)
    expect(points('dis_logs.lines.delivered')).toEqual([{ attributes: who, value: 20 }])
    expect(points('dis_logs.lines.buffered')).toEqual([{ attributes: who, value: 0 }])
    expect(points('dis_logs.up')).toEqual([{ attributes: who, value: 1 }])
    expect(points('dis_logs.lines.dropped')).toContainEqual({
      attributes: { ...who, 'error.type': 'buffer-full' },
      value: 0
    })
    const stored = points('dis_logs.partition.records').filter(
      ({ attributes }) => attributes['dis_logs.outcome'] === 'delivered'
    )
    expect(stored.map(({ attributes }) => attributes['messaging.destination.partition.id'])).toContainEqual(
      expect.stringMatching(/^shardId-/)
    )
    expect(stored.reduce((sum, { value }) => sum + Number(value), 0)).toBe(20)

    expect(spans().map(({ name, kind, status }) => [name, kind, status.code])).toEqual(
      expect.arrayContaining([
        [`send ${STREAM}`, SpanKind.CLIENT, SpanStatusCode.ERROR],
        [`send ${STREAM}`, SpanKind.CLIENT, SpanStatusCode.UNSET]
      ])
    )
    const error = spans().find(({ status }) => status.code === SpanStatusCode.ERROR)
    expect(error?.attributes).toMatchObject({ ...failed, 'messaging.operation.type': 'send' })
    for (const { startTime, parentSpanContext } of spans()) {
      expect(Math.abs(Date.now() / 1_000 - startTime[0])).toBeLessThan(60)
      expect(parentSpanContext).toBeUndefined()
    }
    const before = spans().length
    stop()
    logger.log(20)
    await logger.flush()
    await logger.end()
    expect(spans().length).toBe(before)
    // The SDK keeps what it was told last.
    expect((await collect()).points('dis_logs.lines.delivered')).toEqual([{ attributes: who, value: 20 }])
  })
})

describe('two producers', () => {
  it('are told apart by their id, and may not have one name', async () => {
    dis = await serve()
    const { meterProvider, tracerProvider, collect } = sdk()
    const producers = [createProducer(optionsFor(dis)), createProducer(optionsFor(dis))]
    for (const producer of producers) instrument(producer, { meterProvider, tracerProvider })
    for (const producer of producers) producer.write('a')
    await Promise.all(producers.map((producer) => producer.flush()))
    const { points } = await collect()
    const ids = points('dis_logs.lines.delivered').map(({ attributes }) => attributes['messaging.client.id'])
    expect(ids).toEqual(producers.map((producer) => producer.stats().producerId))
    const sent = points('messaging.client.sent.messages').map(
      ({ attributes }) => attributes['messaging.client.id']
    )
    expect(sent.toSorted()).toEqual(ids.toSorted())
    const [first] = ids
    const again = () =>
      instrument(producers[1] ?? (() => Promise.reject()), { meterProvider, name: String(first) })
    expect(again).toThrow('give each its own name')
    await Promise.all(producers.map((producer) => producer.close()))
  })
})
