export type { AccessKeys, AuthToken, Credentials, SigningScheme } from './auth/identity.ts'
export {
  type ConfigProblem,
  type CredentialsReason,
  DisConfigError,
  DisCredentialsError,
  DisError,
  type DisErrorCode,
  DisRequestError
} from './errors.ts'
export { type Forward, type ForwardedEvents, forwardEvents } from './forward-events.ts'
export {
  type ConfigValue,
  type EndpointProbe,
  type Inspection,
  inspectConfiguration
} from './options/inspection.ts'
export type { CredentialsOption, DisOptions, IamCredentials, PlainDisOptions } from './options/options.ts'
export { validateOptions } from './options/validate.ts'
export { createProducer, createRoutedProducer, type Producer, type RoutedProducer } from './producer.ts'
export type { OverflowPolicy } from './queue/buffer-limit.ts'
export type { DisRecord, PartitionInfo, RecordsPage, StreamInfo } from './reader/answers.ts'
export { type CredentialFacts, createClient, type DisClient } from './reader/client.ts'
export type { ConsumerState, TransferTask, TransferTaskDetails } from './reader/operator-answers.ts'
export type { CursorPosition } from './reader/position.ts'
export { textOf } from './record/line-text.ts'
export type { Route } from './record/route.ts'
export { renderCure } from './report/cure.ts'
export { cureOf } from './report/diagnoses.ts'
export {
  type AttemptMessage,
  channels,
  type DroppedEvent,
  type DropReason,
  type ProducerEvents,
  type RejectedEvent,
  type WarningEvent
} from './report/events.ts'
export { printable } from './report/printable.ts'
export type { FlushReport, Stats } from './report/stats.ts'
export {
  inspectSpool,
  type SpoolInspection,
  type SpoolOwner,
  type SpoolPart,
  type SpoolRoute
} from './spool/inspect-spool.ts'
export type { SpoolTarget } from './spool/segment-head.ts'
export { offerChannels, relayChannels, relayChannelsNow } from './worker/channel-relay.ts'
