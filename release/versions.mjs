// `pnpm versions`: takes the changesets into the changelogs and raises the version of all packages, as `changeset version` does. That
// writes each package.json anew in a form of its own; here they get their new version and keep their form.
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { manifestsOf } from './packages.mjs'

const { values } = parseArgs({
  options: { root: { type: 'string', default: fileURLToPath(new URL('..', import.meta.url)) } }
})
const files = manifestsOf(values.root).packages.map(({ folder }) => join(values.root, folder, 'package.json'))
const before = files.map((file) => readFileSync(file, 'utf8'))
const changeset = createRequire(import.meta.url).resolve('@changesets/cli/bin.js')
execFileSync(process.execPath, [changeset, 'version'], { cwd: values.root, stdio: 'inherit' })

files.forEach((file, index) => {
  const { version } = JSON.parse(readFileSync(file, 'utf8'))
  writeFileSync(file, before[index].replace(/^( {2}"version": ").*(",?)$/m, `$1${version}$2`))
})
