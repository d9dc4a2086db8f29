import express from 'express'
import winston from 'winston'
import { DisTransport } from 'winston-dis'
import { keepLogging, tell } from '../load.mjs'

const dis = new DisTransport({
  streamName: 'app-logs',
  worker: false,
  spool: { dir: process.env.SPOOL_DIR }
})
const logger = winston.createLogger({ format: winston.format.json(), transports: [dis] })

const app = express()
app.get('/', (_request, response) => void response.send('hello'))
const server = app.listen(Number(process.env.PORT))

process.once('SIGTERM', () => {
  server.close(async () => {
    await dis.flush({ timeoutMs: 8_000 })
    // Without a worker nothing can be sent any more: what is left goes to the spool.
    process.exit(0)
  })
  setTimeout(() => server.closeAllConnections(), 5_000).unref()
})

keepLogging((id) => logger.info('a line', { id }))
server.once('listening', () => tell('port', server.address().port))
