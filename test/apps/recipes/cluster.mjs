import cluster from 'node:cluster'
import { createServer } from 'node:http'
import pino from 'pino'
import { keepLogging, slowly, tell } from '../load.mjs'

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
  const server = createServer(listener)
  server.listen(Number(process.env.PORT), process.env.HOST)
  process.once('SIGTERM', () => {
    server.close(() => process.exit(0))
    // A client may keep its connection after the last answer.
    setInterval(() => server.closeIdleConnections(), 100).unref()
    setTimeout(() => server.closeAllConnections(), 5_000).unref()
  })
}

const log = (id) => logger.info({ id }, 'a line')
keepLogging(log)
cluster.on('listening', (_worker, { port }) => tell('port', port))

async function listener(_request, response) {
  response.end(await slowly(log))
}
