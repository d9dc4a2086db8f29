// What a user installs: this repository's packages as tarballs, and other programs from npm, in folders that the caller deletes.
import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

const execute = promisify(execFile)
const INSTALL_MS = 300_000

/** The version of a package that was installed into a folder. */
export function versionOf(folder, name) {
  return JSON.parse(readFileSync(join(folder, 'node_modules', name, 'package.json'), 'utf8')).version
}

/** Installs packages into a folder of its own. */
export async function install(folder, packages) {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{"private":true}')
  const flags = ['--no-audit', '--no-fund', '--prefer-offline']
  await execute('npm', ['install', ...flags, ...packages], { cwd: folder, timeout: INSTALL_MS })
}
