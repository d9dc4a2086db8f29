// Ids from a format. winston runs it later than the call of the logger, while a transport makes it wait.
import winston from 'winston'
import { DisTransport } from 'winston-dis'
import { traceIds } from '../recipes/trace-ids.mjs'

const { combine, json } = winston.format

export const logger = winston.createLogger({
  format: combine(winston.format((info) => ({ ...info, ...traceIds() }))(), json()),
  transports: [new DisTransport({ streamName: 'app-logs' })]
})
