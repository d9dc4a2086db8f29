// Every way to DIS that an application can have, made after the instrumentations.
const pino = require('pino')
const { disStream } = require('pino-dis')
const winston = require('winston')
const { DisTransport } = require('winston-dis')

const options = { streamName: 'app-logs', partitionKey: 'trace_id' }

function winstonLogger(worker) {
  return winston.createLogger({
    format: winston.format.json(),
    transports: [new DisTransport({ ...options, worker })]
  })
}

module.exports = {
  'pino, worker': () => pino({ transport: { target: 'pino-dis', options } }),
  'pino, disStream': () => pino(disStream(options)),
  'winston, worker': () => winstonLogger(true),
  'winston, in-process': () => winstonLogger(false)
}
