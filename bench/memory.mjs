/**
 * `pnpm bench:memory`: the peak of a long burst, ours and the peers', and what a full buffer of ours really holds. Both parts
 * ask the same: is memory bounded by the buffer's bytes, whatever is logged?
 */
import { readFlags } from './measure/flags.mjs'
import { machine } from './measure/machine.mjs'
import { fullBuffers } from './memory/buffers.mjs'
import { longBurst } from './memory/burst.mjs'
import { memoryChart, memoryReport } from './report/memory.mjs'
import { RESULTS, store } from './report/store.mjs'

const flags = readFlags('pnpm bench:memory -- peak memory of a long burst, and what a full buffer holds', {
  part: { default: '', about: 'one of: burst, buffer' },
  lines: { default: 2_000_000, about: 'burst: lines in a run; the first peak is taken after a tenth' },
  bytes: { default: 250, about: 'burst: size of a line' },
  only: {
    default: 'pino/file,pino-loki,pino-dis,winston-loki,winston-dis,createProducer',
    about: 'burst: names of cases, comma-separated'
  },
  timeout: { default: 180, about: 'seconds after which a run is given up' },
  out: { default: RESULTS, about: 'folder for the results' }
})
const wants = (/** @type {string} */ part) => flags.part === '' || flags.part === part
const on = machine()
const timeoutMs = flags.timeout * 1_000
const { lines, bytes } = flags
// A run looks at its memory after each hundred lines.
const early = Math.ceil(lines / 10 / 200) * 200

const rows = wants('burst')
  ? await longBurst({ names: flags.only.split(','), lines, early, bytes, timeoutMs })
  : []
const buffers = wants('buffer') ? await fullBuffers(timeoutMs) : []

const results = { machine: on, lines, bytes, rows, buffers }
const report = memoryReport({ ...results, early })
console.log(`\n${report}`)
store(flags.out, {
  'memory.json': results,
  'memory.md': report,
  ...(rows.length > 0 && { 'memory.svg': memoryChart(results) })
})
