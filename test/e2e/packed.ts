/** What a user gets from the registry: packed tarballs, installed into an empty folder. */
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type PackageFolder, packTo } from '../tarballs.mjs'

const run = promisify(execFile)

export interface InstalledPackages {
  readonly folder: string
  /** Runs a script, which is written as `name` first. Fails if it does not end with status 0 within `timeoutMs`. */
  runScript(
    name: string,
    code: string,
    options?: { readonly args?: readonly string[]; readonly timeoutMs?: number }
  ): Promise<{ readonly stdout: string; readonly stderr: string }>
  remove(): Promise<void>
}

/** Packs what was built, and installs it with `peers`, for example `winston@3`. Takes some 10 s. */
export async function installPacked(
  packages: readonly PackageFolder[],
  peers: readonly string[]
): Promise<InstalledPackages> {
  const folder = await mkdtemp(join(tmpdir(), 'dis-logs-pack-'))
  const tarballs = (await packTo(folder, packages)).values()
  await writeFile(join(folder, 'package.json'), '{"private":true}')
  await run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', ...tarballs, ...peers], {
    cwd: folder
  })
  return {
    folder,
    runScript: async (name, code, { args = [], timeoutMs = 20_000 } = {}) => {
      await writeFile(join(folder, name), code)
      return run(process.execPath, [name, ...args], { cwd: folder, timeout: timeoutMs })
    },
    remove: () => rm(folder, { recursive: true, force: true })
  }
}
