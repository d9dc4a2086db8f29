import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { requestId } from 'hono/request-id'
import pino from 'pino'
import { disOptions } from 'pino-dis'

const logger = pino(
  pino.transport({ target: 'pino-dis', options: disOptions({ partitionKey: ['tenant', 'hostname'] }) })
)

const app = new Hono()

// One line a request, and a logger that knows which.
app.use(requestId(), async (c, next) => {
  const since = performance.now()
  c.set('log', logger.child({ requestId: c.get('requestId') }))
  await next()
  const { method, path } = c.req
  c.get('log').info({ method, path, status: c.res.status, ms: performance.now() - since }, 'request')
})
app.onError((err, c) => {
  c.get('log').error({ err }, 'request failed')
  return c.json({ accepted: false }, 500)
})

app.post('/orders/:tenant', (c) => {
  const { tenant } = c.req.param()
  c.get('log').info({ tenant }, 'order received')
  return c.json({ tenant, accepted: true })
})

const server = serve(
  { fetch: app.fetch, port: Number(process.env.PORT ?? 3000), hostname: process.env.HOST },
  ({ port }) => logger.info({ port }, 'listening')
)

process.once('SIGTERM', () => {
  // Open requests are answered first. `exit` waits until pino's worker has sent everything.
  server.close(() => process.exit(0))
  // A client may keep its connection after the last answer.
  setInterval(() => server.closeIdleConnections(), 100).unref()
  setTimeout(() => server.closeAllConnections(), 5_000).unref()
})
