/** `--base`, a commit or the folder of a checkout → a folder with our packages built. A commit is built once and kept. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { BUILT_FILES } from '../cases/ours.mjs'

/** @import { Build, BuildStep } from './builds.d.mts' */

/** Written last into a build that is kept: one that was broken off has none, and is made again. */
const DONE = '.built'

/** What a user gave that cannot be measured. The message says what, and the cure. */
export class BadBase extends Error {}

/**
 * @param {string} base
 * @param {{ repository: string, kept: string, build?: BuildStep }} where `kept`: folder of the builds of commits
 * @returns {Build}
 * @throws {BadBase}
 */
export function baseBuild(base, { repository, kept, build = installAndBuild }) {
  const commit = git(repository, 'rev-parse', '--verify', '--quiet', '--end-of-options', `${base}^{commit}`)
  if (commit !== '') {
    return {
      folder: builtCommit(commit, { repository, kept, build }),
      title: `${base} (${commit.slice(0, 9)})`
    }
  }
  if (statSync(base, { throwIfNoEntry: false })?.isDirectory()) return builtFolder(resolve(base))
  throw new BadBase(
    `--base takes a commit of this repository (HEAD, main, 1a2b3c4) or the folder of another checkout; '${base}' is neither. ` +
      'git log --oneline shows the commits; one of elsewhere has to be fetched first'
  )
}

/**
 * A checkout as it stands, with what is changed and not committed. It is not touched.
 * @param {string} folder
 * @returns {Build}
 * @throws {BadBase} if it is not built
 */
export function builtFolder(folder) {
  const missing = BUILT_FILES.find((file) => !existsSync(join(folder, file)))
  if (missing !== undefined) {
    throw new BadBase(`${folder} has no ${missing}: run pnpm install and pnpm build in that folder first`)
  }
  const commit = git(folder, 'rev-parse', '--short=9', 'HEAD')
  const isChanged = git(folder, 'status', '--porcelain', '--', 'packages') !== ''
  return { folder, title: `${folder}${commit && ` (${commit}${isChanged ? ' and changes' : ''})`}` }
}

/**
 * @param {string} commit
 * @param {{ repository: string, kept: string, build: BuildStep }} how
 */
function builtCommit(commit, { repository, kept, build }) {
  const folder = join(kept, commit)
  if (existsSync(join(folder, DONE))) return folder
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(kept, { recursive: true })
  // No copy of the history: what was committed is all that a build needs.
  run('git', ['clone', '--quiet', '--shared', '--no-checkout', repository, folder], kept, commit)
  run('git', ['checkout', '--quiet', '--detach', commit], folder, commit)
  build(folder, commit)
  writeFileSync(join(folder, DONE), '')
  return folder
}

/** @type {BuildStep} */
function installAndBuild(folder, commit) {
  console.error(`building ${commit.slice(0, 9)}; it is kept in ${folder} …`)
  run('pnpm', ['install', '--frozen-lockfile', '--prefer-offline'], folder, commit)
  run('pnpm', ['build'], folder, commit)
}

/**
 * @param {string} command
 * @param {string[]} args
 * @param {string} cwd
 * @param {string} commit
 */
function run(command, args, cwd, commit) {
  const { status, error, stdout, stderr } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    shell: process.platform === 'win32'
  })
  if (status === 0) return
  console.error(`${stdout ?? ''}${stderr ?? ''}`.trimEnd())
  throw new BadBase(
    `${commit.slice(0, 9)} cannot be built: ${command} ${args[0]} ended with ${error?.message ?? `status ${status}`}, see above. ` +
      `Choose a commit that builds with this Node (${process.version}), or build it in a checkout of its own and give that folder`
  )
}

/**
 * @param {string} cwd
 * @param {...string} args
 * @returns {string} '' if git fails, or is not there
 */
function git(cwd, ...args) {
  const { status, stdout } = spawnSync('git', args, { cwd, encoding: 'utf8' })
  return status === 0 ? stdout.trim() : ''
}
