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
 * The transport target: `pino({ transport: { target: 'pino-dis', options } })`. pino calls this in its worker thread. The
 * transport in the main thread emits `dis:rejected`, `dis:dropped`, `dis:stats` and `dis:warning`.
 * @throws DisConfigError if the options cannot work. pino reports it as the transport's `error` event
 */
export default function pinoDis(options: DisOptions): DisStream {
  const { $context, pinoWillSendConfig: _, ...own }: DisOptions & FromPino = options
  const stream = disStream(own)
  // thread-stream adds its context to the options. So with a context this runs in its worker, and not in a plain call.
  if ($context !== undefined) forwardEvents(stream)
  return stream
}

/** The fields that pino and thread-stream add to the options of a transport. */
interface FromPino {
  readonly $context?: unknown
  readonly pinoWillSendConfig?: unknown
}
