import express from 'express'
import winston from 'winston'
import { DisTransport } from 'winston-dis'
import { keepLogging, logOne, tell } from '../load.mjs'

const logger = winston.createLogger({
  format: winston.format.json(),
  transports: [new DisTransport({ streamName: 'app-logs' })]
})

const app = express()
app.use(logRequests)
app.get('/', (_request, response) => void response.send('hello'))
const server = app.listen(Number(process.env.PORT))

process.once('SIGTERM', () => {
  // Open requests come to their end, and their lines with them. `exit` waits for the worker of winston-dis.
  server.close(() => process.exit(0))
  setTimeout(() => server.closeAllConnections(), 5_000).unref()
})

const log = (id) => logger.info('a line', { id })
function logRequests(_request, response, next) {
  response.once('finish', () => logOne(log))
  next()
}
keepLogging(log)
server.once('listening', () => tell('port', server.address().port))
