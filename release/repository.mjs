// `pnpm repository https://github.com/owner/name`: writes the address of this repository into its package.json and, with the folder of
// each, into those of the packages. Without an address it says which one is set. RELEASING.md says why it has to be.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { addressIn, linksTo, manifestsOf } from './packages.mjs'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { root: { type: 'string', default: fileURLToPath(new URL('..', import.meta.url)) } }
})
const [given] = positionals
const address = given?.replace(/(\.git)?\/?$/, '')

if (address === undefined) {
  const known = addressIn(manifestsOf(values.root).own)
  process.stdout.write(`${known ?? 'no address is set: pnpm repository https://github.com/owner/name'}\n`)
} else if (!/^https:\/\/github\.com\/[\w.-]+\/[\w.-]+$/.test(address)) {
  process.stderr.write(`repository: ${given} is no address like https://github.com/owner/name\n`)
  process.exitCode = 1
} else {
  const { packages } = manifestsOf(values.root)
  for (const folder of [undefined, ...packages.map(({ folder }) => folder)]) setLinks(folder)
  process.stdout.write(`${address} is set in package.json and in those of ${packages.length} packages\n`)
}

/** Writes the fields behind the licence, where npm itself has them. All else stays as it is. */
function setLinks(folder) {
  const file = join(values.root, folder ?? '.', 'package.json')
  const text = readFileSync(file, 'utf8')
  const { repository, homepage, bugs, ...rest } = JSON.parse(text)
  const entries = Object.entries(rest)
  const behind = entries.findIndex(([name]) => name === 'license') + 1
  entries.splice(behind, 0, ...Object.entries(linksTo(address, folder)))
  const fields = Object.entries(linksTo(address, folder)).map(
    ([name, value]) =>
      `  ${JSON.stringify(name)}: ${JSON.stringify(value, null, 2).replaceAll('\n', '\n  ')},\n`
  )
  const without = text.replace(/^ {2}"(repository|homepage|bugs)": (".*"|\{[^{}]*\}),\n/gm, '')
  const written = without.replace(/^ {2}"license": .*\n/m, (license) => license + fields.join(''))
  // The text is kept for its format; what it says is compared with what it should say.
  if (JSON.stringify(JSON.parse(written)) !== JSON.stringify(Object.fromEntries(entries)))
    throw new Error(`${file} has a form that this script does not know`)
  writeFileSync(file, written)
}
