import { createServer } from 'node:http'
import pino from 'pino'
import { announce, keepLogging, slowly } from '../load.mjs'

const logger = pino({
  transport: {
    target: 'pino-dis',
    options: {
      streamName: 'app-logs',
      closeTimeoutMs: 3_000,
      spool: { dir: process.env.SPOOL_DIR, mode: 'always' }
    }
  }
})

const server = createServer(listener)
server.listen(Number(process.env.PORT), process.env.HOST)

function shutDown() {
  server.close(() => process.exit(0))
  // A client may keep its connection after the last answer.
  setInterval(() => server.closeIdleConnections(), 100).unref()
  setTimeout(() => server.closeAllConnections(), 1_000).unref()
}

process.once('SIGINT', shutDown)
// In place of the signal with `shutdown_with_message`; before it at `pm2 reload` in cluster mode.
process.on('message', (message) => {
  if (message === 'shutdown') shutDown()
})

const log = (id) => logger.info({ id }, 'a line')
keepLogging(log)
announce(server)

async function listener(_request, response) {
  response.end(await slowly(log))
}
