/** Results of `pnpm bench:partitions` as tables. */
import { describeMachine } from '../measure/machine.mjs'
import { fixed, markdownTable, percent } from './markdown.mjs'

/** @param {{ machine: any, burstMs: number, loads: any[], raises: any[], hot: any[], failing: any[], unseen: any[] }} results */
export function partitionsReport({ machine, burstMs, loads, raises, hot, failing, unseen }) {
  const parts = [
    '# Filling partitions',
    '',
    `${describeMachine(machine)}. Burst of a partition's bucket: ${burstMs} ms.`,
    ''
  ]
  if (loads.length > 0) {
    parts.push(
      '## Steady load',
      '',
      'Lines of 250 bytes; a COMMON partition takes 1,000 records or 1 MiB a second. Load and goodput in multiples and',
      'percent of that limit; rejected: records turned away, of all that were sent; delay: from log call to acknowledgement.',
      'Above a load of 1 the delay is the backlog and grows with the length of the run ("–": nothing logged after the',
      'first 3 s arrived within the run). "wanted" against "offered": what',
      'this machine or a full buffer did not let through to the producer.',
      '',
      '![goodput over load](partitions.svg)',
      '',
      loadTable(loads),
      ''
    )
  }
  if (raises.length > 0) {
    parts.push(
      '## The limit is raised from 300 to 1,000 records a second',
      '',
      '2 partitions with a burst of 100 ms, offered 1.5 × the higher limit; time until 90 % of the higher limit are used (over one second).',
      '',
      markdownTable(
        ['latency', 'goodput before', 'time to 90 %', 'goodput at the end'],
        raises.map((row) => [
          `${row.latencyMs} ms`,
          percent(row.goodputBefore),
          row.reachedAfterMs === null ? 'not reached' : `${fixed(row.reachedAfterMs / 1_000)} s`,
          percent(row.goodputAtEnd)
        ])
      ),
      ''
    )
  }
  if (hot.length > 0) {
    parts.push(
      '## One hot partition of four',
      '',
      'It gets 5 × its limit, the others 0.8 ×. Goodput of the hot one in percent of its limit, of the others in percent of',
      'what they were offered. Held back: time in which a full buffer let nobody write.',
      '',
      markdownTable(
        ['latency', 'buffer', 'hot', 'others', 'rejected', 'held back'],
        hot.map((row) => [
          `${row.latencyMs} ms`,
          `${row.bufferMb} MiB`,
          percent(row.hotGoodput),
          percent(row.othersGoodput),
          `${fixed(row.rejected * 100)} %`,
          `${fixed(row.heldBackMs / 1_000)} s`
        ])
      ),
      ''
    )
  }
  if (failing.length > 0) {
    parts.push(
      '## One partition of twenty takes nothing',
      '',
      '5,000 lines a second. Each record for the failing partition is answered with the code; the other partitions have no limit.',
      "Arrived: lines that arrived within the run and a second, as a part of the other partitions' lines (without keys: of all",
      'lines, because each goes elsewhere when it is sent again). Turned away: records answered with the code, of all that were sent.',
      '',
      markdownTable(
        ['answer', 'key', 'latency', 'arrived', 'turned away'],
        failing.map((row) => [
          `\`${row.code}\``,
          row.keys === 'new' ? 'a new one for each line' : 'none',
          `${row.latencyMs} ms`,
          percent(row.arrived),
          `${fixed(row.turnedAway * 100)} %`
        ])
      ),
      ''
    )
  }
  if (unseen.length > 0) {
    parts.push(
      '## Keys never seen before',
      '',
      'Each line has a new key; 4 partitions. Columns as in "Steady load".',
      '',
      markdownTable(
        ['wanted', 'latency', 'offered', 'goodput', 'rejected'],
        unseen.map((row) => [
          `${row.load} ×`,
          `${row.latencyMs} ms`,
          `${fixed(row.offered, 2)} ×`,
          percent(row.goodput),
          `${fixed(row.rejected * 100)} %`
        ])
      ),
      ''
    )
  }
  return parts.join('\n')
}

/** @param {any[]} loads */
function loadTable(loads) {
  return markdownTable(
    ['', 'partitions', 'latency', 'wanted', 'offered', 'goodput', 'rejected', 'delay p50', 'delay p99'],
    loads.map((row) => [
      row.aggregate ? 'aggregated' : 'line by line',
      row.partitions,
      `${row.latencyMs} ms`,
      `${row.load} ×`,
      `${fixed(row.offered, 2)} ×`,
      percent(row.goodput),
      `${fixed(row.rejected * 100)} %`,
      delay(row.delayP50Ms),
      delay(row.delayP99Ms)
    ])
  )
}

/** @param {number | null | undefined} ms */
const delay = (ms) => (typeof ms === 'number' && Number.isFinite(ms) ? `${fixed(ms, 0)} ms` : '–')
