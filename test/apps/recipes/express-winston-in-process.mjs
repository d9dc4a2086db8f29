import express from 'express'
import winston from 'winston'
import { DisTransport } from 'winston-dis'
import { announce, keepLogging, slowly } from '../load.mjs'

const dis = new DisTransport({
  streamName: 'app-logs',
  worker: false,
  spool: { dir: process.env.SPOOL_DIR }
})
const logger = winston.createLogger({ format: winston.format.json(), transports: [dis] })

const app = express()
app.use(routes)
const server = app.listen(Number(process.env.PORT), process.env.HOST)

process.once('SIGTERM', () => {
  server.close(async () => {
    await dis.flush({ timeoutMs: 8_000 })
    // Without a worker nothing can be sent any more: what is left goes to the spool.
    process.exit(0)
  })
  // A client may keep its connection after the last answer.
  setInterval(() => server.closeIdleConnections(), 100).unref()
  setTimeout(() => server.closeAllConnections(), 5_000).unref()
})

const log = (id) => logger.info('a line', { id })
keepLogging(log)
announce(server)

async function routes(_request, response) {
  response.send(await slowly(log))
}
