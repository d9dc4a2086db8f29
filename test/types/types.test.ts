/** What users of TypeScript see. `pnpm matrix` compiles the same files with each version, from tarballs. */
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { compile, layOut } from './compile.mjs'
import { exportedNames, testedNames } from './names.ts'

const PACKAGES = resolve(import.meta.dirname, '../../packages')
/** Generous: some seconds on a machine that does nothing else. */
const COMPILE_MS = 180_000
const { resolve: find } = createRequire(import.meta.url)

interface Entry {
  /** As users import it. */
  readonly name: string
  /** Declarations for `import` and for `require`. */
  readonly declarations: readonly [string, string]
}

/** Of all packages, by what their package.json exports. */
function entries(): Entry[] {
  return readdirSync(PACKAGES).flatMap((folder) => {
    const manifest: {
      name: string
      exports: Record<string, { import: { types: string }; require: { types: string } }>
    } = JSON.parse(readFileSync(join(PACKAGES, folder, 'package.json'), 'utf8'))
    return Object.entries(manifest.exports)
      .filter(([path]) => path !== './package.json')
      .map(([path, { import: module, require: commonJs }]): Entry => {
        const textOf = ({ types }: { types: string }) => readFileSync(join(PACKAGES, folder, types), 'utf8')
        return { name: join(manifest.name, path), declarations: [textOf(module), textOf(commonJs)] }
      })
  })
}

/** Public names that no test makes use of. */
function untested(tests: readonly string[]): string[] {
  const tested = tests.map(testedNames)
  return entries().flatMap(({ name, declarations: [declarations] }) =>
    exportedNames(declarations)
      .filter((exported) => !tested.some((names) => names.get(name)?.has(exported)))
      .map((exported) => `${name}: ${exported}`)
  )
}

describe('the types of all public names', () => {
  const tests = readdirSync(import.meta.dirname)
    .filter((file) => file.endsWith('.test-d.ts'))
    .map((file) => readFileSync(join(import.meta.dirname, file), 'utf8'))

  it('stand in a test', () => {
    expect(entries().length).toBeGreaterThanOrEqual(10)
    expect(untested(tests)).toEqual([])
  })

  it('are the same for import and for require', () => {
    for (const { name, declarations } of entries()) {
      const [module, commonJs] = declarations.map(exportedNames)
      expect(module?.length, name).toBeGreaterThan(0)
      expect(commonJs, name).toEqual(module)
    }
  })

  it.each([
    ['is not imported', (test: string) => test.replace('  type Inspection,\n', '')],
    ['is imported alone', (test: string) => test.replaceAll(/(?<!type )\bInspection\b/g, 'Other')],
    ['comes from elsewhere', (test: string) => test.replaceAll("'@dis-logs/core'", "'pino-dis'")]
  ])('would be missed where a name %s', (_, spoil) => {
    expect(untested(tests.map(spoil))).toContain('@dis-logs/core: Inspection')
  })

  it.each(['export * from "./a.mjs"', 'export interface A {}', 'declare const a: 1\nexport = a'])(
    'would not be read: %s',
    (declarations) => {
      expect(() => exportedNames(declarations)).toThrow('cannot read')
    }
  )
})

describe('a project in TypeScript', () => {
  // A folder in node_modules is above nothing of ours, and what is installed here is found from it.
  const folder = mkdtempSync(join(import.meta.dirname, 'node_modules/user-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('compiles with 5.4, strict, declarations of packages included', { timeout: COMPILE_MS }, async () => {
    const cwd = join(folder, 'oldest')
    layOut(cwd)
    const tsc = find('typescript-5.4/bin/tsc')
    expect(await compile({ tsc, cwd, resolution: 'node16' })).toBeUndefined()
  })

  // It loads no types by itself. Those of pino and winston would load the types of Node.
  it('compiles with the newest 6 and our packages alone, but for a wrong type', {
    timeout: COMPILE_MS
  }, async () => {
    const cwd = join(folder, 'newest')
    layOut(cwd, /^(core-(producer|client|reader)|local)\./)
    appendFileSync(join(cwd, 'local.test-d.mts'), "createLocalDis('app-logs')\n")
    const tsc = find('typescript/bin/tsc')
    const said = await compile({ tsc, cwd, resolution: 'nodenext' })
    expect(said?.trim().split('\n')).toEqual([
      expect.stringMatching(/^local\.test-d\.mts\(\d+,16\): error TS2559: /)
    ])
  })
})
