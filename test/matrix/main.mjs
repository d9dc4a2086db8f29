// `pnpm matrix`: what is too heavy for `pnpm test`. The packed packages run in every Node that is supported, in Bun and in Deno, with both
// ends of the frameworks' versions, and in a Next application as a standalone server. Their types are compiled by each TypeScript.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { packTo } from '../tarballs.mjs'
import { NAMES } from './names.mjs'
import { NEXT, tryNext } from './next.mjs'
import { PEER_NAMES, tryPeer } from './peers.mjs'
import { prepare, RUNTIME_NAMES, tryRuntime } from './runtimes.mjs'
import { withRow } from './table.mjs'
import { TYPES_NAMES, tryTypes } from './types.mjs'

const LONGEST_MS = 30 * 60_000
const DOCS = new URL('../../docs/runtimes.md', import.meta.url)

const HELP = `pnpm matrix [flags]: the packed packages in all runtimes, with all versions of what they stand beside

  --only <names>  these rows only, with commas between them
  --write         puts the result into docs/runtimes.md
  --keep          leaves the folder in which all was installed
  --help          this

Needs npm's registry, about 2 GB in the temp folder, and some minutes. Status 1: something failed, or it was not at its end after 30 minutes.

names: ${NAMES.join(', ')}
`

const { values } = argumentsGiven()
if (values.help) {
  process.stdout.write(HELP)
  process.exit(0)
}
const names = values.only?.split(',') ?? NAMES
const unknown = names.filter((name) => !NAMES.includes(name))
if (unknown.length > 0) {
  console.error(`matrix: unknown: ${unknown.join(', ')}; there is ${NAMES.join(', ')}`)
  process.exit(2)
}

const folder = mkdtempSync(join(tmpdir(), 'dis-logs-matrix-'))
process.on('exit', () => {
  if (values.keep) console.log(`matrix: everything is in ${folder}`)
  else rmSync(folder, { recursive: true, force: true })
})
setTimeout(() => {
  console.error('matrix: not at its end after 30 minutes')
  process.exit(1)
}, LONGEST_MS).unref()

const tarballs = [...(await packTo(join(folder, 'tarballs'))).values()]
const app = join(folder, 'app')
if (names.some((name) => RUNTIME_NAMES.includes(name))) await prepare(app, tarballs)

const failures = []
for (const name of names) {
  let version = 'was not installed'
  let tried = 0
  const before = failures.length
  try {
    for await (const result of resultsOf(name)) {
      if (result.note === undefined) tried++
      else version = result.note
      show(name, result)
    }
  } catch (error) {
    tried++
    show(name, { what: 'preparation', fault: error.message })
  }
  if (!values.write) continue
  const day = new Date().toISOString().slice(0, 10)
  const row = { name, version, tried, failed: failures.length - before, day }
  writeFileSync(DOCS, withRow(readFileSync(DOCS, 'utf8'), NAMES, row))
}
console.log(failures.length === 0 ? 'matrix: everything works' : `matrix: ${failures.length} failed`)
process.exitCode = failures.length === 0 ? 0 : 1

function argumentsGiven() {
  const options = {
    only: { type: 'string' },
    write: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false }
  }
  try {
    return parseArgs({ options })
  } catch (error) {
    console.error(`matrix: ${error.message}\n\n${HELP}`)
    process.exit(2)
  }
}

function resultsOf(name) {
  const own = join(folder, name.replaceAll(/\W+/g, '-'))
  if (name === NEXT) return tryNext(own, tarballs)
  if (PEER_NAMES.includes(name)) return tryPeer(name, own, tarballs)
  if (TYPES_NAMES.includes(name)) return tryTypes(name, own, tarballs)
  return tryRuntime(name, app, join(folder, 'binaries'))
}

function show(name, { what, fault, note }) {
  if (fault !== undefined) failures.push(`${name} ${what}`)
  const result = note ?? (fault === undefined ? 'works' : `FAILS: ${fault}`)
  console.log(`${name.padEnd(14)}  ${what.padEnd(34)}  ${result}`)
}
