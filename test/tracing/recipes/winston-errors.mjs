import winston from 'winston'
import { DisTransport } from 'winston-dis'

/** JSON knows only the fields that somebody assigned to an Error. This adds its own, also where it is nested. */
function withErrors(_key, value) {
  if (typeof value === 'bigint') return String(value)
  if (!(value instanceof Error)) return value
  const { name, message, stack, cause } = value
  // An error inside of it becomes text, because two errors may hold each other.
  const fields = Object.entries({ name, message, stack, cause, ...value })
  return Object.fromEntries(fields.map(([key, field]) => [key, field instanceof Error ? field.stack : field]))
}

const { combine, errors, json } = winston.format

export const logger = winston.createLogger({
  format: combine(errors({ stack: true, cause: true }), json({ replacer: withErrors })),
  transports: [new DisTransport({ streamName: 'app-logs' })]
})
