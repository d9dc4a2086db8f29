import express from 'express'
import winston from 'winston'
import { DisTransport } from 'winston-dis'
import { announce, keepLogging, slowly } from '../load.mjs'

const logger = winston.createLogger({
  format: winston.format.json(),
  transports: [new DisTransport({ streamName: 'app-logs' })]
})

const app = express()
app.use(routes)
const server = app.listen(Number(process.env.PORT), process.env.HOST)

process.once('SIGTERM', () => {
  // Open requests come to their end, and their lines with them. `exit` waits for the worker of winston-dis.
  server.close(() => process.exit(0))
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
