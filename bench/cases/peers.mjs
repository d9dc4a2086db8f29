/**
 * The peers live in a folder of their own with a lock file of their own, outside the workspace, so that
 * only the benches ever install them.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

const folder = new URL('../peers/', import.meta.url)

/** Loads a package out of bench/peers/node_modules. */
export const fromPeers = createRequire(new URL('package.json', folder))

/** Path of a peer, as pino wants its targets. @param {string} name */
export const peerPath = (name) => fromPeers.resolve(name)

/** Installs what the lock file says, unless that has been done. */
export function installPeers() {
  const lock = new URL('package-lock.json', folder)
  const installed = new URL('node_modules/.package-lock.json', folder)
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return
  console.error('installing the peers into bench/peers …')
  // None of them has to build anything, so none gets to run a script.
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
  const { status } = spawnSync(npm, ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: fileURLToPath(folder),
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32'
  })
  if (status !== 0) throw new Error(`npm ci in bench/peers ended with status ${status}`)
}
