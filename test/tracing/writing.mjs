// What a framework writes, and how to make it wait.
import { Writable } from 'node:stream'
import pino from 'pino'
import winston from 'winston'
import { DisTransport } from 'winston-dis'

/** Collects what the logger writes from now on, as text, the way a plain stream gets it. */
export function textsOf(logger) {
  const texts = []
  if (logger instanceof winston.Logger) {
    const stream = new Writable({
      write(chunk, _, done) {
        texts.push(chunk.toString())
        done()
      }
    })
    logger.add(new winston.transports.Stream({ stream, eol: '\n' }))
    return texts
  }
  const stream = logger[pino.symbols.streamSym]
  const { write } = stream
  stream.write = (text, ...rest) => {
    // The flush of a disStream writes an empty text, to come behind all others.
    if (text !== '') texts.push(text)
    return write.call(stream, text, ...rest)
  }
  return texts
}

/** Lets a winston logger wait for a producer whose buffer is small. */
export function holdUp(logger) {
  const options = { streamName: 'app-logs', partitionKey: 'trace_id', worker: false }
  logger.clear().add(new DisTransport({ ...options, buffer: { maxBytes: 65_536, onFull: 'block' } }))
}
