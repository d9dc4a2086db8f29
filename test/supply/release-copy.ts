import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach } from 'vitest'

const run = promisify(execFile)
export const ROOT = join(import.meta.dirname, '../..')
export const FOLDERS = readdirSync(join(ROOT, 'packages'))

/** Where the copy of this test is. */
export let root: string

/**
 * Gives each test of a file a copy of what the scripts of a release look at, at version 1.2.3, with one change. A file of tests calls it,
 * because unit tests share their modules.
 */
export function useCopy(): void {
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'dis-logs-scripts-'))
    mkdirSync(join(root, '.changeset'))
    cpSync(join(ROOT, 'package.json'), join(root, 'package.json'))
    for (const folder of FOLDERS) {
      mkdirSync(join(root, 'packages', folder), { recursive: true })
      const text = readFileSync(join(ROOT, 'packages', folder, 'package.json'), 'utf8')
      write(`packages/${folder}/package.json`, text.replace(/("version": ").*"/, '$11.2.3"'))
      write(
        `packages/${folder}/CHANGELOG.md`,
        `# x\n\n## 1.2.3\n\n### Minor Changes\n\n${changeOf(folder)}\n\n## 1.2.2\n\n- old\n`
      )
    }
  })
  afterEach(() => rmSync(root, { recursive: true, force: true }))
}

const changeOf = (folder: string) =>
  `${folder === 'cli' ? '- Of the command.\n' : '- For all.\n\n  More.\n'}\n- Both.\n`
export const write = (file: string, text: string) => writeFileSync(join(root, file), text)
export const manifestOf = (folder: string) =>
  JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'))

/** Runs a script of a release on the copy, in which the workflow's variables do not count unless they are given. */
export async function script(
  name: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {}
) {
  const { GITHUB_REPOSITORY: _, ...own } = process.env
  const command = [join(ROOT, 'release', `${name}.mjs`), '--root', root, ...args]
  return run(process.execPath, command, { env: { ...own, ...env } }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: { code: number; stdout: string; stderr: string }) => error
  )
}
