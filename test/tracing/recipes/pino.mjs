import pino from 'pino'

export const logger = pino({
  transport: { target: 'pino-dis', options: { streamName: 'app-logs', partitionKey: 'trace_id' } }
})
