import pino from 'pino'
import { disStream } from 'pino-dis'
import { traceIds } from './recipes/active-span.mjs'

export const logger = pino(
  { mixin: traceIds },
  disStream({ streamName: 'app-logs', partitionKey: 'trace_id' })
)
