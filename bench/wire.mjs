/**
 * `pnpm bench:wire`: what each wire form costs and saves, and what signing costs. A form that the installed
 * core does not know is listed as not available.
 */
import { runChild, startServer } from './measure/child.mjs'
import { readFlags } from './measure/flags.mjs'
import { machine } from './measure/machine.mjs'
import { median } from './measure/median.mjs'
import { RESULTS, store } from './report/store.mjs'
import { wireCharts, wireReport } from './report/wire.mjs'

/** @import { WireRun } from './wire/run.mjs' */

const flags = readFlags(
  'pnpm bench:wire -- each wire form, and signing, against a local DIS without limits',
  {
    lines: { default: 200_000, about: 'lines of 250 bytes in a run; a quarter of it of 2 KB' },
    rounds: { default: 3, about: 'runs of each form; medians are taken' },
    bytes: { default: [250, 2_048], about: 'sizes of a line' },
    timeout: { default: 60, about: 'seconds after which a run is given up' },
    out: { default: RESULTS, about: 'folder for the results' }
  }
)

const TOKEN = 'bench-token'
const FORMATS = ['json', 'protobuf']
const COMPRESSIONS = ['none', 'lz4', 'snappy', 'zstd']

/** @type {{ name: string, kind: 'wire' | 'aggregated' | 'signing', options: object }[]} */
const FORMS = [
  ...FORMATS.flatMap((format) =>
    COMPRESSIONS.flatMap((compression) => {
      const name = compression === 'none' ? format : `${format} + ${compression}`
      // The default is asked for by saying nothing, so that it can be measured with a core that has no choice.
      const isDefault = format === 'json' && compression === 'none'
      const wire = isDefault ? {} : { wire: { format, compression } }
      return [
        { name, kind: /** @type {const} */ ('wire'), options: wire },
        {
          name: `${name}, aggregate`,
          kind: /** @type {const} */ ('aggregated'),
          options: { ...wire, aggregate: true }
        }
      ]
    })
  ),
  { name: 'token', kind: 'signing', options: { credentials: { token: TOKEN } } },
  ...['sdk', 'dis', 'derived'].map((signing) => ({
    name: `AK/SK, ${signing}`,
    kind: /** @type {const} */ ('signing'),
    options: { signing }
  }))
]

const on = machine()
/** @type {Map<string, WireRun[]>} */
const runs = new Map()
for (let round = 1; round <= flags.rounds; round++) {
  for (const bytes of flags.bytes) {
    for (const { name, options } of FORMS) {
      const run = await runOnce(name, bytes, options)
      if (run === undefined) continue
      const key = JSON.stringify([name, bytes])
      runs.set(key, [...(runs.get(key) ?? []), run])
    }
    console.log(`round ${round} of ${flags.rounds}, ${bytes} bytes: done`)
  }
}

const rows = flags.bytes.flatMap((bytes) => FORMS.map(({ name, kind }) => rowOf(name, kind, bytes)))
const results = { machine: on, rounds: flags.rounds, rows }
const report = wireReport(results)
console.log(`\n${report}`)
store(flags.out, { 'wire.json': results, 'wire.md': report, ...wireCharts(results) })

/**
 * @param {string} name
 * @param {number} bytes
 * @param {object} options
 * @returns {Promise<WireRun | undefined>}
 */
async function runOnce(name, bytes, options) {
  // A server for each run: it keeps what it is sent, and the next form should not pay for that.
  const server = await startServer(new URL('./wire/server.mjs', import.meta.url), { token: TOKEN })
  const lines = Math.ceil(flags.lines / (bytes > 1_000 ? 4 : 1))
  const timeoutMs = flags.timeout * 1_000
  try {
    const script = new URL('./wire/run.mjs', import.meta.url)
    return await runChild(script, { url: server.url, bytes, lines, options }, { timeoutMs })
  } catch (error) {
    console.error(`${name}, ${bytes} B: ${error instanceof Error ? error.message : error}`)
    return undefined
  } finally {
    server.stop()
  }
}

/**
 * @param {string} name
 * @param {'wire' | 'aggregated' | 'signing'} kind
 * @param {number} bytes
 * @returns {import('./report/wire.mjs').WireRow}
 */
function rowOf(name, kind, bytes) {
  const all = runs.get(JSON.stringify([name, bytes])) ?? []
  const done = all.flatMap((run) => (run.available ? [run] : []))
  const of = (/** @type {'linesPerSecond' | 'mainUs' | 'allUs' | 'wireBytesPerByte' | 'lost'} */ key) =>
    median(done.map((run) => run[key]))
  if (done.length === 0) return { name, kind, bytes, available: false }
  return {
    name,
    kind,
    bytes,
    available: true,
    linesPerSecond: of('linesPerSecond'),
    mainUs: of('mainUs'),
    allUs: of('allUs'),
    wireBytesPerByte: of('wireBytesPerByte'),
    lost: Math.max(...done.map(({ lost }) => lost))
  }
}
