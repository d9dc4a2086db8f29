/** Runs → rows → table and charts of `pnpm bench:paced`. */
import { medianInterval } from '../measure/interval.mjs'
import { describeMachine } from '../measure/machine.mjs'
import { median } from '../measure/median.mjs'
import { barChart } from './chart.mjs'
import { fixed, markdownTable, withEnds } from './markdown.mjs'

/** @import { Interval } from '../measure/interval.d.mts' */
/** @import { PacedRun } from '../paced/run.mjs' */
/** @import { PacedCase } from '../paced/cases.mjs' */

/**
 * @typedef {object} PacedRow
 * @property {string} name
 * @property {PacedCase['front']} front
 * @property {boolean} ours
 * @property {number} rate
 * @property {number} runs
 * @property {number} linesPerSecond medians
 * @property {Interval} cpuShare
 * @property {Interval | null} more CPU above that of `base` in the same round; null for the base itself
 * @property {number | null} delayP50Ms
 * @property {number | null} delayP99Ms
 * @property {number} peakMb
 * @property {number} lost the worst run
 */

const FRONTS = /** @type {const} */ ({
  pino: 'pino in front, the transport in its worker',
  winston: 'winston in front'
})

/**
 * @param {readonly PacedCase[]} cases
 * @param {readonly number[]} rates
 * @param {(name: string, rate: number) => readonly (PacedRun | undefined)[]} runsOf by round; undefined: it failed
 * @returns {PacedRow[]} cases without a run are left out
 */
export function summarizePaced(cases, rates, runsOf) {
  return rates.flatMap((rate) =>
    cases.flatMap(({ name, front, ours, base }) => {
      const rounds = runsOf(name, rate)
      const runs = rounds.flatMap((run) => run ?? [])
      if (runs.length === 0) return []
      const bases = runsOf(base, rate)
      const differences = rounds.flatMap((run, round) => {
        const other = bases[round]
        return run === undefined || other === undefined ? [] : [run.cpuShare - other.cpuShare]
      })
      const delay = (/** @type {'delayP50Ms' | 'delayP99Ms'} */ key) => {
        const values = runs.flatMap((run) => run[key] ?? [])
        return values.length === 0 ? null : median(values)
      }
      return [
        {
          name,
          front,
          ours,
          rate,
          runs: runs.length,
          linesPerSecond: median(runs.map((run) => run.linesPerSecond)),
          cpuShare: medianInterval(runs.map((run) => run.cpuShare)),
          more: name === base ? null : medianInterval(differences),
          delayP50Ms: delay('delayP50Ms'),
          delayP99Ms: delay('delayP99Ms'),
          peakMb: median(runs.map((run) => run.peakMb)),
          lost: Math.max(...runs.map((run) => run.lost))
        }
      ]
    })
  )
}

/** @param {PacedRun} run */
export const pacedLine = (run) =>
  `${fixed(run.cpuShare * 100)} % of a core, delay p50 ${fixed(run.delayP50Ms ?? Number.NaN, 0)}, ` +
  `p99 ${fixed(run.delayP99Ms ?? Number.NaN, 0)} ms, ${fixed(run.peakMb, 0)} MB${run.lost > 0 ? `, LOST ${run.lost}` : ''}`

/**
 * @param {{ machine: ReturnType<import('../measure/machine.mjs').machine>, rounds: number, seconds: number, bytes: number,
 *   rates: readonly number[], rows: readonly PacedRow[] }} results
 */
export function pacedReport({ machine, rounds, seconds, bytes, rates, rows }) {
  return [
    '# An even pace',
    '',
    `${describeMachine(machine)}. Medians of ${rounds} interleaved rounds of ${seconds} s, after a warm-up; lines of ${bytes} bytes.`,
    '',
    'CPU: of all threads of the process, as a part of one core, in brackets the interval of 95 %. More: above pino/file, or above winston',
    'with a transport that does nothing, in the same round. Delay: from the log call until the service has answered.',
    'How to read it: [../README.md](../README.md).',
    '',
    ...rates.flatMap((rate) => [
      `## ${rate.toLocaleString('en-US')} lines a second`,
      '',
      tableOf(rows.filter((row) => row.rate === rate)),
      ''
    ]),
    '![CPU](paced-cpu.svg)',
    '',
    '![delay](paced-delay.svg)',
    ''
  ].join('\n')
}

/** @param {readonly PacedRow[]} rows */
function tableOf(rows) {
  const head = [
    '',
    'lines/s',
    'CPU, % of a core',
    'more, %',
    'delay p50, ms',
    'delay p99, ms',
    'peak MB',
    'lost'
  ]
  const body = Object.entries(FRONTS).flatMap(([front, title]) => {
    const members = rows.filter((row) => row.front === front)
    return members.length === 0
      ? []
      : [[`_${title}_`, ...Array(head.length - 1).fill('')], ...members.map(cellsOf)]
  })
  return markdownTable(head, body)
}

/** @param {PacedRow} row */
function cellsOf(row) {
  return [
    row.ours ? `**${row.name}**` : row.name,
    fixed(row.linesPerSecond, 0),
    withEnds(inPercent(row.cpuShare), 1),
    row.more === null ? '–' : withEnds(inPercent(row.more), 1),
    fixed(row.delayP50Ms ?? Number.NaN, 0),
    fixed(row.delayP99Ms ?? Number.NaN, 0),
    fixed(row.peakMb, 0),
    row.lost
  ]
}

/** @param {Interval} interval */
const inPercent = ({ median: middle, low, high }) => ({
  median: middle * 100,
  low: low * 100,
  high: high * 100
})

/**
 * @param {{ rates: readonly number[], rows: readonly PacedRow[] }} results
 * @returns {Record<string, string>} by file name
 */
export function pacedCharts({ rates, rows }) {
  const sections = (/** @type {(row: PacedRow) => import('./chart.mjs').Bar[]} */ barsOf) =>
    rates.flatMap((rate) => [
      { heading: `${rate.toLocaleString('en-US')} lines a second` },
      ...rows.filter((row) => row.rate === rate).flatMap(barsOf)
    ])
  return {
    'paced-cpu.svg': barChart(
      'CPU of the process, % of one core; in brackets: above pino/file, or winston with nothing',
      sections(({ name, ours, cpuShare, more }) => [
        {
          name,
          ours,
          value: cpuShare.median,
          label: `${fixed(cpuShare.median * 100)} %${more === null ? '' : ` (${signed(more.median * 100)})`}`
        }
      ])
    ),
    'paced-delay.svg': barChart(
      'From the log call to the answer of the service: median, and p99 as a line (less is better)',
      sections(({ name, ours, delayP50Ms, delayP99Ms }) =>
        delayP50Ms === null || delayP99Ms === null
          ? []
          : [
              {
                name,
                ours,
                value: delayP50Ms,
                to: delayP99Ms,
                label: `${fixed(delayP50Ms, 0)}, ${fixed(delayP99Ms, 0)} ms`
              }
            ]
      )
    )
  }
}

/** @param {number} value */
function signed(value) {
  const text = fixed(value)
  return value > 0 ? `+${text}` : text.replace('-', '−')
}
