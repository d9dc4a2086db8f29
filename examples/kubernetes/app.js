import { createServer } from 'node:http'
import pino from 'pino'
import { disOptions } from 'pino-dis'

const logger = pino(
  pino.transport({
    target: 'pino-dis',
    options: disOptions({
      // On the volume: each line is there before it is sent, and what is left the pod's next life sends.
      spool: { dir: process.env.SPOOL_DIR ?? 'spool', mode: 'always' },
      deadLetter: process.env.DEAD_LETTERS,
      // The volume outlives the pod, so there is no need to wait long. app.yaml counts with it.
      closeTimeoutMs: 3_000
    })
  })
)

const server = createServer((request, response) => {
  if (request.url !== '/healthz') logger.info({ url: request.url }, 'order received')
  response.end('accepted')
})
server.listen(Number(process.env.PORT ?? 3000), process.env.HOST, () => {
  logger.info({ port: server.address().port }, 'listening')
})

process.once('SIGTERM', () => {
  // Open requests are answered first. `exit` waits for pino's worker, for `closeTimeoutMs` at most.
  server.close(() => process.exit(0))
  setInterval(() => server.closeIdleConnections(), 100).unref()
  setTimeout(() => server.closeAllConnections(), 10_000).unref()
})
