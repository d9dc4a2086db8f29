import pino from 'pino'
import { disOptions } from 'pino-dis'

/** The logger of the application, and its transport. The tests make their own, for a service of their own. */
export function createLogger(options = {}) {
  const dis = pino.transport({
    target: 'pino-dis',
    options: disOptions({ partitionKey: ['tenant', 'hostname'], ...options })
  })
  return { dis, logger: pino({ redact: ['card'] }, dis) }
}
