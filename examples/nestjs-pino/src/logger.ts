import pino from 'pino'
import { disOptions } from 'pino-dis'

// One logger for the process. With `transport` in the options of `pinoHttp` there are two, each with a worker of its own.
export const logger = pino(
  pino.transport({ target: 'pino-dis', options: disOptions({ partitionKey: ['tenant', 'hostname'] }) })
)
