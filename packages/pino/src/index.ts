/** pino-dis: a pino transport that ships every log line to Huawei Cloud DIS. */
import type { DisOptions } from '@dis-logs/core'
import { type DisStream, disStream } from './stream.ts'
import { isPinoWorker, workerStream } from './worker.ts'

export type {
  DisOptions,
  DroppedEvent,
  FlushReport,
  PlainDisOptions,
  RejectedEvent,
  Stats,
  WarningEvent
} from '@dis-logs/core'
export { relayChannels } from '@dis-logs/core'
export { flushOf, statsOf, type Transport } from './ask.ts'
export { disOptions } from './options.ts'
export { type DisStream, type DisStreamEvents, disStream } from './stream.ts'

/**
 * The transport target: `pino({ transport: { target: 'pino-dis', options } })`. pino calls this in its worker thread. The
 * transport in the main thread emits `dis:rejected`, `dis:dropped`, `dis:stats` and `dis:warning`.
 * @throws DisConfigError if the options cannot work; in pino's worker an Error with its code and problems as `cause`, which is an
 * `error` event of the transport. `disOptions` finds a mistake earlier
 */
export default function pinoDis(options: DisOptions): DisStream {
  const { $context, pinoWillSendConfig: _, ...own }: DisOptions & FromPino = options
  // thread-stream adds its context to the options of what it loads itself.
  return isPinoWorker ? workerStream(own, $context !== undefined) : disStream(own)
}

/** The fields that pino and thread-stream add to the options of a transport. */
interface FromPino {
  readonly $context?: unknown
  readonly pinoWillSendConfig?: unknown
}
