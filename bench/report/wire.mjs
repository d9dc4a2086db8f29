/** Results of `pnpm bench:wire` as tables and charts. */
import { describeMachine } from '../measure/machine.mjs'
import { barChart } from './chart.mjs'
import { fixed, markdownTable, thousands } from './markdown.mjs'

/**
 * @typedef {object} WireRow medians; none where the core does not know the form
 * @property {string} name
 * @property {'wire' | 'aggregated' | 'signing'} kind
 * @property {number} bytes
 * @property {boolean} available
 * @property {number} [linesPerSecond]
 * @property {number} [mainUs]
 * @property {number} [allUs]
 * @property {number} [wireBytesPerByte]
 * @property {number} [lost] the worst run
 */

/** @typedef {{ machine: ReturnType<import('../measure/machine.mjs').machine>, rounds: number, rows: readonly WireRow[] }} WireResults */

/** The form that is highlighted. */
const DEFAULT = 'json'

const KINDS = /** @type {const} */ ({
  wire: 'a record for each line',
  aggregated: 'records of 50 KB',
  signing: 'credentials (JSON)'
})

/** @param {WireResults} results */
export function wireReport({ machine, rounds, rows }) {
  return [
    '# Wire forms and signing',
    '',
    `${describeMachine(machine)}. Medians of ${rounds}.`,
    '',
    'Fed directly: all CPU is on one thread, which is the worker where there is one. The server reads and checks everything',
    'on the same machine, so lines/s is a bound of both; the CPU of the sender is its own. Bytes: body bytes sent for each byte',
    'logged.',
    '',
    ...sizesOf(rows).flatMap((bytes) => [
      `## ${bytes} bytes a line`,
      '',
      tableOf(rows.filter((row) => row.bytes === bytes)),
      '',
      `![CPU and bytes of each form](${chartName(bytes)})`,
      ''
    ])
  ].join('\n')
}

/**
 * @param {WireResults} results
 * @returns {Record<string, string>} by file name
 */
export function wireCharts({ rows }) {
  return Object.fromEntries(
    sizesOf(rows).map((bytes) => {
      const bars = Object.entries(KINDS).flatMap(([kind, heading]) => {
        const members = rows.filter((row) => row.kind === kind && row.bytes === bytes)
        return members.length === 0 ? [] : [{ heading }, ...members.flatMap(barOf)]
      })
      return [
        chartName(bytes),
        barChart(
          `CPU for each line of ${bytes} bytes, bytes sent for each byte logged (red: the default)`,
          bars
        )
      ]
    })
  )
}

/** @param {number} bytes */
const chartName = (bytes) => `wire-${bytes}.svg`

/** @param {readonly WireRow[]} rows */
const sizesOf = (rows) => [...new Set(rows.map(({ bytes }) => bytes))]

/** @param {WireRow} row */
function barOf({ name, allUs, wireBytesPerByte }) {
  if (allUs === undefined) return []
  const label = `${fixed(allUs)} µs, ${fixed(wireBytesPerByte ?? Number.NaN, 2)} bytes`
  // Under its heading, that it is aggregated needs no saying.
  return [{ name: name.replace(', aggregate', ''), value: allUs, ours: name === DEFAULT, label }]
}

/** @param {readonly WireRow[]} rows of one size */
function tableOf(rows) {
  const head = ['', 'lines/s', 'main µs', 'all µs', 'bytes sent for a byte', 'not delivered']
  const body = Object.entries(KINDS).flatMap(([kind, title]) => [
    [`_${title}_`, '', '', '', '', ''],
    ...rows.filter((row) => row.kind === kind).map(cellsOf)
  ])
  return markdownTable(head, body)
}

/** @param {WireRow} row */
function cellsOf(row) {
  if (!row.available) return [row.name, 'not available', '', '', '', '']
  const { name, linesPerSecond = 0, mainUs = 0, allUs = 0, wireBytesPerByte = 0, lost = 0 } = row
  return [name, thousands(linesPerSecond), fixed(mainUs), fixed(allUs), fixed(wireBytesPerByte, 2), lost]
}
