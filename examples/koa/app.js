import Router from '@koa/router'
import Koa from 'koa'
import pino from 'pino'
import { disOptions } from 'pino-dis'

const logger = pino(
  pino.transport({ target: 'pino-dis', options: disOptions({ partitionKey: ['tenant', 'hostname'] }) })
)

const app = new Koa()
const router = new Router()

// One line a request, and a logger that knows which.
app.use(async (ctx, next) => {
  const since = performance.now()
  ctx.log = logger.child({ requestId: ctx.get('x-request-id') || crypto.randomUUID() })
  await next()
  ctx.log.info(
    { method: ctx.method, url: ctx.url, status: ctx.status, ms: performance.now() - since },
    'request'
  )
})
app.on('error', (err, ctx) => (ctx?.log ?? logger).error({ err }, 'request failed'))

router.post('/orders/:tenant', (ctx) => {
  const { tenant } = ctx.params
  ctx.log.info({ tenant }, 'order received')
  ctx.body = { tenant, accepted: true }
})
app.use(router.routes()).use(router.allowedMethods())

const server = app.listen(Number(process.env.PORT ?? 3000), process.env.HOST, () => {
  logger.info({ port: server.address().port }, 'listening')
})

process.once('SIGTERM', () => {
  // Open requests are answered first. `exit` waits until pino's worker has sent everything.
  server.close(() => process.exit(0))
  // A client may keep its connection after the last answer.
  setInterval(() => server.closeIdleConnections(), 100).unref()
  setTimeout(() => server.closeAllConnections(), 5_000).unref()
})
