/** Events from pino's worker to the main thread. */
import { parentPort } from 'node:worker_threads'
import { type DisStream, eventNames } from './stream.ts'

/** Sends each event of the stream to the main thread, where thread-stream emits it under the same name. */
export function forwardEvents(stream: DisStream): void {
  for (const name of eventNames) {
    stream.on(name, (event) => parentPort?.postMessage({ code: 'EVENT', name, args: [event] }))
  }
}
