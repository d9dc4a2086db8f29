// Each way to log to DIS behind one interface: write, room, flush, stats, close. `tell` hears its events.
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createProducer } from '@dis-logs/core'
import { createWorkerProducer } from '@dis-logs/core/worker'
import pino from 'pino'
import { disOptions, disStream, flushOf, statsOf } from 'pino-dis'
import winston from 'winston'
import { DisTransport } from 'winston-dis'

const EVENTS = ['dropped', 'rejected', 'warning']

/** Makes the logger of a kind. */
export const LOGGERS = {
  core: (options, tell) => producer(createProducer(options), tell),
  worker: (options, tell) => producer(createWorkerProducer(options), tell),
  pino(options, tell) {
    const transport = pino.transport({ target: 'pino-dis', options: disOptions(options) })
    const logger = pino(transport)
    for (const name of EVENTS) transport.on(`dis:${name}`, (event) => tell(name, event))
    transport.on('error', (error) => tell('warning', { code: 'ERROR', message: String(error) }))
    return {
      write(fields) {
        logger.info(fields)
        return !transport.writableNeedDrain
      },
      room: (signal) => once(transport, 'drain', { signal }),
      flush: () => flushOf(transport),
      stats: () => statsOf(transport),
      async close() {
        const closed = once(transport, 'close')
        // Alone, the end waits for as long as pino's queue is not empty.
        transport.flushSync()
        transport.end()
        await closed
        return undefined
      }
    }
  },
  'pino-stream'(options, tell) {
    const stream = disStream(options)
    const logger = pino(stream)
    for (const name of EVENTS) stream.on(`dis:${name}`, (event) => tell(name, event))
    return {
      write(fields) {
        logger.info(fields)
        return !stream.writableNeedDrain
      },
      room: (signal) => once(stream, 'drain', { signal }),
      flush: () => stream.flush(),
      stats: async () => stream.stats(),
      async close() {
        stream.end()
        await once(stream, 'finish')
        return stream.stats()
      }
    }
  },
  winston: (options, tell) => winstonLogger({ ...options, worker: true }, tell),
  'winston-inline': (options, tell) => winstonLogger({ ...options, worker: false }, tell)
}

function producer(made, tell) {
  for (const name of EVENTS) made.on(name, (event) => tell(name, event))
  return {
    write: (fields) => made.write(JSON.stringify(fields)),
    room: (signal) => once(made, 'drain', { signal }),
    flush: () => made.flush(),
    stats: async () => made.stats(),
    async close() {
      await made.close()
      return made.stats()
    }
  }
}

function winstonLogger(options, tell) {
  const transport = new DisTransport(options)
  for (const name of EVENTS) transport.on(name, (event) => tell(name, event))
  const logger = winston.createLogger({ format: winston.format.json(), transports: [transport] })
  return {
    write: (fields) => logger.write({ level: 'info', message: '', ...fields }),
    room: (signal) => once(logger, 'drain', { signal }),
    flush: () => transport.flush(),
    stats: async () => transport.stats(),
    async close() {
      const finished = once(logger, 'finish')
      logger.end()
      await finished
      return transport.stats()
    }
  }
}

/** Options as data → options as they are given: functions for those that are marked so. */
export function withFunctions({ functions = [], ...options }) {
  const made = { ...options }
  if (functions.includes('partitionKey')) made.partitionKey = (line) => JSON.parse(line).k
  if (functions.includes('credentials')) {
    const { file } = options.credentials.profile
    made.credentials = () => {
      const [, accessKey, secretKey] = /ak = (.*)\nsk = (.*)\n/.exec(readFileSync(file, 'utf8'))
      return { accessKey, secretKey }
    }
  }
  return made
}
