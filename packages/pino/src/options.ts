/** Options for a target in pino's worker, checked in the main thread. */
import { DisConfigError, type DisOptions, validateOptions } from '@dis-logs/core'

/**
 * Checks options where they are written, and returns them: `{ target: 'pino-dis', options: disOptions({ … }) }`. Without it a
 * mistake is found in pino's worker, and is an `error` event later. Makes the folders that the options name.
 * @throws DisConfigError if they cannot work, or cannot cross into a thread
 */
export function disOptions(options: DisOptions): DisOptions {
  refuseFunctions(options)
  validateOptions(options)
  return options
}

function refuseFunctions(options: object, path = ''): void {
  for (const [name, value] of Object.entries(options)) {
    if (typeof value === 'function') {
      const cure =
        'a function cannot cross into the worker: use a plain value, or pino(disStream(options)) without a worker'
      throw new DisConfigError([{ option: `${path}${name}`, given: 'a function', cure }])
    }
    if (typeof value === 'object' && value !== null) refuseFunctions(value, `${path}${name}.`)
  }
}
