export type { AccessKeys, AuthToken, Credentials, SigningScheme } from './auth/identity.ts'
export { type CredentialFacts, type CursorPosition, createClient, type DisClient } from './client.ts'
export {
  type ConfigProblem,
  type CredentialsReason,
  DisConfigError,
  DisCredentialsError,
  DisError,
  type DisErrorCode,
  DisRequestError
} from './errors.ts'
export {
  type AttemptMessage,
  channels,
  type DroppedEvent,
  type DropReason,
  type ProducerEvents,
  type RejectedEvent,
  type WarningEvent
} from './events.ts'
export { type ConfigValue, type Inspection, inspectConfiguration, type Knock } from './inspection.ts'
export type { CredentialsOption, DisOptions, IamCredentials } from './options.ts'
export { createProducer, type Producer } from './producer.ts'
export type { OverflowPolicy } from './queue/overflow.ts'
export {
  inspectSpool,
  type SpoolInspection,
  type SpoolOwner,
  type SpoolPart,
  type SpoolRoute
} from './spool/inspect-spool.ts'
export type { SpoolTarget } from './spool/segment-head.ts'
export type { FlushReport, Stats } from './stats.ts'
export { validateOptions } from './validate.ts'
export type { DisRecord, PartitionInfo, RecordsPage, StreamInfo } from './wire/reading.ts'
