/** The public entry `@dis-logs/core/worker`: for applications and adapters that keep the work out of their own thread. */
import type { PlainDisOptions } from './options/options.ts'
import { validateOptions } from './options/validate.ts'
import type { Producer } from './producer.ts'
import { WorkerProducer } from './worker/worker-producer.ts'

/**
 * Creates a producer that runs in a worker thread, with the interface of `createProducer`. The caller's thread pays for one
 * copy of each line. Counters are up to 200 ms old; what is published on `dis-logs:*` comes a moment later.
 *
 * Where there can be no thread, as in a bundle without its file, or if it dies, a producer in the caller's thread takes its
 * place, with a warning `WORKER`; no line is lost that the thread had not taken.
 * @throws DisConfigError if the options cannot work, or cannot cross into a thread because they hold a function
 */
export function createWorkerProducer(options: PlainDisOptions = {}): Producer {
  validateOptions(options, { mayHoldFunctions: false })
  return new WorkerProducer(options)
}
