// Logs 300 lines of orders with one of three keys: `node app.js tenant`, `trace` or `none`.
import pino from 'pino'
import { disOptions } from 'pino-dis'

const KEYS = {
  // All lines of a tenant are in one partition, in their order. A large tenant is limited by what one partition takes.
  tenant: { partitionKey: ['tenant', 'hostname'], ordered: true, aggregate: true },
  // All lines of one request are in one partition; requests are spread evenly.
  trace: { partitionKey: ['trace_id', 'hostname'] },
  // Every record goes to any partition: most lines a second, no order.
  none: { partitionKey: null }
}

const name = process.argv[2] ?? 'tenant'
const logger = pino(pino.transport({ target: 'pino-dis', options: disOptions(KEYS[name]) }))

for (let n = 0; n < 300; n++) {
  const trace_id = crypto.randomUUID().replaceAll('-', '')
  const log = logger.child({ key: name, tenant: `tenant-${n % 10}`, trace_id })
  log.info({ n }, 'order received')
  log.info({ n }, 'order accepted')
}
// Nothing more to do: the process ends when all is sent.
