import { ecsFormat } from '@elastic/ecs-pino-format'
import pino from 'pino'

export const logger = pino({
  ...ecsFormat({ serviceName: 'orders' }),
  transport: {
    target: 'pino-dis',
    options: { streamName: 'app-logs', partitionKey: ['trace.id', 'host.hostname'] }
  }
})
