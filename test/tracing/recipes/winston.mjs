import winston from 'winston'
import { DisTransport } from 'winston-dis'

export const logger = winston.createLogger({
  format: winston.format.json(),
  transports: [new DisTransport({ streamName: 'app-logs', partitionKey: 'trace_id' })]
})
