import { once } from 'node:events'
import Fastify from 'fastify'
import { disStream } from 'pino-dis'
import { announce, keepLogging, logSome, slowly } from '../load.mjs'

const stream = disStream({ streamName: 'app-logs', spool: { dir: process.env.SPOOL_DIR } })
const app = Fastify({ logger: { stream } })
// The first of these hooks runs last.
app.addHook('onClose', async () => {
  stream.end()
  await once(stream, 'close')
})
app.register(routes)
await app.listen({ port: Number(process.env.PORT), host: process.env.HOST })

// The process ends by itself when nothing is open any more.
process.once('SIGTERM', () => {
  setInterval(() => app.server.closeIdleConnections(), 100).unref()
  setTimeout(() => app.server.closeAllConnections(), 5_000).unref()
  app.close()
})

const load = keepLogging(log)
process.once('SIGTERM', () => load.stop())
announce(app.server)

function log(id) {
  app.log.info({ id }, 'a line')
}

async function routes(scope) {
  scope.get('/', () => slowly(log))
  scope.addHook('onClose', () => logSome(log))
}
