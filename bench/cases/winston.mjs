/** winston in front: its transports run on the application's thread, unless they bring a worker. */
import { once } from 'node:events'
import { disOptions } from './dis.mjs'
import { ours } from './ours.mjs'
import { fromPeers } from './peers.mjs'

/** @import { Case, Context } from './cases.mjs' */

/** @type {Record<string, (context: Context) => unknown>} */
const TRANSPORTS = {
  'winston → nothing': () => {
    const Transport = fromPeers('winston').Transport
    return new (class Nothing extends Transport {
      log(_info, next) {
        next()
      }
    })()
  },
  'winston http': ({ sink }) => {
    const { hostname, port } = new URL(sink)
    const { Http } = fromPeers('winston').transports
    return new Http({
      host: hostname,
      port,
      path: '/lines',
      batch: true,
      batchCount: 500,
      batchInterval: 200
    })
  },
  'winston-loki': ({ sink }) => {
    const Loki = fromPeers('winston-loki')
    return new Loki({ host: sink, labels: { job: 'bench' }, interval: 1, gracefulShutdown: false })
  },
  'winston-dis': async (context) => {
    const { DisTransport } = await import(ours(context.build, 'winston-dis').href)
    return new DisTransport(disOptions(context))
  }
}

/**
 * @param {keyof typeof TRANSPORTS} name
 * @returns {Case}
 */
export function winstonCase(name) {
  return {
    toSink: name !== 'winston → nothing',
    async start(context) {
      const { createLogger, format } = fromPeers('winston')
      const transport = await TRANSPORTS[name](context)
      const logger = createLogger({
        defaultMeta: { pid: 4242, hostname: 'web-01' },
        format: format.json(),
        transports: [transport]
      })
      return {
        log({ fields, message }) {
          logger.info(message, fields)
        },
        async end() {
          if (name === 'winston-loki') return transport.flush()
          // logger.end() breaks off what winston's own http transport has not taken yet: it gets the time it needs.
          if (name === 'winston http') return
          logger.end()
          await once(logger, 'finish')
        }
      }
    }
  }
}
