export { LocalDisOptionError } from './checks.ts'
export type { ActionName, Fault, FaultAim, FaultKind, RecordAim } from './fault-types.ts'
export type { FaultState } from './faults.ts'
export { type CreateLocalDisOptions, createLocalDis, type LocalDis } from './local-dis.ts'
export type {
  AccessKey,
  AuthOptions,
  LimitOptions,
  LimitsOption,
  StreamOptions,
  StreamType
} from './options.ts'
export type { LocalDisOptions } from './server.ts'
export type { LocalDisStats, RecordCounts, StreamCounts } from './stats.ts'
export type { ReceivedRecord } from './store.ts'
export type { AuthControl, FaultControl } from './thread-messages.ts'
