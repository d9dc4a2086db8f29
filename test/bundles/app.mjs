// One application with all three ways into DIS. Bundlers get this file; the first argument says which way is used.
import { createProducer } from '@dis-logs/core'
import pino from 'pino'
import { disStream } from 'pino-dis'
import winston from 'winston'
import { DisTransport } from 'winston-dis'

const [way, lines = '100', settings = '{}'] = process.argv.slice(2)
const options = JSON.parse(settings)
const each = (log) => {
  for (let n = 0; n < Number(lines); n++) log(n)
}

const WAYS = {
  winston() {
    const transport = new DisTransport(options)
    const logger = winston.createLogger({ transports: [transport] })
    each((n) => logger.info('order accepted', { n }))
    logger.on('finish', () => tell(transport.stats()))
    logger.end()
  },
  // The application ends by itself, and nobody ends the logger.
  'winston, not ended'() {
    const logger = winston.createLogger({ transports: [new DisTransport(options)] })
    each((n) => logger.info('order accepted', { n }))
  },
  // The thread has the lines, and the exit waits for it.
  'winston, process.exit'() {
    const logger = winston.createLogger({ transports: [new DisTransport(options)] })
    each((n) => logger.info('order accepted', { n }))
    process.exit()
  },
  'pino worker'() {
    const transport = pino.transport({ target: 'pino-dis', options })
    const logger = pino(transport)
    each((n) => logger.info({ n }))
    transport.end()
  },
  'pino worker, process.exit'() {
    const transport = pino.transport({ target: 'pino-dis', options })
    const logger = pino(transport)
    each((n) => logger.info({ n }))
    transport.on('ready', () => process.exit())
  },
  'pino stream'() {
    const stream = disStream(options)
    const logger = pino(stream)
    each((n) => logger.info({ n }))
    stream.end()
    stream.on('close', () => tell(stream.stats()))
  },
  async core() {
    const producer = createProducer(options)
    each((n) => producer.write(JSON.stringify({ n })))
    await producer.close()
    tell(producer.stats())
  },
  // With a spool: the lines are on disk when the process is killed, and the next one sends them.
  'core, killed'() {
    const producer = createProducer(options)
    each((n) => producer.write(JSON.stringify({ n })))
    producer.flush().then(() => process.kill(process.pid, 'SIGKILL'))
  },
  'core, after a kill'() {
    const producer = createProducer(options)
    const timer = setInterval(() => {
      if (producer.stats().delivered < Number(lines)) return
      clearInterval(timer)
      void producer.close()
    }, 20)
  },
  'core, not closed'() {
    const producer = createProducer(options)
    each((n) => producer.write(JSON.stringify({ n })))
  }
}

function tell({ written, delivered, dropped }) {
  process.stdout.write(JSON.stringify({ written, delivered, dropped }))
}

WAYS[way]()
