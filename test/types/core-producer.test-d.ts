/** `@dis-logs/core`, the producer: its options, its promises and its events. */
import {
  type AccessKeys,
  type AttemptMessage,
  type AuthToken,
  type Credentials,
  type CredentialsOption,
  channels,
  createProducer,
  createRoutedProducer,
  type DisOptions,
  type DroppedEvent,
  type DropReason,
  type FlushReport,
  type Forward,
  type ForwardedEvents,
  forwardEvents,
  type IamCredentials,
  type OverflowPolicy,
  offerChannels,
  type PlainDisOptions,
  type Producer,
  type ProducerEvents,
  type RejectedEvent,
  type Route,
  type RoutedProducer,
  relayChannels,
  relayChannelsNow,
  type SigningScheme,
  type Stats,
  textOf,
  validateOptions,
  type WarningEvent
} from '@dis-logs/core'
import { expectTypeOf } from 'expect-type'

// A producer

const producer = createProducer({ region: 'cn-north-4', streamName: 'app-logs' })
expectTypeOf(producer).toEqualTypeOf<Producer>()
expectTypeOf(createProducer).toBeCallableWith()
expectTypeOf(producer.write('a line')).toEqualTypeOf<boolean>()
expectTypeOf(producer.write(new Uint8Array())).toEqualTypeOf<boolean>()
expectTypeOf(producer.writeLines('two\nlines\n')).toEqualTypeOf<boolean>()
// @ts-expect-error: bytes are one line
producer.writeLines(new Uint8Array())
expectTypeOf(producer.flush()).toEqualTypeOf<Promise<FlushReport>>()
expectTypeOf(producer.flush({ timeoutMs: 1_000 })).toEqualTypeOf<Promise<FlushReport>>()
expectTypeOf(producer.close({ timeoutMs: undefined })).toEqualTypeOf<Promise<FlushReport>>()
expectTypeOf(producer.stats()).toEqualTypeOf<Stats>()
expectTypeOf(producer.drop('a line', 'format', new Error('why'))).toEqualTypeOf<void>()
expectTypeOf(producer.warn('CODE', 'message')).toEqualTypeOf<void>()
// @ts-expect-error: an object is not a line
producer.write({ msg: 'a line' })
// @ts-expect-error: no such reason
producer.drop('a line', 'because')

const routed = createRoutedProducer({ streamName: 'app-logs' })
expectTypeOf(routed).toEqualTypeOf<RoutedProducer>()
expectTypeOf<RoutedProducer>().toExtend<Producer>()
expectTypeOf(routed.writeTo({ partitionKey: 'tenant' }, 'a line')).toEqualTypeOf<boolean>()
// @ts-expect-error: a spool keeps no routes
createRoutedProducer({ spool: { dir: '/var/spool' } })

const routes: Route[] = [
  { partitionId: 'shardId-0000000000' },
  { explicitHashKey: '0' },
  { partitionKey: 'tenant' },
  { spread: true }
]
expectTypeOf(routes).items.toEqualTypeOf<Route>()
expectTypeOf<{ readonly tenant: string }>().not.toExtend<Route>()

// Events

producer.on('rejected', (event) => expectTypeOf(event).toEqualTypeOf<RejectedEvent>())
producer.on('dropped', (event) => expectTypeOf(event).toEqualTypeOf<DroppedEvent>())
producer.on('warning', (event) => expectTypeOf(event).toEqualTypeOf<WarningEvent>())
producer.on('stats', (stats) => expectTypeOf(stats).toEqualTypeOf<Stats>())
producer.once('drain', (...nothing) => expectTypeOf(nothing).toEqualTypeOf<[]>())
expectTypeOf<keyof ProducerEvents>().toEqualTypeOf<'drain' | 'rejected' | 'dropped' | 'warning' | 'stats'>()
expectTypeOf<RejectedEvent['code']>().toEqualTypeOf<string>()
expectTypeOf<RejectedEvent['partitionKey']>().toEqualTypeOf<string | null>()
expectTypeOf<DroppedEvent['reason']>().toEqualTypeOf<DropReason>()
expectTypeOf<keyof WarningEvent>().toEqualTypeOf<'code' | 'message' | 'cure'>()
expectTypeOf<DropReason>().toEqualTypeOf<
  'buffer-full' | 'spool-full' | 'spool-damaged' | 'closing' | 'closed' | 'format' | 'worker'
>()
expectTypeOf<FlushReport>().toEqualTypeOf<
  Readonly<Record<'delivered' | 'rejected' | 'dropped' | 'spooled' | 'pending', number>>
