/**
 * Once for all tests of this folder: packs the packages, copies the examples beside each other, and installs what their
 * package.json ask for, as npm workspaces, so that what several of them need is installed once. Ours come from the tarballs.
 */
import { execFile } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import type { TestProject } from 'vitest/node'
import { packTo } from '../tarballs.mjs'

const run = promisify(execFile)
const ROOT = resolve(import.meta.dirname, '../..')
const EXAMPLES = join(ROOT, 'examples')
/** Too heavy to install for each test run: `pnpm matrix` runs them. The demo has a command of its own. */
const ELSEWHERE = ['demo', 'nextjs']

declare module 'vitest' {
  interface ProvidedContext {
    /** Holds a folder for each example, with everything installed. */
    readonly installed: string
  }
}

export default async function install(project: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), 'dis-logs-examples-'))
  const remove = () => rm(folder, { recursive: true, force: true })
  try {
    const packed = await packTo(join(folder, 'tarballs'))
    const tarballs = new Map([...packed].map(([name, path]) => [name, `file:${path}`]))
    const names = readdirSync(EXAMPLES).filter(
      (name) => !ELSEWHERE.includes(name) && existsSync(join(EXAMPLES, name, 'package.json'))
    )
    for (const name of names) {
      const to = join(folder, name)
      const isOwn = (path: string) => basename(path) !== 'node_modules'
      cpSync(join(EXAMPLES, name), to, { recursive: true, filter: isOwn })
      useTarballs(join(to, 'package.json'), tarballs)
    }
    const overrides = Object.fromEntries(tarballs)
    const manifest = { private: true, workspaces: names, dependencies: overrides, overrides }
    writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest))
    await run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline'], { cwd: folder })
  } catch (error) {
    await remove()
    throw error
  }
  project.provide('installed', folder)
  return remove
}

/** The examples ask for our latest release: that is what was packed. */
function useTarballs(path: string, tarballs: ReadonlyMap<string, string>): void {
  const manifest: Record<string, Record<string, string> | undefined> = JSON.parse(readFileSync(path, 'utf8'))
  for (const kind of ['dependencies', 'devDependencies'])
    for (const name of Object.keys(manifest[kind] ?? {}))
      Object.assign(manifest[kind] ?? {}, tarballs.has(name) ? { [name]: tarballs.get(name) } : {})
  writeFileSync(path, JSON.stringify(manifest))
}
