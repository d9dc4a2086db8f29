import cluster from 'node:cluster'
import { createServer } from 'node:http'
import pino from 'pino'
import { keepLogging, tell } from '../load.mjs'

// In the primary and in each worker. They share the folder.
const logger = pino({
  transport: {
    target: 'pino-dis',
    options: { streamName: 'app-logs', closeTimeoutMs: 3_000, spool: { dir: process.env.SPOOL_DIR } }
  }
})

if (cluster.isPrimary) {
  for (let workers = 0; workers < 2; workers++) cluster.fork()
  cluster.on('exit', ({ process: { pid } }, code) => logger.info({ worker: pid, code }, 'worker ended'))
  // The primary alone gets the signal. It ends by itself after its workers.
  process.once('SIGTERM', () => {
    for (const worker of Object.values(cluster.workers)) worker.process.kill('SIGTERM')
  })
} else {
  const server = createServer((_request, response) => void response.end('hello'))
  server.listen(Number(process.env.PORT))
  process.once('SIGTERM', () => {
    server.close(() => process.exit(0))
    setTimeout(() => server.closeAllConnections(), 5_000).unref()
  })
  server.once('listening', () => tell('port', server.address().port))
}

keepLogging((id) => logger.info({ id }, 'a line'))
