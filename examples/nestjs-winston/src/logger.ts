import { hostname } from 'node:os'
import { createLogger, format, transports } from 'winston'
import { DisTransport } from 'winston-dis'

const dis = new DisTransport({ partitionKey: ['tenant', 'hostname'] })
// Each has a `code`: docs/errors.md says what to do about it.
dis.on('rejected', ({ code, message, lines }) => console.error(`${lines} lines refused: ${code} ${message}`))

export const logger = createLogger({
  format: format.combine(format.errors({ stack: true }), format.timestamp(), format.json()),
  defaultMeta: { hostname: hostname() },
  transports: [dis, new transports.Console()]
})
