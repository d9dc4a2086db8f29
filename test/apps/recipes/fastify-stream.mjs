import { once } from 'node:events'
import Fastify from 'fastify'
import { disStream } from 'pino-dis'
import { keepLogging, logOne, tell } from '../load.mjs'

const stream = disStream({ streamName: 'app-logs', spool: { dir: process.env.SPOOL_DIR } })
const app = Fastify({ logger: { stream } })
// The first of these hooks runs last.
app.addHook('onClose', async () => {
  stream.end()
  await once(stream, 'close')
})
app.get('/', async () => 'hello')
await app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' })

// The process ends by itself when nothing is open any more.
process.once('SIGTERM', () => app.close())

const log = (id) => app.log.info({ id }, 'a line')
const load = keepLogging(log)
process.once('SIGTERM', () => load.stop())
tell('port', app.server.address().port)
