import { hostname } from 'node:os'
import winston from 'winston'
import { DisTransport } from 'winston-dis'

const { combine, errors, json, timestamp } = winston.format

const dis = new DisTransport({ partitionKey: ['tenant', 'hostname'] })
// Each has a `code`: docs/errors.md says what to do about it.
dis.on('rejected', ({ code, message, lines }) => console.error(`${lines} lines refused: ${code} ${message}`))

export const logger = winston.createLogger({
  format: combine(errors({ stack: true }), timestamp(), json()),
  defaultMeta: { hostname: hostname() },
  transports: [dis, new winston.transports.Console()]
})
