import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { faultsOf, INSTALL_SCRIPTS } from './rules.ts'
import { runtimeTree } from './runtime-tree.ts'

const PACKAGES = join(import.meta.dirname, '../../packages')

describe('what a user installs with a package', () => {
  it.each([
    ['core', ['undici', 'valibot', 'lz4-napi', 'snappy', '@toondepauw/node-zstd']],
    ['pino', ['@dis-logs/core', 'pino', 'pino-abstract-transport', 'sonic-boom']],
    ['winston', ['@dis-logs/core', 'winston', 'winston-transport', 'logform']],
    ['local', ['pbf']],
    ['cli', ['@dis-logs/core', '@dis-logs/local', 'undici', 'pbf']]
  ])('%s: has licences of the list only, and runs nothing at its installation', (folder, some) => {
    const { packages, missing } = runtimeTree(join(PACKAGES, folder))
    // A tree that was not seen has no faults.
    expect(packages.map(({ name }) => name)).toEqual(expect.arrayContaining(some))
    expect(missing).toEqual([])
    expect(packages.flatMap(faultsOf)).toEqual([])
  })

  it('has the native builds of the codecs for this system', () => {
    const { packages } = runtimeTree(join(PACKAGES, 'core'))
    const native = packages.filter(({ path }) => /(lz4-napi|snappy|node-zstd)$/.test(path))
    expect(native.length).toBeGreaterThanOrEqual(3)
  })

  it('has each package that may run code at its installation', () => {
    const all = ['core', 'pino', 'winston', 'local', 'cli'].flatMap(
      (name) => runtimeTree(join(PACKAGES, name)).packages
    )
    const running = all.filter(({ installScripts }) => installScripts.length > 0).map(({ name }) => name)
    expect(Object.keys(INSTALL_SCRIPTS).filter((name) => !running.includes(name))).toEqual([])
  })
})

describe('a tree with faults', () => {
  const folder = mkdtempSync(join(tmpdir(), 'dis-logs-tree-'))
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  /** An application with one dependency `a`, which has `b`, optional and as a folder of its own. */
  function tree(b: object, files: readonly string[] = []): string[] {
    const at = {
      app: folder,
      a: join(folder, 'node_modules/a'),
      b: join(folder, 'node_modules/a/node_modules/b')
    }
    mkdirSync(at.b, { recursive: true })
    const write = (where: string, manifest: object) =>
      writeFileSync(join(where, 'package.json'), JSON.stringify({ version: '1.0.0', ...manifest }))
    write(at.app, { name: 'app', license: 'MIT', dependencies: { a: '1' } })
    write(at.a, { name: 'a', license: 'MIT', optionalDependencies: { b: '1', 'not-for-this-system': '1' } })
    write(at.b, { name: 'b', ...b })
    for (const file of files) writeFileSync(join(at.b, file), '')
    const { packages, missing } = runtimeTree(folder)
    expect(packages).toHaveLength(3)
    expect(missing).toEqual([])
    return packages.flatMap(faultsOf)
  }

  it.each(['MIT', '(MIT OR GPL-3.0)', 'GPL-2.0 OR Apache-2.0', 'MIT AND ISC'])(
    'has none with %s',
    (license) => {
      expect(tree({ license })).toEqual([])
    }
  )

  it.each([
    ['GPL-3.0-only', 'GPL-3.0-only'],
    ['MIT AND GPL-3.0', 'MIT AND GPL-3.0'],
    ['((MIT))', '((MIT))'],
    ['SEE LICENSE IN LICENSE', 'SEE LICENSE IN LICENSE'],
    [undefined, 'none'],
    [{ type: 'MIT' }, 'none']
  ])('says what, where, what is allowed and what to do: licence %j', (license, said) => {
    expect(tree({ license })).toEqual([
      `b 1.0.0 (by app > a) has the licence ${said}; allowed are 0BSD, Apache-2.0, BSD-2-Clause, BSD-3-Clause, ISC, MIT. Take another package, or add the licence to test/supply/rules.ts and the reason to docs/adr/0001-dependencies.md.`
    ])
  })

  it.each(['preinstall', 'install', 'postinstall'])('says what runs at the installation: %s', (script) => {
    expect(tree({ license: 'MIT', scripts: { [script]: 'node steal.js', test: 'x' } })).toEqual([
      `b 1.0.0 (by app > a) runs code when it is installed (${script}: node steal.js); allowed: no package. Take another package, or add it with the reason to test/supply/rules.ts.`
    ])
  })

  it('says that npm would build it, where only a binding.gyp tells', () => {
    expect(tree({ license: 'MIT' }, ['binding.gyp'])).toEqual([expect.stringContaining('(binding.gyp)')])
  })

  it('names a dependency that is not there', () => {
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'app', dependencies: { gone: '1' } }))
    expect(runtimeTree(folder).missing).toEqual(['app > gone'])
  })
})
