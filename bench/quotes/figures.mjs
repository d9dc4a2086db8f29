/** Results in bench/results → the figures that the documents quote, as text. */
import { readFileSync } from 'node:fs'
import { fixed } from '../report/markdown.mjs'

const BYTES = 250

/**
 * @param {URL} folder of the results, with a slash at its end
 * @returns {{ quoted: Record<string, string>, costs: string[][] }} `quoted` by name; `costs`: the cells of the table in docs/tuning.md
 */
export function figuresOf(folder) {
  const [throughput, memory, paced, startup, processes] = [
    'throughput',
    'memory',
    'paced',
    'startup',
    'processes'
  ].map((name) => JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8')))

  const run = (/** @type {string} */ name) => rowOf(throughput, { name, bytes: BYTES })
  const main = (/** @type {string} */ name) => run(name).median.mainUs
  const times = (/** @type {number} */ value, /** @type {number} */ base) => fixed(value / base, 2)
  const burst = (/** @type {string} */ name) => rowOf(memory, { name })
  const pace = (/** @type {string} */ name, /** @type {number} */ rate) => rowOf(paced, { name, rate })
  const start = (/** @type {string} */ row) => rowOf(startup, { row })
  const together = (/** @type {number} */ count) => rowOf(processes, { name: 'pino-dis', count })
  const pacedOf = (/** @type {number} */ rate) => ({
    [`dis more at ${rate}`]: inPercent(pace('pino-dis', rate).more.median),
    [`loki more at ${rate}`]: inPercent(pace('pino-loki', rate).more.median),
    [`p50 at ${rate}`]: fixed(pace('pino-dis', rate).delayP50Ms, 0),
    [`p99 at ${rate}`]: fixed(pace('pino-dis', rate).delayP99Ms, 0)
  })
  const peaksOf = (/** @type {string} */ name) => ({
    [`early peak of ${name}`]: whole(burst(name).earlyMb),
    [`peak of ${name}`]: whole(burst(name).peakMb)
  })

  return {
    quoted: {
      rounds: String(throughput.rounds),
      'fed dis': fixed(main('pino-dis, fed directly')),
      'fed loki': fixed(main('pino-loki, fed directly')),
      'fed to loki': times(main('pino-dis, fed directly'), main('pino-loki, fed directly')),
      'fed to kinesis': times(main('pino-dis, fed directly'), main('aws-sdk client-kinesis')),
      'pino call': times(main('pino-dis'), main('pino/file')),
      'winston call': times(main('winston-dis'), main('winston → nothing')),
      ...Object.assign(
        {},
        ...['pino/file', 'pino-loki', 'pino-dis', 'winston-dis', 'createProducer'].map(peaksOf)
      ),
      ...pacedOf(1_000),
      ...pacedOf(10_000),
      'p50 with 20': fixed(pace('pino-dis, lingerMs: 20', 1_000).delayP50Ms, 0),
      'p99 with 20': fixed(pace('pino-dis, lingerMs: 20', 1_000).delayP99Ms, 0),
      'pino up': fixed(start('pino-dis').toFile.median, 1),
      'winston up': fixed(start('winston-dis, require').toFile.median, 1),
      'four processes': times(together(4).allUs, together(1).allUs),
      'process peak': whole(together(4).sumMb / 4)
    },
    costs: COSTS.map(({ name, front }) => {
      const { median, toFile } = run(name)
      const worker = front === 'pino' || name === 'winston-dis' ? fixed(median.workerUs) : '–'
      return [fixed(median.mainUs), worker, fixed(toFile.linesPerSecond, 2), whole(median.peakMb)]
    })
  }
}

/** The rows of the table in docs/tuning.md, from top to bottom. */
const COSTS = [
  { name: 'pino/file', front: 'pino' },
  { name: 'pino-dis', front: 'pino' },
  { name: 'pino-loki', front: 'pino' },
  { name: 'pino-elasticsearch', front: 'pino' },
  { name: 'winston → nothing', front: 'winston' },
  { name: 'winston-dis', front: 'winston' },
  { name: 'winston http', front: 'winston' },
  { name: 'winston-loki', front: 'winston' },
  { name: 'pino-dis, fed directly', front: 'direct' },
  { name: 'pino-loki, fed directly', front: 'direct' },
  { name: 'aws-sdk client-kinesis', front: 'direct' }
]

/**
 * @param {{ rows: readonly any[] }} results
 * @param {Record<string, string | number>} wanted
 * @returns {any}
 */
function rowOf({ rows }, wanted) {
  const found = rows.find((row) => Object.entries(wanted).every(([key, value]) => row[key] === value))
  if (found === undefined)
    throw new Error(`no result of ${Object.values(wanted).join(', ')}: run that bench again, with all cases`)
  return found
}

/** @param {number} part */
const inPercent = (part) => fixed(part * 100)

/** @param {number} value */
const whole = (value) => Math.round(value).toLocaleString('en-US')
