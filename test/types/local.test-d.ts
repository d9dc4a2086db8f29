/** `@dis-logs/local`. */
import {
  type AccessKey,
  type ActionName,
  type AuthControl,
  type AuthOptions,
  type CreateLocalDisOptions,
  createLocalDis,
  type Fault,
  type FaultAim,
  type FaultControl,
  type FaultKind,
  type FaultState,
  type LimitOptions,
  type LimitsOption,
  type LocalDis,
  LocalDisOptionError,
  type LocalDisOptions,
  type LocalDisStats,
  type ReceivedRecord,
  type RecordAim,
  type RecordCounts,
  type StreamCounts,
  type StreamOptions,
  type StreamType
} from '@dis-logs/local'
import { expectTypeOf } from 'expect-type'

// Options

const key: AccessKey = { accessKey: 'AK', secretKey: 'SK', expiresAt: new Date(0) }
const auth: AuthOptions = { keys: [key], tokens: ['T'], style: 'gateway' }
const stream: StreamOptions = { name: 'app-logs', partitions: 3, type: 'COMMON' }
const limits: LimitOptions = { recordsPerSecond: 1_000, burstMs: 100 }
const options: CreateLocalDisOptions = { port: 0, auth, streams: [stream], limits, unref: true }
expectTypeOf<CreateLocalDisOptions>().toExtend<LocalDisOptions>()
expectTypeOf<StreamType>().toEqualTypeOf<'COMMON' | 'ADVANCED'>()
expectTypeOf<LimitsOption>().toEqualTypeOf<boolean | LimitOptions>()
// @ts-expect-error: a stream has a name
createLocalDis({ streams: [{ partitions: 1 }] })

// The server

expectTypeOf(createLocalDis(options)).toEqualTypeOf<Promise<LocalDis>>()
expectTypeOf(createLocalDis).toBeCallableWith()
declare const dis: LocalDis
expectTypeOf(dis.url).toEqualTypeOf<string>()
expectTypeOf(dis.viewerUrl).toEqualTypeOf<string | undefined>()
expectTypeOf(dis.records('app-logs')).resolves.toEqualTypeOf<ReceivedRecord[]>()
expectTypeOf(dis.takeRecords('app-logs')).resolves.toEqualTypeOf<ReceivedRecord[]>()
expectTypeOf(dis.setLimits(true)).toEqualTypeOf<Promise<void>>()
expectTypeOf(dis.close()).toEqualTypeOf<Promise<void>>()
expectTypeOf<ReceivedRecord['data']>().toEqualTypeOf<Buffer>()
expectTypeOf<ReceivedRecord['partitionKey']>().toEqualTypeOf<string | undefined>()
expectTypeOf(dis.auth).toEqualTypeOf<AuthControl>()
expectTypeOf(dis.auth.addKey(key)).toEqualTypeOf<Promise<void>>()

// What it counts

expectTypeOf(dis.stats()).resolves.toEqualTypeOf<LocalDisStats>()
expectTypeOf<LocalDisStats['streams']>().toEqualTypeOf<Readonly<Record<string, StreamCounts>>>()
expectTypeOf<StreamCounts['partitions']>().toEqualTypeOf<Readonly<Record<string, RecordCounts>>>()
expectTypeOf<LocalDisStats>().toExtend<RecordCounts>()
expectTypeOf<LocalDisStats['faults']>().toEqualTypeOf<Readonly<Partial<Record<FaultKind, number>>>>()

// Faults

const aim: FaultAim = { action: 'SendRecords', stream: 'app-logs', times: 2 }
const records: RecordAim = { records: 1, match: 'tenant-a' }
const faults: Fault[] = [
  { kind: 'throttle', ...aim, ...records },
  { kind: '429', retryAfter: 1 },
  { kind: 'slow', delayMs: 100 },
  { kind: 'error', status: 400, code: 'DIS.4201' },
  { kind: 'reset-after', probability: 0.5 }
]
expectTypeOf(dis.faults).toEqualTypeOf<FaultControl>()
for (const fault of faults) expectTypeOf(dis.faults.add(fault)).toEqualTypeOf<Promise<void>>()
expectTypeOf(dis.faults.list()).resolves.toEqualTypeOf<FaultState[]>()
expectTypeOf<FaultState['fault']>().toEqualTypeOf<Fault>()
expectTypeOf<'GetRecords'>().toExtend<ActionName>()
// @ts-expect-error: how slow?
dis.faults.add({ kind: 'slow' })
// @ts-expect-error: no such action
dis.faults.add({ kind: 'empty', action: 'PutRecords' })

declare const error: unknown
if (error instanceof LocalDisOptionError) expectTypeOf(error.option).toEqualTypeOf<string>()
