/**
 * `pnpm bench:memory`: many lines as fast as they can be logged. Memory must be bounded by the buffer's bytes
 * and not by the backlog: what was enough after a tenth of the lines must be about enough at the end.
 */
import { CASES } from './cases/cases.mjs'
import { installPeers } from './cases/peers.mjs'
import { runChild, startServer } from './measure/child.mjs'
import { readFlags } from './measure/flags.mjs'
import { describeMachine, machine } from './measure/machine.mjs'
import { fixed, markdownTable, thousands } from './report/markdown.mjs'
import { RESULTS, store } from './report/store.mjs'

/** @import { Run } from './cases/run.mjs' */

const flags = readFlags('pnpm bench:memory -- peak memory of a long burst', {
  lines: { default: 2_000_000, about: 'lines in a run; the first peak is taken after a tenth' },
  bytes: { default: 250, about: 'size of a line' },
  only: {
    default: 'pino/file,pino-loki,pino-dis,winston-loki,winston-dis,createProducer',
    about: 'names of cases, comma-separated'
  },
  timeout: { default: 180, about: 'seconds after which a run is given up' },
  out: { default: RESULTS, about: 'folder for the results' }
})

installPeers()
const names = flags.only.split(',')
const on = machine()
const early = Math.ceil(flags.lines / 10 / 100) * 100
const sink = await startServer(new URL('./sink/main.mjs', import.meta.url))
/** @type {{ name: string, earlyMb: number, peakMb: number, linesPerSecond: number, lost: number }[]} */
const rows = []
try {
  for (const { name } of CASES.filter((candidate) => names.includes(candidate.name))) {
    const job = { name, bytes: flags.bytes, lines: flags.lines, sink: sink.url, marks: [early] }
    const timeoutMs = flags.timeout * 1_000
    try {
      const run = /** @type {Run} */ (
        await runChild(new URL('./cases/run.mjs', import.meta.url), job, { timeoutMs })
      )
      const { peakMb, linesPerSecond, lost, peaks = {} } = run
      rows.push({ name, earlyMb: peaks[early], peakMb, linesPerSecond, lost })
    } catch (error) {
      console.error(`${name}: ${error instanceof Error ? error.message : error}`)
    }
  }
} finally {
  sink.stop()
}

const report = [
  '# Memory',
  '',
  `${describeMachine(on)}.`,
  '',
  `${flags.lines.toLocaleString('en-US')} lines of ${flags.bytes} bytes, as fast as they can be logged; peak resident memory.`,
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
].join('\n')
console.log(`\n${report}`)
store(flags.out, {
  'memory.json': { machine: on, lines: flags.lines, bytes: flags.bytes, rows },
  'memory.md': report
})
