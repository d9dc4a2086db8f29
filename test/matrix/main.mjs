// `pnpm matrix [--only node@24,bun,next] [--keep]`: what is too heavy for `pnpm test`. The packed packages run in every Node that is
// supported, in Bun and in Deno, and in a Next application as a standalone server. Needs npm's registry, about 1 GB in the
// temp folder, and some minutes. Prints a table; ends with status 1 if something failed, or after 20 minutes.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { pack } from './install.mjs'
import { NEXT, tryNext } from './next.mjs'
import { prepare, RUNTIME_NAMES, tryRuntime } from './runtimes.mjs'

const LONGEST_MS = 20 * 60_000

const { values } = parseArgs({
  options: { only: { type: 'string' }, keep: { type: 'boolean', default: false } }
})
const known = [...RUNTIME_NAMES, NEXT]
const names = values.only?.split(',') ?? known
const unknown = names.filter((name) => !known.includes(name))
if (unknown.length > 0) {
  console.error(`matrix: unknown: ${unknown.join(', ')}; there is ${known.join(', ')}`)
  process.exit(1)
}

const folder = mkdtempSync(join(tmpdir(), 'dis-logs-matrix-'))
process.on('exit', () => {
  if (values.keep) console.log(`matrix: everything is in ${folder}`)
  else rmSync(folder, { recursive: true, force: true })
})
setTimeout(() => {
  console.error('matrix: not at its end after 20 minutes')
  process.exit(1)
}, LONGEST_MS).unref()

const tarballs = await pack(join(folder, 'tarballs'))
const app = join(folder, 'app')
if (names.some((name) => name !== NEXT)) await prepare(app, tarballs)

const failures = []
for (const name of names) {
  const results =
    name === NEXT ? tryNext(join(folder, NEXT), tarballs) : tryRuntime(name, app, join(folder, 'binaries'))
  try {
    for await (const result of results) show(name, result)
  } catch (error) {
    show(name, { what: 'preparation', fault: error.message })
  }
}
console.log(failures.length === 0 ? 'matrix: everything works' : `matrix: ${failures.length} failed`)
process.exitCode = failures.length === 0 ? 0 : 1

function show(name, { what, fault, note }) {
  if (fault !== undefined) failures.push(`${name} ${what}`)
  const result = note ?? (fault === undefined ? 'works' : `FAILS: ${fault}`)
  console.log(`${name.padEnd(8)}  ${what.padEnd(34)}  ${result}`)
}
