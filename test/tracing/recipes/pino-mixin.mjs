import pino from 'pino'
import { traceIds } from './trace-ids.mjs'

export const logger = pino({
  mixin: traceIds,
  transport: { target: 'pino-dis', options: { streamName: 'app-logs', partitionKey: 'trace_id' } }
})
