import { createServer } from 'node:http'
import pino from 'pino'
import { keepLogging, tell } from '../load.mjs'

const logger = pino({
  transport: {
    target: 'pino-dis',
    options: { streamName: 'app-logs', closeTimeoutMs: 3_000, spool: { dir: process.env.SPOOL_DIR } }
  }
})

const server = createServer((_request, response) => void response.end('hello'))
server.listen(Number(process.env.PORT))

function shutDown() {
  server.close(() => process.exit(0))
  setTimeout(() => server.closeAllConnections(), 1_000).unref()
}

process.once('SIGINT', shutDown)
// In place of the signal with `shutdown_with_message`; before it at `pm2 reload` in cluster mode.
process.on('message', (message) => {
  if (message === 'shutdown') shutDown()
})

keepLogging((id) => logger.info({ id }, 'a line'))
server.once('listening', () => tell('port', server.address().port))
