/** winston-dis: a winston transport that ships every log line to Huawei Cloud DIS. */
export type {
  DisOptions,
  DroppedEvent,
  FlushReport,
  RejectedEvent,
  Stats,
  WarningEvent
} from '@dis-logs/core'
export { DisTransport, type DisTransportOptions } from './transport.ts'
