import { ecsFormat } from '@elastic/ecs-winston-format'
import winston from 'winston'
import { DisTransport } from 'winston-dis'

export const logger = winston.createLogger({
  format: ecsFormat({ serviceName: 'orders' }),
  transports: [new DisTransport({ streamName: 'app-logs', partitionKey: ['trace.id', 'service.name'] })]
})
