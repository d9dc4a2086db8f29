// Two workers that log, and a primary that answers a scrape for both. argv[2]: options as JSON.
import cluster from 'node:cluster'
import { collectMetrics } from '@dis-logs/core/prometheus'
import { AggregatorRegistry } from 'prom-client'
import winston from 'winston'
import { DisTransport } from 'winston-dis'

const LINES = [10, 20]

if (cluster.isPrimary) {
  const registry = new AggregatorRegistry()
  const workers = LINES.map((lines) => cluster.fork({ LINES: lines }))
  await Promise.all(workers.map((worker) => new Promise((resolve) => worker.once('message', resolve))))
  process.stdout.write(await registry.clusterMetrics())
  for (const worker of workers) worker.send('end')
} else {
  new AggregatorRegistry()
  const dis = new DisTransport(JSON.parse(process.argv[2] ?? '{}'))
  const logger = winston.createLogger({ transports: [dis] })
  collectMetrics(dis)
  for (let n = 0; n < Number(process.env.LINES); n++) logger.info('', { n })
  await dis.flush()
  process.on('message', (message) => message === 'end' && logger.end(() => process.exit(0)))
  process.send?.('flushed')
}
