// `node release/ready.mjs v0.1.0`: what still stands between this commit and a release with that tag, a line for each. RELEASING.md is the
// way there. It needs nothing but Node, so the workflow asks before it installs anything.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual, parseArgs } from 'node:util'
import { addressIn, linksTo, manifestsOf } from './packages.mjs'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { root: { type: 'string', default: fileURLToPath(new URL('..', import.meta.url)) } }
})
const [tag = ''] = positionals
const { own, packages } = manifestsOf(values.root)
const faults = [...faultsOfVersions(), ...faultsOfLinks(), ...faultsOfChangelogs()]
for (const fault of faults) process.stderr.write(`not ready: ${fault}\n`)
if (faults.length === 0) process.stdout.write(`ready: ${tag}\n`)
process.exitCode = faults.length === 0 ? 0 : 1

function* faultsOfVersions() {
  for (const { manifest } of packages)
    if (tag !== `v${manifest.version}`)
      yield `${manifest.name} has the version ${manifest.version}, the tag is ${tag || 'missing'}`
}

/** npm refuses a provenance if `repository` is not where the workflow runs. */
function* faultsOfLinks() {
  const address = addressIn(own)
  if (address === undefined) {
    yield 'no address of the repository: pnpm repository https://github.com/owner/name'
    return
  }
  const here = process.env.GITHUB_REPOSITORY
  if (here !== undefined && address.toLowerCase() !== `https://github.com/${here}`.toLowerCase())
    yield `package.json says ${address}, this is ${here}: pnpm repository https://github.com/${here}`
  for (const { folder, manifest } of packages) {
    const { homepage, bugs, repository } = manifest
    if (!isDeepStrictEqual({ homepage, bugs, repository }, linksTo(address, folder)))
      yield `${folder}/package.json has other links: pnpm repository ${address}`
  }
}

function* faultsOfChangelogs() {
  const changesets = readdirSync(join(values.root, '.changeset')).filter((name) => name.endsWith('.md'))
  const left = changesets.filter((name) => name !== 'README.md')
  if (left.length > 0) yield `${left.length} changesets are in no version yet: pnpm versions`
  for (const { folder, manifest } of packages) {
    const file = join(values.root, folder, 'CHANGELOG.md')
    const text = existsSync(file) ? readFileSync(file, 'utf8') : ''
    if (!text.split('\n').includes(`## ${manifest.version}`))
      yield `${folder}/CHANGELOG.md has no part for ${manifest.version}`
  }
}
