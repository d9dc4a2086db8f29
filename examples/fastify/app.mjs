// A Fastify app whose log lines go to DIS through pino's worker thread.
// Where to: DIS_ENDPOINT (or DIS_REGION), DIS_PROJECT_ID, DIS_STREAM_NAME, HUAWEICLOUD_SDK_AK, HUAWEICLOUD_SDK_SK.
import Fastify, { LogController } from 'fastify'
import pino from 'pino'

const transport = pino.transport({
  target: 'pino-dis',
  options: { partitionKey: 'tenant', stats: { intervalMs: 1_000 } }
})
transport.on('dis:rejected', ({ code, message, lines }) =>
  console.error(`${lines} lines refused: ${code} ${message}`)
)

let logged = 0
const logger = pino({ mixin: () => ({ app: 'fastify', n: ++logged }) }, transport)

const app = Fastify({
  loggerInstance: logger,
  logController: new LogController({ disableRequestLogging: true })
})

app.post('/orders/:tenant', async (request) => {
  const { tenant } = request.params
  request.log.info({ tenant, url: request.url }, 'order received')
  return { tenant, accepted: true }
})

app.addHook('onResponse', async (request, reply) => {
  const { tenant } = request.params
  request.log.info({ tenant, statusCode: reply.statusCode, ms: reply.elapsedTime }, 'request completed')
})

await app.listen({ port: Number(process.env.PORT ?? 0), host: '127.0.0.1' })

// Leaving: stop taking requests, end the transport, and wait until it has delivered what it holds.
let stats
transport.on('dis:stats', (event) => {
  stats = event
})
process.once('SIGTERM', async () => {
  await app.close()
  // pino's worker does not keep the process alive by itself. Without a `close` to wait for, this line and those
  // below can go: when a process ends, pino waits for its worker.
  transport.ref()
  transport.once('close', () => {
    process.send?.({ kind: 'done', logged, stats })
    process.exitCode = 0
    process.disconnect?.()
  })
  transport.end()
})

process.send?.({ kind: 'listening', port: app.server.address().port })
