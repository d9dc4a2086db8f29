// An application with winston, for what takes a process of its own.
// argv[2]: { scenario, options, second, lines, pad } as JSON; `options` are those of the transport, `second` of another one.
import winston from 'winston'
import { DisTransport } from 'winston-dis'

const { scenario, options, second, lines = 0, pad = 0 } = JSON.parse(process.argv[2])
const dis = new DisTransport(options)
const silent = new winston.transports.Console({ silent: true })

function log(logger) {
  for (let n = 0; n < lines; n++) logger.info('a line', { n, pad: 'x'.repeat(pad) })
}

/** Logs until lines wait in winston's streams. */
function logUntilHeld() {
  const logger = winston.createLogger({ transports: [dis] })
  log(logger)
  process.send({ held: logger.writableLength > 0 })
  return logger
}

function fail() {
  setImmediate(() => {
    throw new Error('boom')
  })
}

function reject() {
  setImmediate(() => void Promise.reject(new Error('boom')))
}

/** Logs to the console as well, until the test has seen all of it. */
function beside(end) {
  const logger = winston.createLogger({
    format: winston.format.json(),
    transports: [new winston.transports.Console(), dis]
  })
  log(logger)
  process.once('message', () => {
    process.disconnect()
    end(logger)
  })
}

const scenarios = {
  exceptionHandlers: () => {
    winston.createLogger({ transports: [silent], exceptionHandlers: [dis] })
    fail()
  },
  handleExceptions: () => {
    winston.createLogger({ transports: [dis] })
    fail()
  },
  rejectionHandlers: () => {
    winston.createLogger({ transports: [silent], rejectionHandlers: [dis] })
    reject()
  },
  handleRejections: () => {
    winston.createLogger({ transports: [dis] })
    reject()
  },
  'exitOnError: false': () => {
    const logger = winston.createLogger({ transports: [dis], exitOnError: false })
    fail()
    process.once('uncaughtException', () => {
      logger.info('the application goes on')
      logger.end()
    })
  },
  exit: () => {
    logUntilHeld()
    process.exit(0)
  },
  'exit, two transports': () => {
    const logger = winston.createLogger({ transports: [dis, new DisTransport(second)] })
    log(logger)
    process.send({ held: logger.writableLength > 0 })
    process.exit(0)
  },
  throw: () => {
    logUntilHeld()
    throw new Error('boom')
  },
  natural: () => {
    logUntilHeld()
    process.disconnect()
  },
  'console, end': () =>
    beside((logger) => {
      logger.once('finish', () => process.stdout.write(`${JSON.stringify({ stats: dis.stats() })}\n`))
      logger.end()
    }),
  'console, natural': () => beside(() => {})
}

scenarios[scenario]()
// It waits for a message only where it says so.
if (!scenario.startsWith('console')) process.channel?.unref()
