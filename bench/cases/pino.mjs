/** pino in front: the transport runs in pino's worker thread. All with the same copy of pino. */
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { disOptions } from './dis.mjs'
import { ours } from './ours.mjs'
import { fromPeers, peerPath } from './peers.mjs'

/** @import { Case, Context } from './cases.mjs' */

// What a peer drops or delays by default is set so that it can deliver a burst: a comparison needs all lines.
const TARGETS = {
  /** @param {Context} _ */
  'pino/file': (_) => ({ target: 'pino/file', options: { destination: '/dev/null' } }),
  /** @param {Context} context */
  'pino-loki': ({ sink }) => ({
    target: peerPath('pino-loki'),
    options: { host: sink, batching: { interval: 1, maxBufferSize: 0 }, labels: { job: 'bench' } }
  }),
  /** @param {Context} context */
  'pino-elasticsearch': ({ sink }) => ({
    target: peerPath('pino-elasticsearch'),
    options: { node: sink, index: 'logs', esVersion: 9, flushBytes: 1_000_000, flushInterval: 1_000 }
  }),
  /** @param {Context} context */
  'pino-opentelemetry-transport': ({ sink, lines }) => ({
    target: peerPath('pino-opentelemetry-transport'),
    options: {
      loggerName: 'bench',
      serviceVersion: '1',
      logRecordProcessorOptions: {
        recordProcessorType: 'batch',
        exporterOptions: {
          protocol: 'http/protobuf',
          protobufExporterOptions: { url: `${sink}/v1/logs` }
        },
        processorConfig: { maxQueueSize: lines + 1, maxExportBatchSize: 500, scheduledDelayMillis: 200 }
      }
    }
  }),
  /** @param {Context} context */
  'pino-dis': (context) => ({
    target: fileURLToPath(ours(context.build, 'pino-dis')),
    options: disOptions(context)
  })
}

/**
 * What is given to `pino.transport()`.
 * @param {keyof typeof TARGETS} name
 * @param {Context} context
 */
export const pinoTarget = (name, context) => TARGETS[name](context)

/**
 * @param {keyof typeof TARGETS} name
 * @returns {Case}
 */
export function pinoCase(name) {
  return {
    toSink: name !== 'pino/file',
    async start(context) {
      const pino = fromPeers('pino')
      const transport = pino.transport(pinoTarget(name, context))
      const logger = pino({ base: { pid: 4242, hostname: 'web-01' } }, transport)
      await once(transport, 'ready')
      transport.on('error', (error) => console.error(error))
      return {
        log({ fields, message }) {
          logger.info(fields, message)
        },
        async end() {
          // pino-loki does not wait for pushes under way when it is closed: it gets the time it needs before.
          if (name === 'pino-loki') return
          transport.end()
          // pino-elasticsearch's stream never says that it has closed (pino gives up after 10 s): the sink knows better.
          if (name === 'pino-elasticsearch') return
          await once(transport, 'close')
        }
      }
    }
  }
}
