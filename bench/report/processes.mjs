/** Runs → rows → table and charts of `pnpm bench:processes`. */
import { medianInterval } from '../measure/interval.mjs'
import { describeMachine } from '../measure/machine.mjs'
import { median } from '../measure/median.mjs'
import { barChart } from './chart.mjs'
import { fixed, markdownTable, thousands, withEnds } from './markdown.mjs'

/** @import { Front } from '../cases/cases.mjs' */
/** @import { Interval } from '../measure/interval.d.mts' */
/** @import { OneOfThem } from '../processes/run.mjs' */

/**
 * @typedef {object} Together one run of several processes
 * @property {number} linesPerSecond of all, from the first line of the first until the last line of all had arrived
 * @property {number} mainUs CPU for each line, of all processes together
 * @property {number} workerUs
 * @property {number} allUs
 * @property {number} peakMb of the largest process
 * @property {number} sumMb of all peaks
 * @property {number} lost
 */

/**
 * @typedef {object} ProcessesRow
 * @property {string} name
 * @property {Front} front
 * @property {boolean} ours
 * @property {number} count
 * @property {number} runs
 * @property {Interval} linesPerSecond
 * @property {number} mainUs medians
 * @property {number} workerUs
 * @property {number} allUs
 * @property {number} peakMb
 * @property {number} sumMb
 * @property {number} lost the worst run
 */

/**
 * @param {readonly OneOfThem[]} each
 * @param {number} total lines that they logged
 * @param {number} arrived
 * @returns {Together}
 */
export function togetherOf(each, total, arrived) {
  const startedAt = Math.min(...each.map((one) => one.startedAt))
  const endedAt = Math.max(...each.map((one) => one.endedAt))
  const peaks = each.map((one) => one.peakMb)
  // All log as many lines, so the mean of what a line takes is that of all lines.
  const mean = (/** @type {'mainUs' | 'workerUs' | 'allUs'} */ key) =>
    each.reduce((sum, one) => sum + one[key], 0) / each.length
  return {
    linesPerSecond: (arrived / (endedAt - startedAt)) * 1_000,
    mainUs: mean('mainUs'),
    workerUs: mean('workerUs'),
    allUs: mean('allUs'),
    peakMb: Math.max(...peaks),
    sumMb: peaks.reduce((sum, peak) => sum + peak, 0),
    lost: total - arrived
  }
}

/**
 * @param {readonly { name: string, front: Front, ours: boolean }[]} cases
 * @param {readonly number[]} counts
 * @param {(name: string, count: number) => readonly Together[]} runsOf
 * @returns {ProcessesRow[]} cases without a run are left out
 */
export function summarizeProcesses(cases, counts, runsOf) {
  return cases.flatMap(({ name, front, ours }) =>
    counts.flatMap((count) => {
      const runs = runsOf(name, count)
      if (runs.length === 0) return []
      const of = (/** @type {keyof Together} */ key) => runs.map((run) => run[key])
      return [
        {
          name,
          front,
          ours,
          count,
          runs: runs.length,
          linesPerSecond: medianInterval(of('linesPerSecond')),
          mainUs: median(of('mainUs')),
          workerUs: median(of('workerUs')),
          allUs: median(of('allUs')),
          peakMb: median(of('peakMb')),
          sumMb: median(of('sumMb')),
          lost: Math.max(...of('lost'))
        }
      ]
    })
  )
}

/** @param {Together} run */
export const processesLine = (run) =>
  `${thousands(run.linesPerSecond).padStart(6)} lines/s in sum, all ${fixed(run.allUs)} µs, largest ${fixed(run.peakMb, 0)}, ` +
  `sum ${fixed(run.sumMb, 0)} MB${run.lost > 0 ? `, LOST ${run.lost}` : ''}`

/**
 * @param {{ machine: ReturnType<import('../measure/machine.mjs').machine>, rounds: number, lines: number, bytes: number,
 *   rows: readonly ProcessesRow[] }} results
 */
export function processesReport({ machine, rounds, lines, bytes, rows }) {
  const head = [
    '',
    'processes',
    'lines/s in sum',
    'main µs',
    'worker µs',
    'all µs',
    'peak MB, largest',
    'peak MB, sum',
    'lost'
  ]
  return [
    '# Several processes at once',
    '',
    `${describeMachine(machine)}. Medians of ${rounds} interleaved rounds; ${lines.toLocaleString('en-US')} lines of ${bytes} bytes from each process.`,
    '',
    'lines/s: of all processes, from the first log call until the last line had arrived; in brackets the interval of 95 %. CPU in µs a',
    'line; "all" is the whole process. Peak: VmHWM of the largest process, and the sum of all. How to read it: [../README.md](../README.md).',
    '',
    markdownTable(head, rows.map(cellsOf)),
    '',
    '![lines/s](processes.svg)',
    '',
    '![memory](processes-memory.svg)',
    ''
  ].join('\n')
}

/** @param {ProcessesRow} row */
function cellsOf({ name, ours, count, linesPerSecond: rate, ...m }) {
  const inThousands = { median: rate.median / 1_000, low: rate.low / 1_000, high: rate.high / 1_000 }
  return [
    ours ? `**${name}**` : name,
    count,
    `${withEnds(inThousands, 0)}k`,
    fixed(m.mainUs),
    m.workerUs > 0.1 ? fixed(m.workerUs) : '–',
    fixed(m.allUs),
    fixed(m.peakMb, 0),
    fixed(m.sumMb, 0),
    m.lost
  ]
}

/**
 * @param {{ rows: readonly ProcessesRow[] }} results
 * @returns {Record<string, string>} by file name
 */
export function processesCharts({ rows }) {
  const names = [...new Set(rows.map(({ name }) => name))]
  const sections = (/** @type {(row: ProcessesRow) => { value: number, label: string }} */ shown) =>
    names.flatMap((heading) => [
      { heading },
      ...rows
        .filter(({ name }) => name === heading)
        .map((row) => ({
          ...shown(row),
          ours: row.ours,
          name: `${row.count} process${row.count === 1 ? '' : 'es'}`
        }))
    ])
  return {
    'processes.svg': barChart(
      'Lines a second of all processes together, each with a logger of its own (more is better)',
      sections(({ linesPerSecond: { median: value } }) => ({ value, label: thousands(value) }))
    ),
    'processes-memory.svg': barChart(
      'Peak memory of all processes together (less is better)',
      sections(({ sumMb, count }) => ({
        value: sumMb,
        label: `${fixed(sumMb, 0)} MB${count === 1 ? '' : ` (${fixed(sumMb / count, 0)} each)`}`
      }))
    )
  }
}
