// What npm would get of this repository.
import { execFile } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { promisify } from 'node:util'

const execute = promisify(execFile)
const ROOT = new URL('../', import.meta.url).pathname

/** All of `packages`, as folders below it. */
const ALL = ['core', 'pino', 'winston', 'local', 'cli']

/**
 * Packs what was built into a folder: the paths of the tarballs by name of the package. All by one command, because each start of pnpm
 * through npx takes five seconds of a processor.
 */
export async function packTo(folder, packages = ALL) {
  mkdirSync(folder, { recursive: true })
  const filters = packages.flatMap((name) => ['--filter', `./packages/${name}`])
  const command = ['-y', 'pnpm@10', '-r', ...filters, 'pack', '--json', '--pack-destination', folder]
  const { stdout } = await execute('npx', command, { cwd: ROOT, maxBuffer: 1 << 26 })
  return new Map([JSON.parse(stdout)].flat().map(({ name, filename }) => [name, filename]))
}
