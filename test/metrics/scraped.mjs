// An application whose metrics can be scraped: it prints its port, and ends when its input does. argv[2]: options as JSON.
import { createServer } from 'node:http'
import { collectMetrics } from '@dis-logs/core/prometheus'
import pino from 'pino'
import { disOptions, statsOf } from 'pino-dis'
import { register } from 'prom-client'

const transport = pino.transport({
  target: 'pino-dis',
  options: disOptions(JSON.parse(process.argv[2] ?? '{}'))
})
const logger = pino({ base: { hostname: 'h' } }, transport)
collectMetrics(() => statsOf(transport), { name: 'web' })

const server = createServer(async (_request, response) => {
  response.setHeader('content-type', register.contentType)
  response.end(await register.metrics())
})
server.listen(0, '127.0.0.1', () => process.stdout.write(`${Object(server.address()).port}\n`))
for (let n = 0; n < 100; n++) logger.info({ n })
process.stdin.resume().on('end', () => process.exit(0))
