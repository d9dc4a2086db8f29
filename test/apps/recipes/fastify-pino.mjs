import Fastify from 'fastify'
import { announce, keepLogging, logSome, slowly } from '../load.mjs'

const app = Fastify({
  logger: { transport: { target: 'pino-dis', options: { streamName: 'app-logs' } } }
})
app.register(routes)
await app.listen({ port: Number(process.env.PORT), host: process.env.HOST })

process.once('SIGTERM', async () => {
  // Fastify waits 72 s for a client that keeps its connection after the last answer.
  setInterval(() => app.server.closeIdleConnections(), 100).unref()
  setTimeout(() => app.server.closeAllConnections(), 5_000).unref()
  // Open requests come to their end, and hooks run. `exit` waits for pino's worker.
  await app.close()
  process.exit(0)
})

keepLogging(log)
announce(app.server)

function log(id) {
  app.log.info({ id }, 'a line')
}

async function routes(scope) {
  scope.get('/', () => slowly(log))
  scope.addHook('onClose', () => logSome(log))
}
