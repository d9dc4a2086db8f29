/** `winston-dis`. */
import type * as core from '@dis-logs/core'
import { expectTypeOf } from 'expect-type'
import winston from 'winston'
import {
  type DisOptions,
  DisTransport,
  type DisTransportOptions,
  type DroppedEvent,
  type FlushReport,
  type RejectedEvent,
  type Stats,
  type WarningEvent
} from 'winston-dis'

const transport = new DisTransport({ streamName: 'app-logs', level: 'info', handleExceptions: true })
const logger = winston.createLogger({ transports: [transport], format: winston.format.json() })
logger.info('order accepted', { tenant: 'a' })
logger.add(new DisTransport({ format: winston.format.simple(), silent: true }))
expectTypeOf(transport).toExtend<winston.transport>()
expectTypeOf(transport.flush()).toEqualTypeOf<Promise<FlushReport>>()
expectTypeOf(transport.flush({ timeoutMs: 1_000 })).toEqualTypeOf<Promise<FlushReport>>()
expectTypeOf(transport.stats()).toEqualTypeOf<Stats>()
expectTypeOf(DisTransport).toBeConstructibleWith()

// Functions only without a worker

const inProcess: DisTransportOptions = { worker: false, partitionKey: () => 'tenant' }
expectTypeOf(new DisTransport(inProcess)).toEqualTypeOf<DisTransport>()
// @ts-expect-error: a function cannot cross into a worker
new DisTransport({ partitionKey: () => 'tenant' })
// @ts-expect-error: nor if it is said
new DisTransport({ worker: true, credentials: () => ({ token: 'T' }) })
// @ts-expect-error: the transport has a log of its own
new DisTransport({ log: () => {} })

// Events are those of any emitter, and their payloads those of core

transport.on('rejected', (event: RejectedEvent) => expectTypeOf(event.code).toEqualTypeOf<string>())
transport.on('dropped', (event: DroppedEvent) => expectTypeOf(event.lines).toEqualTypeOf<number>())
transport.on('warning', (event: WarningEvent) => expectTypeOf(event.cure).toEqualTypeOf<string>())
transport.on('stats', (stats: Stats) => expectTypeOf(stats.written).toEqualTypeOf<number>())
expectTypeOf<DisOptions>().toEqualTypeOf<core.DisOptions>()
