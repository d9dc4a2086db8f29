import Fastify from 'fastify'
import { keepLogging, tell } from '../load.mjs'

const app = Fastify({
  logger: { transport: { target: 'pino-dis', options: { streamName: 'app-logs' } } }
})
app.get('/', async () => 'hello')
await app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' })

process.once('SIGTERM', async () => {
  // Open requests come to their end, and so do the `onClose` hooks. `exit` waits for pino's worker.
  await app.close()
  process.exit(0)
})

keepLogging((id) => app.log.info({ id }, 'a line'))
tell('port', app.server.address().port)
