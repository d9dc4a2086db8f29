import express from 'express'
import pino from 'pino'
import { pinoHttp } from 'pino-http'
import { keepLogging, tell } from '../load.mjs'

const logger = pino({ transport: { target: 'pino-dis', options: { streamName: 'app-logs' } } })

const app = express()
app.use(pinoHttp({ logger }))
app.get('/', (_request, response) => void response.send('hello'))
const server = app.listen(Number(process.env.PORT))

process.once('SIGTERM', () => {
  // Open requests come to their end, and their lines with them. `exit` waits for pino's worker.
  server.close(() => process.exit(0))
  setTimeout(() => server.closeAllConnections(), 5_000).unref()
})

keepLogging((id) => logger.info({ id }, 'a line'))
server.once('listening', () => tell('port', server.address().port))
