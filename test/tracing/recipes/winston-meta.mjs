import winston from 'winston'
import { DisTransport } from 'winston-dis'
import { traceIds } from './trace-ids.mjs'

export const logger = winston.createLogger({
  // Getters, so that winston reads them at each call of the logger.
  defaultMeta: {
    get trace_id() {
      return traceIds().trace_id
    },
    get span_id() {
      return traceIds().span_id
    },
    get trace_flags() {
      return traceIds().trace_flags
    }
  },
  format: winston.format.json(),
  transports: [new DisTransport({ streamName: 'app-logs', partitionKey: 'trace_id' })]
})
