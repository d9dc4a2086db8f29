/** What is started. pino and winston themselves are loaded before the clock runs: an application has them anyway. */
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { disOptions } from '../cases/dis.mjs'
import { ours } from '../cases/ours.mjs'
import { fromPeers, peerPath } from '../cases/peers.mjs'
import { pinoTarget } from '../cases/pino.mjs'

/** @typedef {{ sink: string, build: string }} Given `build`: the checkout that ours are taken from */
/** @typedef {'called' | 'up' | 'settled' | 'ended'} Moment */
/** @typedef {(mark: (moment: Moment) => void) => Promise<void>} Start starts, logs one line, ends; marks the moments it gets to */

const OPTIONS = { base: { pid: 4242, hostname: 'web-01' } }
const FIELDS = { reqId: 'req-1', req: { method: 'GET', url: '/api/order/1' }, responseTime: 12.3 }
const MESSAGE = 'request completed'

/** @type {readonly { name: string, front: 'pino' | 'winston', ours: boolean, prepare: (given: Given) => Start }[]} */
export const STARTUP_CASES = [
  { name: 'pino/file', front: 'pino', ours: false, prepare: pinoPeer('pino/file') },
  { name: 'pino-loki', front: 'pino', ours: false, prepare: pinoPeer('pino-loki') },
  { name: 'pino-elasticsearch', front: 'pino', ours: false, prepare: pinoPeer('pino-elasticsearch') },
  {
    name: 'pino-opentelemetry-transport',
    front: 'pino',
    ours: false,
    prepare: pinoPeer('pino-opentelemetry-transport')
  },
  { name: 'pino-dis', front: 'pino', ours: true, prepare: pinoDis },
  { name: 'winston → nothing', front: 'winston', ours: false, prepare: winstonNothing },
  { name: 'winston http', front: 'winston', ours: false, prepare: winstonHttp },
  { name: 'winston-loki', front: 'winston', ours: false, prepare: winstonLoki },
  { name: 'winston-dis, require', front: 'winston', ours: true, prepare: winstonDisRequired },
  { name: 'winston-dis, import', front: 'winston', ours: true, prepare: winstonDisImported }
]

/**
 * A package of ours as `require` finds it by its name. pino finds its targets so, too: they are the CommonJS build.
 * @param {string} build
 * @param {'pino-dis' | 'winston-dis'} name
 */
const byName = (build, name) => createRequire(ours(build, name)).resolve(name)

/**
 * @param {string} name
 * @returns {(given: Given) => Start}
 */
function pinoPeer(name) {
  return ({ sink, build }) => pinoStart(pinoTarget(name, { sink, build, lines: 1, entries: [] }))
}

/** @param {Given} given */
function pinoDis({ sink, build }) {
  return pinoStart({ target: byName(build, 'pino-dis'), options: disOptions({ sink }) })
}

/**
 * @param {{ target: string, options: object }} target
 * @returns {Start}
 */
function pinoStart(target) {
  const pino = fromPeers('pino')
  return async (mark) => {
    const transport = pino.transport(target)
    // As an application does, which does not wait until the worker is there.
    pino(OPTIONS, transport).info(FIELDS, MESSAGE)
    mark('called')
    await once(transport, 'ready')
    mark('up')
    await new Promise((resolve) => transport.flush(resolve))
    mark('settled')
    transport.end()
    // Its stream never says that it has closed.
    if (target.target === peerPath('pino-elasticsearch')) return
    await once(transport, 'close')
    mark('ended')
  }
}

/** @returns {Start} */
function winstonNothing() {
  const winston = fromPeers('winston')
  return winstonStart(winston, () => {
    return new (class Nothing extends winston.Transport {
      log(_info, next) {
        next()
      }
    })()
  })
}

/**
 * @param {Given} given
 * @returns {Start}
 */
function winstonHttp({ sink }) {
  const winston = fromPeers('winston')
  const { hostname, port } = new URL(sink)
  return winstonStart(
    winston,
    () => new winston.transports.Http({ host: hostname, port, path: '/lines' }),
    false
  )
}

/**
 * @param {Given} given
 * @returns {Start}
 */
function winstonLoki({ sink }) {
  return winstonStart(
    fromPeers('winston'),
    () => {
      const Loki = fromPeers('winston-loki')
      return new Loki({ host: sink, labels: { job: 'bench' }, interval: 1, gracefulShutdown: false })
    },
    false
  )
}

/**
 * @param {Given} given
 * @returns {Start}
 */
function winstonDisRequired({ sink, build }) {
  const require = createRequire(ours(build, 'winston-dis'))
  return winstonStart(require('winston'), () => {
    const { DisTransport } = require('winston-dis')
    return new DisTransport(disOptions({ sink }))
  })
}

/**
 * @param {Given} given
 * @returns {Start}
 */
function winstonDisImported({ sink, build }) {
  const entry = ours(build, 'winston-dis').href
  // The one that winston-dis sees: both share winston-transport, as in an application.
  return winstonStart(createRequire(entry)('winston'), async () => {
    const { DisTransport } = await import(entry)
    return new DisTransport(disOptions({ sink }))
  })
}

/**
 * @param {any} winston
 * @param {() => any} load loads the transport's package, and makes one
 * @param {boolean} [ends] false: it does not end, or breaks off what it has
 * @returns {Start}
 */
function winstonStart({ createLogger, format }, load, ends = true) {
  return async (mark) => {
    // `await` only where it is needed: it would let others run before the line is logged.
    const loaded = load()
    const transport = loaded instanceof Promise ? await loaded : loaded
    const logger = createLogger({ format: format.json(), transports: [transport] })
    logger.info(MESSAGE, FIELDS)
    mark('called')
    // winston's transports have no moment of their own: they are up when they take lines.
    mark('up')
    if (!ends) return
    await transport.flush?.()
    mark('settled')
    logger.end()
    await once(logger, 'finish')
    mark('ended')
  }
}
