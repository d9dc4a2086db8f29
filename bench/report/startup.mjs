/** Starts → rows → table and chart of `pnpm bench:startup`. */
import { medianInterval } from '../measure/interval.mjs'
import { describeMachine } from '../measure/machine.mjs'
import { median } from '../measure/median.mjs'
import { ratioOf } from './against.mjs'
import { barChart } from './chart.mjs'
import { fixed, markdownTable, withEnds } from './markdown.mjs'

/** @import { Interval } from '../measure/interval.d.mts' */
/** @import { Started } from '../startup/run.mjs' */

/**
 * @typedef {object} StartRow
 * @property {string} row
 * @property {string} front
 * @property {boolean} ours
 * @property {number} starts
 * @property {number} calledMs medians; null where a library says nothing of that moment
 * @property {Interval} upMs
 * @property {Interval} upCpuMs
 * @property {Interval} toFile `up` as a multiple of that of pino/file, by pairs of one round
 * @property {Interval} cpuToFile the same of its CPU
 * @property {Interval} [toOther] the same as a multiple of the other build, if there is one
 * @property {Interval} [cpuToOther]
 * @property {number | null} settledMs
 * @property {number | null} endedMs
 * @property {number | null} endedCpuMs
 */

const REFERENCE = 'pino/file'
const CONFIDENCE = 0.95
const FRONTS = /** @type {const} */ ({
  pino: 'from `pino.transport()`',
  winston: 'from `require` or `import`'
})

/** The row of the same case of another build. @param {string} name */
export const otherBuild = (name) => `${name}, the other`

/**
 * @param {readonly { row: string, front: string, ours: boolean }[]} cases
 * @param {(row: string) => readonly Started[]} startsOf in the order of the rounds
 * @returns {StartRow[]} cases without a start are left out
 */
export function summarizeStarts(cases, startsOf) {
  const reference = startsOf(REFERENCE)
  return cases.flatMap(({ row, front, ours }) => {
    const starts = startsOf(row)
    if (starts.length === 0) return []
    const of = (/** @type {keyof Started} */ moment, /** @type {'clockMs' | 'cpuMs'} */ key) =>
      starts.flatMap((start) => start[moment]?.[key] ?? [])
    const middle = (/** @type {keyof Started} */ moment, /** @type {'clockMs' | 'cpuMs'} */ key) => {
      const values = of(moment, key)
      return values.length === 0 ? null : median(values)
    }
    const other = startsOf(otherBuild(row))
    return [
      {
        row,
        front,
        ours,
        starts: starts.length,
        calledMs: median(of('called', 'clockMs')),
        upMs: medianInterval(of('up', 'clockMs'), CONFIDENCE),
        upCpuMs: medianInterval(of('up', 'cpuMs'), CONFIDENCE),
        toFile: upRatio(reference, starts, 'clockMs'),
        cpuToFile: upRatio(reference, starts, 'cpuMs'),
        ...(other.length > 0 && {
          toOther: upRatio(other, starts, 'clockMs'),
          cpuToOther: upRatio(other, starts, 'cpuMs')
        }),
        settledMs: middle('settled', 'clockMs'),
        endedMs: middle('ended', 'clockMs'),
        endedCpuMs: middle('ended', 'cpuMs')
      }
    ]
  })
}

/**
 * @param {readonly Started[]} reference
 * @param {readonly Started[]} starts
 * @param {'clockMs' | 'cpuMs'} key
 * @returns {Interval}
 */
function upRatio(reference, starts, key) {
  const pairs = starts.flatMap((start, round) => {
    const [base, own] = [reference[round]?.up?.[key], start.up?.[key]]
    return base === undefined || own === undefined ? [] : [/** @type {const} */ ([base, own])]
  })
  return ratioOf(pairs)
}

/** @param {Started} started */
export const startLine = ({ up, ended }) =>
  `up after ${fixed(up?.clockMs ?? Number.NaN, 0)} ms, CPU ${fixed(up?.cpuMs ?? Number.NaN, 0)} ms` +
  (ended === undefined
    ? ''
    : `; one line and end ${fixed(ended.clockMs, 0)} ms, CPU ${fixed(ended.cpuMs, 0)}`)

/** @param {{ machine: ReturnType<import('../measure/machine.mjs').machine>, rounds: number, rows: readonly StartRow[] }} results */
export function startupReport({ machine, rounds, rows }) {
  const head = [
    '',
    'up after, ms',
    '× file',
    'CPU until then, ms',
    '× file',
    'log call back, ms',
    'line settled, ms',
    'ended, ms',
    'CPU in all, ms'
  ]
  const body = Object.entries(FRONTS).flatMap(([front, title]) => {
    const members = rows.filter((row) => row.front === front)
    return members.length === 0
      ? []
      : [[`_${title}_`, ...Array(head.length - 1).fill('')], ...members.map(cellsOf)]
  })
  return [
    '# Start-up',
    '',
    `${describeMachine(machine)}. ${rounds} interleaved rounds, each start in a process of its own.`,
    '',
    'Up: with pino the `ready` event of the transport, with winston the moment when the first log call is back. In brackets the',
    `interval of ${CONFIDENCE * 100} %. × file: as a multiple of pino/file in the same round. CPU is that of all threads. Settled: pino/file has written`,
    'the line, ours have the acknowledgement of the service, the peers have taken it. CPU in all: from the start until the logger',
    'has ended, with one line; "–" where it does not end by itself. How to read it: [../README.md](../README.md).',
    '',
    markdownTable(head, body),
    '',
    ...rows.flatMap(comparedLine),
    '![start-up](startup.svg)',
    ''
  ].join('\n')
}

/** @param {StartRow} row */
function cellsOf({ row, ours, ...m }) {
  return [
    ours ? `**${row}**` : row,
    withEnds(m.upMs, 1),
    withEnds(m.toFile, 2),
    withEnds(m.upCpuMs, 1),
    withEnds(m.cpuToFile, 2),
    fixed(m.calledMs),
    fixed(m.settledMs ?? Number.NaN, 0),
    fixed(m.endedMs ?? Number.NaN, 0),
    fixed(m.endedCpuMs ?? Number.NaN, 0)
  ]
}

/** @param {StartRow} row */
function comparedLine({ row, toOther, cpuToOther }) {
  if (toOther === undefined || cpuToOther === undefined) return []
  return [`${row}: up after ${withEnds(toOther, 2)} × the other build, CPU ${withEnds(cpuToOther, 2)} ×.`, '']
}

/** @param {{ rows: readonly StartRow[] }} results */
export function startupChart({ rows }) {
  const bars = Object.entries(CHARTED).flatMap(([front, heading]) => {
    const members = rows.filter((row) => row.front === front)
    return members.length === 0 ? [] : [{ heading }, ...members.map(barOf)]
  })
  return barChart('Start-up, and × the time that pino/file needs (less is better)', bars)
}

/** What the bars are. */
const CHARTED = {
  pino: 'pino: from pino.transport() until the transport is ready',
  winston: 'winston: from require or import until the first log call is back'
}

/** @param {StartRow} row */
function barOf({ row, ours, upMs, toFile }) {
  const label = `${fixed(upMs.median, 0)} ms, × ${fixed(toFile.median, toFile.median < 1 ? 2 : 1)}`
  return { name: row, ours, value: upMs.median, label }
}
