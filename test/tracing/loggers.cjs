// Every way to DIS that an application can have, made after the instrumentations.
const { ecsFormat: ecsPino } = require('@elastic/ecs-pino-format')
const { ecsFormat: ecsWinston } = require('@elastic/ecs-winston-format')
const pino = require('pino')
const { disStream } = require('pino-dis')
const winston = require('winston')
const { DisTransport } = require('winston-dis')

const options = { streamName: 'app-logs', partitionKey: ['trace_id', 'trace.id'] }
const service = { serviceName: 'orders' }

function winstonLogger(worker, format = winston.format.json()) {
  return winston.createLogger({ format, transports: [new DisTransport({ ...options, worker })] })
}

/** The barrier is that of the transport, not that of the logger. */
function pinoWithFlushOfTransport() {
  const transport = pino.transport({ target: 'pino-dis', options })
  return Object.assign(pino(transport), { flush: (callback) => transport.flush(callback) })
}

module.exports = {
  'pino, worker': () => pino({ transport: { target: 'pino-dis', options } }),
  'pino, flush of the transport': pinoWithFlushOfTransport,
  'pino, disStream': () => pino(disStream(options)),
  'pino ECS, disStream': () => pino(ecsPino(service), disStream(options)),
  'winston, worker': () => winstonLogger(true),
  'winston, in-process': () => winstonLogger(false),
  'winston ECS, in-process': () => winstonLogger(false, ecsWinston(service))
}
