// The packages of a release, in the order in which they are published: what another one needs comes first.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const FOLDERS = ['core', 'local', 'pino', 'winston', 'cli']

/** The manifest of the repository, and those of its packages with their folders. */
export function manifestsOf(root) {
  const read = (folder) => JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'))
  const packages = FOLDERS.map((name) => ({ folder: `packages/${name}`, manifest: read(`packages/${name}`) }))
  return { own: read('.'), packages }
}

/** What `pnpm pack` calls its tarball. */
export function tarballOf({ name, version }) {
  return `${name.replace('@', '').replace('/', '-')}-${version}.tgz`
}

/**
 * The fields with which npm finds the source of a package: links of its README, and whether the workflow that publishes it may.
 * @param address of the repository, for example https://github.com/owner/name
 * @param directory of the package in it; none for the repository itself
 */
export function linksTo(address, directory) {
  const repository = { type: 'git', url: `git+${address}.git` }
  if (directory === undefined) return { repository }
  return {
    homepage: `${address}/tree/main/${directory}#readme`,
    bugs: { url: `${address}/issues` },
    repository: { ...repository, directory }
  }
}

/** The address that stands in the repository's own package.json, undefined if there is none yet. */
export function addressIn(own) {
  return /^git\+(https:\/\/.+)\.git$/.exec(own.repository?.url ?? '')?.[1]
}
