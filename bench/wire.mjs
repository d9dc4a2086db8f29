/**
 * `pnpm bench:wire`: what each wire form costs and saves, and what signing costs. A form that the installed
 * core does not know is listed as not available.
 */
import { runChild, startServer } from './measure/child.mjs'
import { readFlags } from './measure/flags.mjs'
import { describeMachine, machine } from './measure/machine.mjs'
import { median } from './measure/median.mjs'
import { fixed, markdownTable, thousands } from './report/markdown.mjs'
import { RESULTS, store } from './report/store.mjs'

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
const report = [
  '# Wire forms and signing',
  '',
  `${describeMachine(on)}. Medians of ${flags.rounds}.`,
  '',
  'Fed directly: all CPU is on one thread, which is the worker where there is one. The server reads and checks everything',
  'on the same machine, so lines/s is a bound of both; the CPU of the sender is its own. Bytes: body bytes sent for each byte',
  'logged.',
  '',
  ...flags.bytes.flatMap((bytes) => [`## ${bytes} bytes a line`, '', tableOf(bytes), ''])
].join('\n')
console.log(`\n${report}`)
store(flags.out, { 'wire.json': { machine: on, rounds: flags.rounds, rows }, 'wire.md': report })

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
 * @param {string} kind
 * @param {number} bytes
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

/** @param {number} bytes */
function tableOf(bytes) {
  const head = ['', 'lines/s', 'main µs', 'all µs', 'bytes sent for a byte', 'not delivered']
  const titles = {
    wire: 'a record for each line',
    aggregated: 'records of 50 KB',
    signing: 'credentials (JSON)'
  }
  const body = Object.entries(titles).flatMap(([kind, title]) => [
    [`_${title}_`, '', '', '', '', ''],
    ...rows.filter((row) => row.kind === kind && row.bytes === bytes).map(cellsOf)
  ])
  return markdownTable(head, body)
}

/** @param {ReturnType<typeof rowOf>} row */
function cellsOf(row) {
  if (!row.available) return [row.name, 'not available', '', '', '', '']
  const { name, linesPerSecond = 0, mainUs = 0, allUs = 0, wireBytesPerByte = 0, lost = 0 } = row
  return [name, thousands(linesPerSecond), fixed(mainUs), fixed(allUs), fixed(wireBytesPerByte, 2), lost]
}
