// `node release/publish.mjs <folder> [-- flags for npm]`: publishes the tarballs that `pnpm sbom` left in the folder, those of them that the
// registry does not have yet. So it may be run again after it broke off half way. It publishes nothing if one tarball is missing.
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'
import { manifestsOf, tarballOf } from './packages.mjs'

const run = promisify(execFile)
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { root: { type: 'string', default: fileURLToPath(new URL('..', import.meta.url)) } }
})
const [folder = 'release/out', ...flags] = positionals
const packages = manifestsOf(values.root).packages.map(({ manifest }) => ({
  id: `${manifest.name}@${manifest.version}`,
  tarball: resolve(join(folder, tarballOf(manifest)))
}))

const missing = packages.filter(({ tarball }) => !existsSync(tarball))
if (missing.length > 0) {
  for (const { tarball } of missing) process.stderr.write(`publish: there is no ${tarball}: pnpm sbom\n`)
  process.exitCode = 1
} else {
  for (const { id, tarball } of packages) {
    if (await isPublished(id)) process.stdout.write(`${id} is there\n`)
    else {
      await run('npm', ['publish', tarball, '--access', 'public', '--provenance', ...flags])
      process.stdout.write(`${id} is published\n`)
    }
  }
}

/** Throws if the registry does not say: a version that cannot be seen is not one that is missing. */
async function isPublished(id) {
  try {
    const { stdout } = await run('npm', ['view', id, 'version', '--json', ...flags])
    return stdout.trim() !== ''
  } catch (error) {
    if (JSON.parse(error.stdout || '{}').error?.code === 'E404') return false
    throw error
  }
}
