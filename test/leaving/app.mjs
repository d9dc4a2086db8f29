// An application that logs and then ends in one of the ways in which applications end.
// argv[2]: { framework, options, lines, ending, everyMs } as JSON.
import { createProducer } from '@dis-logs/core'
import pino from 'pino'
import winston from 'winston'
import { DisTransport } from 'winston-dis'

const { framework, options, lines, ending, batchOf = 1_000 } = JSON.parse(process.argv[2])

/** Tells the test; synchronous, so that it is told even if the next line is the last. */
function say(message) {
  process.send?.(message)
}

function viaWinston(given) {
  const dis = new DisTransport(given)
  dis.on('warning', (event) => say({ warning: event }))
  dis.on('dropped', (event) => say({ dropped: event }))
  const logger = winston.createLogger({ transports: [dis] })
  return {
    log: (n) => logger.info('a line of the application', { n, hostname: 'h' }),
    flush: () => dis.flush(),
    end: () => {
      logger.once('finish', () => process.exit(0))
      logger.end()
    }
  }
}

/** One logger as each framework has it: log a line, wait until all is settled, end in the documented way. */
const loggers = {
  pino() {
    const transport = pino.transport({ target: 'pino-dis', options })
    const logger = pino({ base: { hostname: 'h' } }, transport)
    transport.on('dis:warning', (event) => say({ warning: event }))
    transport.on('dis:dropped', (event) => say({ dropped: event }))
    return {
      log: (n) => logger.info({ n }, 'a line of the application'),
      flush: () => new Promise((resolve) => logger.flush(resolve)),
      end: () => process.exit(0),
      terminate: () => transport.worker.terminate()
    }
  },
  winston: () => viaWinston(options),
  'winston in-process': () => viaWinston({ ...options, worker: false }),
  core() {
    const producer = createProducer(options)
    producer.on('warning', (event) => say({ warning: event }))
    producer.on('dropped', (event) => say({ dropped: event }))
    return {
      log: (n) => producer.write(JSON.stringify({ n, hostname: 'h', msg: 'a line of the application' })),
      flush: () => producer.flush(),
      end: async () => {
        const report = await producer.close()
        say({ report, stats: producer.stats() })
        process.disconnect?.()
      }
    }
  }
}

const logger = loggers[framework]()
const endings = {
  natural() {
    process.disconnect?.()
  },
  exit: () => process.exit(0),
  throw() {
    setImmediate(() => {
      throw new Error('a bug of the application')
    })
  },
  handler() {
    process.once('SIGTERM', () => logger.end())
    keepAlive()
    say({ ready: true })
  },
  wait() {
    keepAlive()
    say({ ready: true })
  },
  terminate() {
    setTimeout(async () => {
      await logger.terminate()
      process.exit(0)
    }, 50)
  },
  end: () => logger.end(),
  // In the documented way, with nothing that keeps the process alive for it.
  finish: () => {
    // Stays if the end of the logger is never heard of.
    process.exitCode = 3
    process.disconnect?.()
    logger.end()
  },
  // Logs for ever, and tells after each batch how many lines are settled.
  async settling() {
    for (let n = lines; ; ) {
      await logger.flush()
      say({ settled: n })
      // Busy, but not faster than the next start can send again in a test's time.
      await new Promise((resolve) => setTimeout(resolve, 2))
      for (let index = 0; index < batchOf; index++) logger.log(n++)
    }
  }
}

for (let n = 0; n < lines; n++) logger.log(n)
await endings[ending]()

function keepAlive() {
  setInterval(() => {}, 1_000)
}
