import express from 'express'
import pino from 'pino'
import { pinoHttp } from 'pino-http'
import { announce, keepLogging, slowly } from '../load.mjs'

const logger = pino({ transport: { target: 'pino-dis', options: { streamName: 'app-logs' } } })

const app = express()
app.use(pinoHttp({ logger }))
app.use(routes)
const server = app.listen(Number(process.env.PORT), process.env.HOST)

process.once('SIGTERM', () => {
  // Open requests come to their end, and their lines with them. `exit` waits for pino's worker.
  server.close(() => process.exit(0))
  // A client may keep its connection after the last answer.
  setInterval(() => server.closeIdleConnections(), 100).unref()
  setTimeout(() => server.closeAllConnections(), 5_000).unref()
})

const log = (id) => logger.info({ id }, 'a line')
keepLogging(log)
announce(server)

async function routes(_request, response) {
  response.send(await slowly(log))
}
