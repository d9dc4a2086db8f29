/** pino-dis: a pino transport that ships every log line to Huawei Cloud DIS. */
import type { DisOptions } from '@dis-logs/core'
import { type DisStream, disStream } from './stream.ts'
import { forwardEvents } from './worker.ts'

export type {
  DisOptions,
  DroppedEvent,
  FlushReport,
  RejectedEvent,
  Stats,
  WarningEvent
} from '@dis-logs/core'
export { type DisStream, type DisStreamEvents, disStream } from './stream.ts'

/**
 * The transport target: `pino({ transport: { target: 'pino-dis', options } })`. pino calls this in its
 * worker thread; events appear on the transport in the main thread as `dis:rejected`, `dis:dropped`,
 * `dis:stats` and `dis:warning`.
 * @throws DisConfigError if the options cannot work; pino reports it as the transport's `error` event
 */
export default function pinoDis(options: DisOptions): DisStream {
  const { $context, pinoWillSendConfig: _, ...own }: DisOptions & FromPino = options
  const stream = disStream(own)
  // thread-stream adds its context to the options: a sign that this is its worker and not a plain call.
  if ($context !== undefined) forwardEvents(stream)
  return stream
}

/** What pino and thread-stream put among the options of a transport. */
interface FromPino {
  readonly $context?: unknown
  readonly pinoWillSendConfig?: unknown
}
