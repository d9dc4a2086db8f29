import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, describe, expect, it } from 'vitest'

const run = promisify(execFile)
const ROOT = join(import.meta.dirname, '../..')
const folder = mkdtempSync(join(tmpdir(), 'dis-logs-api-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('the public types', () => {
  it('are those of docs/api; if the change is meant, run `pnpm api` and commit it', {
    timeout: 60_000
  }, async () => {
    await run(process.execPath, [join(ROOT, 'release/api.mjs'), '--out', folder])
    const files = readdirSync(join(ROOT, 'packages')).map((name) => `${name}.md`)
    expect(readdirSync(join(ROOT, 'docs/api'))).toEqual(files.sort())
    for (const file of files) {
      const built = readFileSync(join(folder, file), 'utf8')
      expect(built).toBe(readFileSync(join(ROOT, 'docs/api', file), 'utf8'))
      expect(built).toMatch(/\n(class|function) /)
    }
  })
})

describe('the report of types', () => {
  /** The report of a package with one entry of these declarations, which may import `./part.mjs`. */
  async function reportOf(entry: string, part = ''): Promise<string> {
    const root = mkdtempSync(join(folder, 'root-'))
    writeFileSync(join(root, 'package.json'), '{}')
    for (const name of readdirSync(join(ROOT, 'packages'))) {
      mkdirSync(join(root, 'packages', name, 'dist'), { recursive: true })
      const exports =
        name === 'core'
          ? { '.': { import: { types: './dist/index.d.mts' } }, './package.json': './package.json' }
          : {}
      writeFileSync(join(root, 'packages', name, 'package.json'), JSON.stringify({ name, exports }))
    }
    writeFileSync(join(root, 'packages/core/dist/index.d.mts'), entry)
    writeFileSync(join(root, 'packages/core/dist/part.d.mts'), part)
    await run(process.execPath, [join(ROOT, 'release/api.mjs'), '--root', root])
    return readFileSync(join(root, 'docs/api/core.md'), 'utf8')
  }

  const entry = `
import { n as Inner$1 } from './part.mjs'
import { Other } from 'other'
/** A comment. */
declare class Shown { #private; private readonly secret: number; of(inner: Inner$1): Other }
declare const list: readonly string[]
export { type Other, Shown, list as names }
`
  const part = (type: string) =>
    `interface Inner { readonly deep: Deep; }\ntype Deep = ${type} | Inner[];\ntype Unused = 1;\nexport { Inner as n, Unused as u };\n`

  it('has what is exported, and what is reachable from there; no comments, nothing private, nothing of others', async () => {
    const report = await reportOf(entry, part('number'))
    expect(report.split('\n').filter((line) => !/^(#|```|Written|$)/.test(line))).toEqual([
      "export { Other } from 'other'",
      'class Shown {',
      '    of(inner: Inner): Other;',
      '}',
      'const list: readonly string[];',
      'export { list as names }',
      'type Deep = number | Inner[];',
      'interface Inner {',
      '    readonly deep: Deep;',
      '}'
    ])
    // A name that a bundler gave, and a comment, may change.
    const renamed = entry.replaceAll('$1', '$2').replace('A comment.', 'Another.')
    expect(await reportOf(renamed, part('number'))).toBe(report)
    expect(await reportOf(entry, part('string'))).not.toBe(report)
  })
})
