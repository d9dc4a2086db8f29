/** Results of `pnpm bench:memory` as tables. */
import { CASES } from '../cases/cases.mjs'
import { describeMachine } from '../measure/machine.mjs'
import { lineChart } from './line-chart.mjs'
import { fixed, markdownTable, thousands } from './markdown.mjs'
import { OTHERS, OURS } from './svg.mjs'

/** @import { BufferRow } from '../memory/buffers.mjs' */
/** @import { BurstRow } from '../memory/burst.mjs' */

/** @param {{ machine: any, lines: number, early: number, bytes: number, rows: BurstRow[], buffers: BufferRow[] }} results */
export function memoryReport({ machine, lines, early, bytes, rows, buffers }) {
  const parts = ['# Memory', '', `${describeMachine(machine)}.`, '']
  if (rows.length > 0) {
    parts.push(
      '## A long burst',
      '',
      `${lines.toLocaleString('en-US')} lines of ${bytes} bytes, as fast as they can be logged; peak resident memory.`,
      '',
      markdownTable(
        ['', `peak after ${thousands(early)} lines, MB`, 'peak at the end, MB', 'growth', 'lines/s', 'lost'],
        rows.map(({ name, earlyMb, peakMb, linesPerSecond, lost }) => [
          name,
          fixed(earlyMb, 0),
          fixed(peakMb, 0),
          `× ${fixed(peakMb / earlyMb, 2)}`,
          thousands(linesPerSecond),
          lost
        ])
      ),
      '',
      '![peak memory over the lines that were logged](memory.svg)',
      ''
    )
  }
  if (buffers.length > 0) {
    parts.push(
      '## A full buffer',
      '',
      'createProducer, lines of 250 bytes, keys as long as a UUID that take turns. Memory really held (heap and external, after',
      'a collection, without what was held before) as a multiple of `buffer.maxBytes` (64 MiB). One key and 100,000 keys: the service',
      'hangs until the buffer is full, or for 5 s where lines are dropped, and then answers. One of 800 throttled: two million',
      'lines to a service that takes all but the lines of one key. "throttled left": all other lines are delivered.',
      'Stall: longest time without a turn of the event loop; GC: longest pause for a collection, which may be in it.',
      '',
      markdownTable(
        ['keys', '`onFull`', 'full', 'throttled left', 'all delivered', 'lines/s', 'stall', 'GC', 'left'],
        buffers.map((row) => [
          row.name,
          `\`${row.onFull}\``,
          multiple(row.heldFull, row.maxBytes),
          row.heldStuck === null ? '–' : multiple(row.heldStuck, row.maxBytes),
          multiple(row.heldAfter, row.maxBytes),
          thousands(row.linesPerSecond),
          `${fixed(row.stallMs, 0)} ms`,
          `${fixed(row.gcMs, 0)} ms`,
          row.left
        ])
      ),
      ''
    )
  }
  return parts.join('\n')
}

const OUR_NAMES = new Set(CASES.filter(({ ours }) => ours).map(({ name }) => name))

/** Steps of the axis: peers are far above ours. */
const MEGABYTES = [50, 100, 200, 400, 800, 1_600, 3_200]

/** @param {{ lines: number, bytes: number, rows: readonly BurstRow[] }} results */
export function memoryChart({ lines, bytes, rows }) {
  const peaks = rows.flatMap((row) => row.peaks.map(([, mb]) => mb))
  const above = MEGABYTES.findIndex((step) => step >= Math.max(...peaks))
  const below = MEGABYTES.findLastIndex((step) => step <= Math.min(...peaks))
  const series = rows.map(({ name, peaks: points }) => {
    const ours = OUR_NAMES.has(name)
    return { name, colour: ours ? OURS : OTHERS, bold: ours, dashed: name.includes('/file'), points }
  })
  return lineChart(
    `Peak memory of a burst of ${bytes} bytes a line, as fast as it can be logged (less is better)`,
    {
      columns: 1,
      width: 820,
      height: 290,
      x: {
        title: 'lines logged; the last step: until all of them have arrived',
        ticks: quarters(lines),
        label: (value) => value.toLocaleString('en-US')
      },
      y: {
        title: 'MB',
        ticks: MEGABYTES.slice(Math.max(0, below), above === -1 ? undefined : above + 1),
        label: (value) => value.toLocaleString('en-US'),
        log: true
      }
    },
    [{ title: '', series }]
  )
}

/** @param {number} lines */
const quarters = (lines) => [0, 1, 2, 3, 4].map((part) => (lines / 4) * part)

/**
 * @param {number} bytes
 * @param {number} maxBytes
 */
const multiple = (bytes, maxBytes) => `× ${fixed(bytes / maxBytes, 2)}`
