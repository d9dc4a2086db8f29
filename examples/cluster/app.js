import cluster from 'node:cluster'
import { createServer } from 'node:http'
import { availableParallelism } from 'node:os'
import { logger } from './logger.js'

if (cluster.isPrimary) {
  let isStopping = false
  const workers = Number(process.env.WORKERS ?? availableParallelism())
  for (let n = 0; n < workers; n++) cluster.fork()

  cluster.on('listening', ({ process: { pid } }, { port }) => logger.info({ worker: pid, port }, 'listening'))
  cluster.on('exit', ({ process: { pid } }, code, signal) => {
    logger.info({ worker: pid, code, signal }, 'worker ended')
    // The new one sends what the dead one left in the folder.
    if (!isStopping) cluster.fork()
  })
  // Kubernetes and `docker stop` signal the primary alone. It ends by itself after its workers.
  process.once('SIGTERM', () => {
    isStopping = true
    for (const worker of Object.values(cluster.workers)) worker.process.kill('SIGTERM')
  })
} else {
  const server = createServer((request, response) => {
    logger.info({ url: request.url }, 'order received')
    response.end('accepted')
  })
  server.listen(Number(process.env.PORT ?? 3000), process.env.HOST)

  process.once('SIGTERM', () => {
    // Open requests are answered first. `exit` waits until pino's worker has sent everything, or put it into the folder.
    server.close(() => process.exit(0))
    setInterval(() => server.closeIdleConnections(), 100).unref()
    setTimeout(() => server.closeAllConnections(), 5_000).unref()
  })
}