>()
expectTypeOf<Stats>().toExtend<
  Readonly<Record<'written' | 'delivered' | 'rejected' | 'dropped' | 'spooled' | 'buffered', number>>
>()
expectTypeOf<Stats['droppedBy']>().toEqualTypeOf<Readonly<Record<DropReason, number>>>()
expectTypeOf<Stats['partitions'][number]['limitPerSecond']>().toEqualTypeOf<number | null>()

forwardEvents(producer, (name, ...event) => {
  const known: keyof ForwardedEvents = name
  const payload: readonly unknown[] = event
  void [known, payload]
})
expectTypeOf<keyof ForwardedEvents>().toEqualTypeOf<Exclude<keyof ProducerEvents, 'drain'>>()
expectTypeOf(forwardEvents).parameter(1).toEqualTypeOf<Forward>()

// Channels

channels.attempt.subscribe((message) => expectTypeOf(message).toEqualTypeOf<unknown>())
expectTypeOf<keyof typeof channels>().toEqualTypeOf<'attempt' | 'rejected' | 'dropped' | 'warning'>()
expectTypeOf<AttemptMessage['durationMs']>().toEqualTypeOf<number>()
expectTypeOf<AttemptMessage['failed']>().toEqualTypeOf<Readonly<Record<string, number>>>()
expectTypeOf(relayChannels).toEqualTypeOf<() => void>()
expectTypeOf(relayChannelsNow).toEqualTypeOf<() => void>()
expectTypeOf(offerChannels).toEqualTypeOf<() => (isEnd: boolean) => void>()
expectTypeOf(textOf).toEqualTypeOf<(value: unknown) => string>()

// Options

expectTypeOf(validateOptions).returns.toEqualTypeOf<void>()
validateOptions({ partitionKey: () => 'tenant' }, { mayHoldFunctions: true })
expectTypeOf<DisOptions['partitionKey']>().toEqualTypeOf<
  string | readonly string[] | null | ((line: string) => string | undefined) | undefined
>()
expectTypeOf<DisOptions['credentials']>().toEqualTypeOf<CredentialsOption | undefined>()
expectTypeOf<DisOptions['signing']>().toEqualTypeOf<SigningScheme | undefined>()
expectTypeOf<NonNullable<DisOptions['buffer']>['onFull']>().toEqualTypeOf<OverflowPolicy | undefined>()
expectTypeOf<SigningScheme>().toEqualTypeOf<'sdk' | 'dis' | 'derived'>()
expectTypeOf<OverflowPolicy>().toEqualTypeOf<'block' | 'dropOldest' | 'dropNewest' | 'spool'>()
const most: DisOptions = {
  aggregate: { maxBytes: 100_000 },
  batch: { maxRecords: 500, lingerMs: 100 },
  buffer: { maxBytes: 2 ** 26, onFull: 'spool' },
  concurrency: { max: 4 },
  deadLetter: { path: 'dead-letters.ndjson' },
  lineId: true,
  retry: { maxAttempts: 3, maxAgeMs: null },
  spool: { dir: '/var/spool', mode: 'always', fsync: 'interval' },
  wire: { format: 'protobuf', compression: 'zstd' }
}
createProducer(most)
// @ts-expect-error: no such policy
createProducer({ buffer: { onFull: 'forget' } })
// @ts-expect-error: no such option
createProducer({ stream: 'app-logs' })

expectTypeOf<PlainDisOptions>().toExtend<DisOptions>()
expectTypeOf<DisOptions>().not.toExtend<PlainDisOptions>()
// @ts-expect-error: a function cannot cross into a worker
const plain: PlainDisOptions = { credentials: () => ({ token: 'T' }) }
void plain

// Credentials

expectTypeOf<Credentials>().toEqualTypeOf<AccessKeys | AuthToken>()
const iam: IamCredentials = { domainName: 'company', userName: 'shipper', password: 'secret' }
const ways: CredentialsOption[] = [
  { accessKey: 'AK', secretKey: 'SK', securityToken: 'ST' },
  { token: 'T' },
  { iam },
  { profile: true },
  { profile: { file: 'credentials', section: 'logs' } },
  { metadata: true },
  () => ({ token: 'T' }),
  async () => ({ accessKey: 'AK', secretKey: 'SK' })
]
expectTypeOf(ways).items.toEqualTypeOf<CredentialsOption>()
// @ts-expect-error: half a key
const half: AccessKeys = { accessKey: 'AK' }
void half
