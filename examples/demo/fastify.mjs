// A Fastify app whose log lines go to DIS through pino's worker thread.
// Where to: DIS_ENDPOINT (or DIS_REGION), DIS_PROJECT_ID, DIS_STREAM_NAME, HUAWEICLOUD_SDK_AK, HUAWEICLOUD_SDK_SK.
import Fastify, { LogController } from 'fastify'
import pino from 'pino'
import { disOptions, flushOf, statsOf } from 'pino-dis'

const transport = pino.transport({
  target: 'pino-dis',
  options: disOptions({ partitionKey: 'tenant' })
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

// Leaving: stop taking requests, then wait until every line is settled. What is not by then is saved or counted at exit.
process.once('SIGTERM', async () => {
  await app.close()
  await flushOf(transport, { timeoutMs: 8_000 })
  const done = { kind: 'done', logged, stats: await statsOf(transport) }
  if (process.send === undefined) process.exit(0)
  process.send(done, () => process.exit(0))
})

process.send?.({ kind: 'listening', port: app.server.address().port })
