// What is wrong: a timer logs after the end of the logger. argv[2]: pino or winston.
import pino from 'pino'
import winston from 'winston'
import { DisTransport } from 'winston-dis'
import { logOne } from './load.mjs'

const loggers = {
  pino() {
    const transport = pino.transport({ target: 'pino-dis', options: { streamName: 'app-logs' } })
    const logger = pino(transport)
    return { log: (id) => logger.info({ id }, 'a line'), end: () => transport.end() }
  },
  winston() {
    const logger = winston.createLogger({
      format: winston.format.json(),
      transports: [new DisTransport({ streamName: 'app-logs' })]
    })
    return { log: (id) => logger.info('a line', { id }), end: () => logger.end() }
  }
}

const { log, end } = loggers[process.argv[2]]()
logOne(log)
end()
setImmediate(() => log('late'))
