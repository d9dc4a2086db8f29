/** The few lines that the README of @dis-logs/local has for the tests of its users, run as it has them. */
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, it } from 'vitest'

const run = promisify(execFile)
const root = new URL('../../', import.meta.url).pathname

/** Code of the README that begins with `// <file>`. */
function snippet(file: string): string {
  const readme = readFileSync(join(root, 'packages/local/README.md'), 'utf8')
  const found = readme.split('```js\n').find((block) => block.startsWith(`// ${file}\n`))
  return found?.slice(0, found.indexOf('```')) ?? ''
}

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dis-logs-in-tests-'))
  mkdirSync(join(folder, 'test'))
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  writeFileSync(join(folder, 'package.json'), '{"private":true,"type":"module"}')
  writeFileSync(join(folder, 'test/dis.js'), snippet('test/dis.js'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const test = snippet('test/order.test.js')
const program = (args: readonly string[]) =>
  run(process.execPath, args, {
    cwd: folder,
    timeout: 60_000,
    env: { PATH: process.env['PATH'], NO_COLOR: '1' }
  })

it('vitest: the line is found, another one is not, and nothing is left open', async () => {
  writeFileSync(join(folder, 'test/order.test.js'), test)
  writeFileSync(join(folder, 'test/other.test.js'), test.replace('{ order: 7 }', '{ order: 8 }'))
  const ended = program(['node_modules/vitest/vitest.mjs', 'run', '--pool=threads'])
  await expect(ended).rejects.toMatchObject({ stdout: expect.stringMatching(/Tests +1 failed \| 1 passed/) })
})

it('node:test: the process ends by itself', async () => {
  const own = "import assert from 'node:assert/strict'\nimport { it } from 'node:test'"
  const code = test
    .replace("import { expect, it } from 'vitest'", own)
    .replace(/expect\((await arrived\(\))\).*/, 'assert.equal((await arrived())[0].order, 7)')
  writeFileSync(join(folder, 'test/order.test.js'), code)
  const { stdout } = await program(['--test', '--test-reporter=tap', 'test/order.test.js'])
  expect(stdout).toContain('# pass 1')
})
