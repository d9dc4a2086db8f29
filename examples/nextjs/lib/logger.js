import pino from 'pino'
import { disOptions } from 'pino-dis'

function createLogger() {
  const options = disOptions({ partitionKey: ['tenant', 'hostname'] })
  return pino(pino.transport({ target: 'pino-dis', options }))
}

// One for the process. Next loads this module again for some routes, and at each change in development.
globalThis.logger ??= createLogger()

export const logger = globalThis.logger
