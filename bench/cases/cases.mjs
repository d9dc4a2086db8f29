/** All cases by name. A name is what --only takes, what the table shows. */
import { disStreamDirect, fileDirect, kinesisDirect, lokiDirect, producerDirect } from './direct.mjs'
import { pinoCase } from './pino.mjs'
import { winstonCase } from './winston.mjs'

/** @import { Entry } from '../measure/lines.mjs' */

/**
 * @typedef {{ sink: string, lines: number, entries: Entry[], build: string, lingerMs?: number | undefined }} Context
 *   `build`: the checkout that ours are taken from; `lingerMs`: of ours, if not the default
 */

/**
 * @typedef {object} Running
 * @property {(entry: Entry, index: number) => boolean | void} log false: wait for `room` before the next
 * @property {() => Promise<unknown>} [room]
 * @property {() => Promise<unknown>} end delivers what is left, as far as the library can say so
 */

/**
 * @typedef {object} Case
 * @property {boolean} toSink whether lines arrive at the sink
 * @property {boolean} [aggregated] whether a record holds several lines
 * @property {(context: Context) => Promise<Running>} start
 */

/** @typedef {'pino' | 'winston' | 'direct'} Front */

/** @type {readonly { name: string, front: Front, ours: boolean, make: () => Case }[]} */
export const CASES = [
  { name: 'pino/file', front: 'pino', ours: false, make: () => pinoCase('pino/file') },
  { name: 'pino-loki', front: 'pino', ours: false, make: () => pinoCase('pino-loki') },
  { name: 'pino-elasticsearch', front: 'pino', ours: false, make: () => pinoCase('pino-elasticsearch') },
  {
    name: 'pino-opentelemetry-transport',
    front: 'pino',
    ours: false,
    make: () => pinoCase('pino-opentelemetry-transport')
  },
  { name: 'pino-dis', front: 'pino', ours: true, make: () => pinoCase('pino-dis') },
  { name: 'winston → nothing', front: 'winston', ours: false, make: () => winstonCase('winston → nothing') },
  { name: 'winston http', front: 'winston', ours: false, make: () => winstonCase('winston http') },
  { name: 'winston-loki', front: 'winston', ours: false, make: () => winstonCase('winston-loki') },
  { name: 'winston-dis', front: 'winston', ours: true, make: () => winstonCase('winston-dis') },
  { name: 'pino/file, fed directly', front: 'direct', ours: false, make: () => fileDirect },
  { name: 'pino-loki, fed directly', front: 'direct', ours: false, make: () => lokiDirect },
  { name: 'aws-sdk client-kinesis', front: 'direct', ours: false, make: () => kinesisDirect },
  { name: 'pino-dis, fed directly', front: 'direct', ours: true, make: () => disStreamDirect() },
  {
    name: 'pino-dis, fed directly, token',
    front: 'direct',
    ours: true,
    make: () => disStreamDirect({ token: true })
  },
  { name: 'createProducer', front: 'direct', ours: true, make: () => producerDirect(false) },
  { name: 'createProducer, aggregate', front: 'direct', ours: true, make: () => producerDirect(true) }
]

/**
 * @param {string} name
 * @returns {Case}
 */
export function caseNamed(name) {
  const found = CASES.find((candidate) => candidate.name === name)
  if (found === undefined) throw new Error(`no case is called ${name}`)
  return found.make()
}
