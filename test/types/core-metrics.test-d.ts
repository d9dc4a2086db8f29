/** `@dis-logs/core/otel`, `/prometheus` and `/worker`. */
import { createProducer, type Producer, type Stats } from '@dis-logs/core'
import { instrument, type OtelOptions, type StatsSource } from '@dis-logs/core/otel'
import {
  collectMetrics,
  type PrometheusOptions,
  type StatsSource as PrometheusSource
} from '@dis-logs/core/prometheus'
import { createWorkerProducer } from '@dis-logs/core/worker'
import { metrics, trace } from '@opentelemetry/api'
import { expectTypeOf } from 'expect-type'
import { Registry } from 'prom-client'

const producer = createWorkerProducer({ streamName: 'app-logs' })
expectTypeOf(producer).toEqualTypeOf<Producer>()
expectTypeOf(createWorkerProducer).toBeCallableWith()
// @ts-expect-error: a function cannot cross into a worker
createWorkerProducer({ partitionKey: () => 'tenant' })

const ofOtel: OtelOptions = {
  name: 'orders',
  meterProvider: metrics.getMeterProvider(),
  tracerProvider: trace.getTracerProvider()
}
expectTypeOf(instrument(producer, ofOtel)).toEqualTypeOf<() => void>()
expectTypeOf(instrument(createProducer())).toEqualTypeOf<() => void>()

const ofPrometheus: PrometheusOptions = { register: new Registry(), name: 'orders', prefix: 'app_dis_logs_' }
expectTypeOf(collectMetrics(producer, ofPrometheus)).toEqualTypeOf<() => void>()
expectTypeOf(collectMetrics(async () => producer.stats())).toEqualTypeOf<() => void>()

expectTypeOf<StatsSource>().toEqualTypeOf<PrometheusSource>()
expectTypeOf<Producer>().toExtend<StatsSource>()
expectTypeOf<() => Promise<Stats>>().toExtend<StatsSource>()
// @ts-expect-error: these are no statistics
collectMetrics(() => 'none')
