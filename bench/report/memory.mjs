/** Results of `pnpm bench:memory` as tables. */
import { describeMachine } from '../measure/machine.mjs'
import { fixed, markdownTable, thousands } from './markdown.mjs'

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

/**
 * @param {number} bytes
 * @param {number} maxBytes
 */
const multiple = (bytes, maxBytes) => `× ${fixed(bytes / maxBytes, 2)}`
