/** Runs → rows → table and charts of `pnpm bench`. */

import { describeMachine } from '../measure/machine.mjs'
import { median, spread } from '../measure/median.mjs'
import { againstTable } from './against.mjs'
import { barChart } from './chart.mjs'
import { fixed, markdownTable, percent, thousands } from './markdown.mjs'

/** @import { Run } from '../cases/run.mjs' */
/** @import { Against } from './against.d.mts' */
/** @import { Front } from '../cases/cases.mjs' */

/**
 * @typedef {object} Row
 * @property {string} name
 * @property {Front} front
 * @property {boolean} ours
 * @property {number} bytes
 * @property {number} runs
 * @property {Run} median
 * @property {number} spread how far rounds were apart in lines/s, as a part of the median
 * @property {{ linesPerSecond: number, allUs: number, peakMb: number }} toFile the median of each round's ratio to
 *   pino/file in the same round, with the same length of line
 */

/** @typedef {{ machine: ReturnType<import('../measure/machine.mjs').machine>, rounds: number, lines: Record<string, number>, rows: Row[],
 *   against: readonly { bytes: number, rows: readonly Against[] }[] }} Results */

const REFERENCE = 'pino/file'
const FRONTS = /** @type {const} */ ({
  pino: 'pino in front, the transport in its worker',
  winston: 'winston in front',
  direct: 'lines fed directly, everything on one thread'
})

/**
 * @param {readonly { name: string, front: Front, ours: boolean }[]} cases
 * @param {readonly number[]} sizes
 * @param {(name: string, bytes: number) => readonly (Run | undefined)[]} runsOf by round; undefined: it failed
 * @returns {Row[]} cases without a run are left out
 */
export function summarize(cases, sizes, runsOf) {
  return sizes.flatMap((bytes) => {
    const reference = runsOf(REFERENCE, bytes)
    return cases.flatMap(({ name, front, ours }) => {
      const rounds = runsOf(name, bytes)
      const runs = rounds.flatMap((run) => run ?? [])
      if (runs.length === 0) return []
      const of = (/** @type {keyof Run} */ key) => runs.map((run) => Number(run[key]))
      /** A ratio within one round: what slowed the round has slowed both. */
      const ratio = (/** @type {keyof Run} */ key) =>
        median(
          rounds.flatMap((run, round) => {
            const base = reference[round]
            return run === undefined || base === undefined ? [] : [Number(run[key]) / Number(base[key])]
          })
        )
      return [
        {
          name,
          front,
          ours,
          bytes,
          runs: runs.length,
          median: {
            linesPerSecond: median(of('linesPerSecond')),
            logCallsPerSecond: median(of('logCallsPerSecond')),
            mainUs: median(of('mainUs')),
            workerUs: median(of('workerUs')),
            allUs: median(of('allUs')),
            peakMb: median(of('peakMb')),
            delayP99Ms: median(of('delayP99Ms')),
            lost: Math.max(...of('lost'))
          },
          spread: spread(of('linesPerSecond')),
          toFile: { linesPerSecond: ratio('linesPerSecond'), allUs: ratio('allUs'), peakMb: ratio('peakMb') }
        }
      ]
    })
  })
}

/** @param {Run} run */
export const rowLine = (run) =>
  `${thousands(run.linesPerSecond).padStart(6)} lines/s  main ${fixed(run.mainUs)}  worker ${fixed(run.workerUs)}  ` +
  `all ${fixed(run.allUs)} µs  ${fixed(run.peakMb, 0)} MB${run.lost > 0 ? `  LOST ${run.lost}` : ''}`

/** @param {Results} results */
export function reportOf(results) {
  const tables = Object.keys(results.lines).flatMap((size) => {
    const bytes = Number(size)
    const rows = results.rows.filter((row) => row.bytes === bytes)
    return [
      `## ${bytes} bytes a line, ${results.lines[size].toLocaleString('en-US')} lines`,
      '',
      tableOf(rows),
      '',
      ...results.against.flatMap((part) => (part.bytes === bytes ? [againstTable(part.rows), ''] : []))
    ]
  })
  return [
    '# Throughput',
    '',
    `${describeMachine(results.machine)}. Medians of ${results.rounds}.`,
    '',
    'lines/s: from the first log call until the last line had arrived. × file: lines/s as a part of those of pino/file',
    'to /dev/null in the same round. CPU in µs a line; "all" is the whole process, garbage collection included.',
    'The second table has ratios of two cases in the same round, in brackets the interval of 95 %.',
    'How to read it: [../README.md](../README.md).',
    '',
    ...tables
  ].join('\n')
}

/** @param {Row[]} rows */
function tableOf(rows) {
  const head = [
    '',
    'lines/s',
    '± ',
    '× file',
    'log calls/s',
    'main µs',
    'worker µs',
    'all µs',
    'peak MB',
    'loop delay p99 ms',
    'lost'
  ]
  const body = Object.entries(FRONTS).flatMap(([front, title]) => {
    const members = rows.filter((row) => row.front === front)
    if (members.length === 0) return []
    return [[`_${title}_`, ...Array(head.length - 1).fill('')], ...members.map(cellsOf)]
  })
  return markdownTable(head, body)
}

/** @param {Row} row */
function cellsOf({ name, ours, front, median: m, spread: apart, toFile }) {
  return [
    ours ? `**${name}**` : name,
    thousands(m.linesPerSecond),
    percent(apart),
    fixed(toFile.linesPerSecond, 2),
    thousands(m.logCallsPerSecond),
    fixed(m.mainUs),
    front === 'pino' ? fixed(m.workerUs) : m.workerUs > 0.1 ? fixed(m.workerUs) : '–',
    fixed(m.allUs),
    fixed(m.peakMb, 0),
    fixed(m.delayP99Ms, 0),
    m.lost
  ]
}

/**
 * @param {Results} results
 * @returns {Record<string, string>} by file name
 */
export function chartsOf(results) {
  return Object.fromEntries(
    Object.keys(results.lines).map((size) => {
      const rows = results.rows.filter((row) => row.bytes === Number(size))
      const bars = Object.entries(FRONTS).flatMap(([front, heading]) => {
        const members = rows.filter((row) => row.front === front)
        return members.length === 0 ? [] : [{ heading }, ...members.map(barOf)]
      })
      return [
        `cpu-${size}.svg`,
        barChart(`CPU of the process for each line of ${size} bytes (less is better)`, bars)
      ]
    })
  )
}

/** @param {Row} row */
function barOf({ name, ours, median: m }) {
  return { name, ours, value: m.allUs, label: `${fixed(m.allUs)} µs` }
}
