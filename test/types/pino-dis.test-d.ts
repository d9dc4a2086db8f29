/** `pino-dis`. */
import * as core from '@dis-logs/core'
import { expectTypeOf } from 'expect-type'
import pino from 'pino'
import pinoDis, {
  type DisOptions,
  type DisStream,
  type DisStreamEvents,
  type DroppedEvent,
  disOptions,
  disStream,
  type FlushReport,
  flushOf,
  type PlainDisOptions,
  type RejectedEvent,
  relayChannels,
  type Stats,
  statsOf,
  type Transport,
  type WarningEvent
} from 'pino-dis'

// In pino's worker

const options = disOptions({ region: 'cn-north-4', streamName: 'app-logs' })
expectTypeOf(options).toEqualTypeOf<PlainDisOptions>()
// @ts-expect-error: a function cannot cross into a worker
disOptions({ partitionKey: () => 'tenant' })
pino({ transport: { target: 'pino-dis', options } })
const transport = pino.transport<PlainDisOptions>({ target: 'pino-dis', options })
pino(transport)
expectTypeOf(statsOf(transport)).toEqualTypeOf<Promise<Stats>>()
expectTypeOf(statsOf(transport, 1, { timeoutMs: 1_000 })).toEqualTypeOf<Promise<Stats>>()
expectTypeOf(flushOf(transport, { timeoutMs: 1_000 })).toEqualTypeOf<Promise<FlushReport>>()
expectTypeOf(transport).toExtend<Transport>()
expectTypeOf<typeof pinoDis>().toEqualTypeOf<(options: DisOptions) => DisStream>()

// In the application's thread

const stream = disStream({ partitionKey: (line) => line.slice(0, 8) })
expectTypeOf(stream).toEqualTypeOf<DisStream>()
expectTypeOf(stream).toExtend<pino.DestinationStream>()
const logger = pino({ level: 'debug' }, stream)
logger.info({ tenant: 'a' }, 'order accepted')
expectTypeOf(stream.flush()).toEqualTypeOf<Promise<FlushReport>>()
stream.flush((error) => expectTypeOf(error).toEqualTypeOf<Error | null | undefined>())
expectTypeOf(stream.stats()).toEqualTypeOf<Stats>()
expectTypeOf(statsOf(stream)).toEqualTypeOf<Promise<Stats>>()
expectTypeOf(flushOf(stream)).toEqualTypeOf<Promise<FlushReport>>()
stream.on('dis:rejected', (event) => expectTypeOf(event).toEqualTypeOf<RejectedEvent>())
stream.on('dis:dropped', (event) => expectTypeOf(event).toEqualTypeOf<DroppedEvent>())
stream.on('dis:warning', (event) => expectTypeOf(event).toEqualTypeOf<WarningEvent>())
stream.on('dis:stats', (stats) => expectTypeOf(stats).toEqualTypeOf<Stats>())
stream.on('close', () => {})
expectTypeOf<keyof DisStreamEvents>().toEqualTypeOf<
  'dis:rejected' | 'dis:dropped' | 'dis:stats' | 'dis:warning'
>()

// The same types as those of core

expectTypeOf<DisOptions>().toEqualTypeOf<core.DisOptions>()
expectTypeOf(relayChannels).toEqualTypeOf(core.relayChannels)
