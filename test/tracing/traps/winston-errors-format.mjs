// What winston's own docs say about errors.
import winston from 'winston'
import { DisTransport } from 'winston-dis'

const { combine, errors, json } = winston.format

export const logger = winston.createLogger({
  format: combine(errors({ stack: true }), json()),
  transports: [new DisTransport({ streamName: 'app-logs' })]
})
