import Fastify from 'fastify'
import { disOptions } from 'pino-dis'

const app = Fastify({
  logger: {
    // disOptions throws here if an option is wrong. Without it pino's worker finds the mistake, later.
    transport: { target: 'pino-dis', options: disOptions({ partitionKey: ['tenant', 'hostname'] }) }
  }
})

app.post('/orders/:tenant', async (request) => {
  const { tenant } = request.params
  request.log.info({ tenant }, 'order received')
  return { tenant, accepted: true }
})

await app.listen({ port: Number(process.env.PORT ?? 3000), host: process.env.HOST ?? '0.0.0.0' })

process.once('SIGTERM', async () => {
  // Fastify waits 72 s for a client that keeps its connection after the last answer.
  setInterval(() => app.server.closeIdleConnections(), 100).unref()
  setTimeout(() => app.server.closeAllConnections(), 5_000).unref()
  await app.close()
  // `exit` waits until pino's worker has sent everything.
  process.exit(0)
})
