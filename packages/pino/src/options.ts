/** Options for a target in pino's worker, checked in the main thread. */
import { type PlainDisOptions, relayChannelsNow, validateOptions } from '@dis-logs/core'

/**
 * Checks options where they are written, and returns them: `{ target: 'pino-dis', options: disOptions({ … }) }`. Without it a
 * mistake is found in pino's worker, and is an `error` event later. Makes the folders that the options name.
 * @throws DisConfigError if they cannot work, or cannot cross into a thread
 */
export function disOptions(options: PlainDisOptions): PlainDisOptions {
  validateOptions(options, { mayHoldFunctions: false })
  relayChannelsNow()
  return options
}
