/** A logger of each kind, as something that can be measured. */
import { once } from 'node:events'
import { createProducer, type PlainDisOptions } from '@dis-logs/core'
import type { StatsSource } from '@dis-logs/core/prometheus'
import { createLocalDis, type Fault, type LocalDis } from '@dis-logs/local'
import pino from 'pino'
import { disOptions, flushOf, statsOf } from 'pino-dis'
import winston from 'winston'
import { DisTransport } from 'winston-dis'

export const STREAM = 'app-logs'

export function serve(...faults: Fault[]): Promise<LocalDis> {
  const streams = [STREAM, 'other'].map((name) => ({ name, partitions: 2 }))
  return createLocalDis({ streams, limits: false, faults })
}

export function optionsFor(dis: LocalDis, options: PlainDisOptions = {}): PlainDisOptions {
  const keys = { accessKey: 'FAKE-ACCESS-KEY', secretKey: 'fake-secret-key' }
  return { endpoint: dis.url, projectId: 'p', streamName: STREAM, credentials: keys, ...options }
}

export interface Measured {
  readonly source: StatsSource
  log(n: number): void
  flush(): Promise<unknown>
  end(): Promise<unknown>
}

export const KINDS: readonly [string, (options: PlainDisOptions) => Measured][] = [
  [
    "pino's worker",
    (options) => {
      const transport = pino.transport({ target: 'pino-dis', options: disOptions({ ...options }) })
      const logger = pino({ base: { hostname: 'h' } }, transport)
      return {
        source: () => statsOf(transport),
        log: (n) => logger.info({ n }),
        flush: () => flushOf(transport),
        end: async () => {
          transport.end()
          await once(transport, 'close')
        }
      }
    }
  ],
  [
    "winston's worker",
    (options) => {
      const transport = new DisTransport(options)
      const logger = winston.createLogger({ transports: [transport] })
      return {
        source: transport,
        log: (n) => void logger.info('', { n }),
        flush: () => transport.flush(),
        end: async () => {
          logger.end()
          await once(logger, 'finish')
        }
      }
    }
  ],
  [
    'this thread',
    (options) => {
      const producer = createProducer(options)
      return {
        source: producer,
        log: (n) => void producer.write(JSON.stringify({ n })),
        flush: () => producer.flush(),
        end: () => producer.close()
      }
    }
  ]
]
