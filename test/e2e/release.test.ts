import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { footprint } from '../supply/footprint.ts'
import { faultsOf } from '../supply/rules.ts'
import { runtimeTree } from '../supply/runtime-tree.ts'
import { readTarball, type TarEntry } from './tarball.ts'

const run = promisify(execFile)
const root = resolve(import.meta.dirname, '../..')

const ALWAYS = ['LICENSE', 'README.md', 'package.json']
const BOTH = (name: string) => ['cjs', 'd.cts', 'd.mts', 'mjs'].map((end) => `dist/${name}.${end}`)

/** What each tarball holds, but for the parts of its code, which have a hash in their names. */
const CONTENTS: Readonly<Record<string, readonly string[]>> = {
  'dis-logs-core': [
    ...ALWAYS,
    'THIRD-PARTY.md',
    ...['index', 'otel', 'prometheus', 'reader', 'testing', 'worker'].flatMap(BOTH),
    'dist/worker-thread.cjs',
    'dist/worker-thread.d.cts'
  ],
  'pino-dis': [...ALWAYS, ...BOTH('index')],
  'winston-dis': [...ALWAYS, ...BOTH('index')],
  'dis-logs-local': [
    ...ALWAYS,
    ...BOTH('index'),
    'THIRD-PARTY.md',
    'dist/thread.mjs',
    ...['icon.svg', 'index.html', 'page.css', 'page.js', 'uplot.css'].map((name) => `dist/page/${name}`)
  ],
  'dis-logs-cli': [...ALWAYS, ...BOTH('index'), 'dist/main.cjs', 'dist/main.d.cts', 'bin/dis-logs.cjs']
}
const PART = /^dist\/[\w-]+-[\w-]{8}\.(cjs|mjs|d\.cts|d\.mts)$/

/** What no file of a tarball may have in it: paths of the machine that built it, hosts of registries but npm's own, private keys. */
const NEVER: readonly (string | RegExp)[] = [
  root,
  ...(homedir().length > 5 ? [homedir()] : []),
  /\/home\/\w+\/|\/Users\/\w+\//,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----\s+[A-Za-z0-9+/]{20}/,
  /_authToken|npm_[A-Za-z0-9]{36}|sourceMappingURL=data:/
]

/**
 * What a package may add to a project, which has the framework that stands beside it: packages of others, and MB unpacked. More is a
 * decision, with its reason in docs/adr/0001-dependencies.md.
 */
const OF_CORE = [
  'atomic-sleep',
  'real-require',
  'safe-stable-stringify',
  'sonic-boom',
  'thread-stream',
  'undici'
]
const ADDED: readonly [name: string, framework: string | undefined, others: readonly string[], mb: number][] =
  [
    ['@dis-logs/core', undefined, OF_CORE, 4],
    ['pino-dis', 'pino', ['sonic-boom', 'undici'], 4],
    ['winston-dis', 'winston', OF_CORE, 4],
    ['@dis-logs/local', undefined, [], 0.6],
    ['@dis-logs/cli', undefined, OF_CORE, 5]
  ]

/** Places of `exports`, `main`, `bin` and the like: all that starts with `./`. */
function targetsOf(value: unknown): string[] {
  if (typeof value === 'string') return value.startsWith('./') ? [value.slice(2)] : []
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(targetsOf) : []
}

describe('what a release publishes', () => {
  const out = mkdtempSync(join(tmpdir(), 'dis-logs-release-'))
  const installed = join(out, 'installed')

  beforeAll(async () => {
    await run(process.execPath, [join(root, 'release/sbom.mjs'), '--out', out])
    mkdirSync(installed)
    writeFileSync(join(installed, 'package.json'), '{"private":true}')
    const tarballs = Object.keys(CONTENTS).map((name) => join(out, `${name}-${version}.tgz`))
    await run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', ...tarballs], {
      cwd: installed
    })
  }, 240_000)

  afterAll(() => rmSync(out, { recursive: true, force: true }))

  const { version } = JSON.parse(readFileSync(join(root, 'packages/core/package.json'), 'utf8'))
  const entriesOf = (name: string): TarEntry[] => readTarball(join(out, `${name}-${version}.tgz`))
  const billOf = (name: string) => JSON.parse(readFileSync(join(out, `${name}-${version}.cdx.json`), 'utf8'))

  it('is a tarball and an SBOM for each package, and nothing else', () => {
    const files = Object.keys(CONTENTS).flatMap((name) => [
      `${name}-${version}.tgz`,
      `${name}-${version}.cdx.json`
    ])
    expect(
      readdirSync(out)
        .filter((file) => file !== 'installed')
        .sort()
    ).toEqual(files.sort())
    expect(readdirSync(join(root, 'packages'))).toHaveLength(Object.keys(CONTENTS).length)
  })

  it.each(Object.entries(CONTENTS))('%s: the tarball holds exactly what it should', (name, files) => {
    const names = entriesOf(name).map((entry) => entry.name)
    expect(names.filter((file) => !PART.test(file) || files.includes(file)).sort()).toEqual([...files].sort())
    expect(new Set(names).size).toBe(names.length)
  })

  it.each(Object.keys(CONTENTS))('%s: only files, and only the command may be executed', (name) => {
    const wrong = entriesOf(name).filter(
      ({ name, type, mode }) => type !== '0' || mode !== (name.startsWith('bin/') ? 0o755 : 0o644)
    )
    expect(wrong.map(({ name, type, mode }) => `${name} ${type} ${mode.toString(8)}`)).toEqual([])
  })

  it.each(Object.keys(CONTENTS))('%s: no file has a path of this machine or a secret in it', (name) => {
    const found = entriesOf(name).flatMap(({ name, text }) =>
      NEVER.filter((part) => (typeof part === 'string' ? text.includes(part) : part.test(text))).map(
        (part) => `${name}: ${part}`
      )
    )
    expect(found).toEqual([])
  })

  it.each(Object.keys(CONTENTS))('%s: each place that its package.json names is there', (name) => {
    const entries = new Map(entriesOf(name).map((entry) => [entry.name, entry.text]))
    const manifest = JSON.parse(entries.get('package.json') ?? '')
    const targets = targetsOf([
      manifest.main,
      manifest.module,
      manifest.types,
      manifest.bin,
      manifest.exports
    ])
    expect(targets.length).toBeGreaterThan(6)
    expect(targets.filter((target) => !entries.has(target))).toEqual([])
    expect(JSON.stringify(manifest)).not.toMatch(/"(workspace|catalog|link|file):/)
    expect(Object.keys(manifest.scripts ?? {}).filter((script) => /install|prepare/.test(script))).toEqual([])
    expect(manifest).toMatchObject({
      license: 'Apache-2.0',
      publishConfig: { access: 'public', provenance: true }
    })
    expect(entries.get('LICENSE')).toBe(readFileSync(join(root, 'LICENSE'), 'utf8'))
  })

  it('has the licence of all code that is built in', () => {
    const packages = join(root, 'packages')
    const builtIn = readdirSync(packages).flatMap((folder) =>
      readdirSync(join(packages, folder, 'dist'))
        .filter((file) => file.endsWith('.map'))
        .flatMap((file) => JSON.parse(readFileSync(join(packages, folder, 'dist', file), 'utf8')).sources)
        .flatMap((source) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(source)?.[1] ?? [])
        .map((dependency) => `${folder}: ${dependency}`)
    )
    // The page has no source map, and all that its sources import is built in.
    const page = join(root, 'packages/local/page')
    const ofPage = readdirSync(page, { encoding: 'utf8', recursive: true })
      .filter((file) => file.endsWith('.ts'))
      .flatMap((file) => [
        ...readFileSync(join(page, file), 'utf8').matchAll(/ from '((?:@[^/']+\/)?[^./'][^/']*)/g)
      ])
      .map(([, dependency]) => `local: ${dependency}`)
    const told = readdirSync(packages).flatMap((folder) => {
      const notice = join(packages, folder, 'THIRD-PARTY.md')
      const headings = existsSync(notice) ? readFileSync(notice, 'utf8').matchAll(/^## (\S+) /gm) : []
      return [...headings].map(([, dependency]) => `${folder}: ${dependency}`)
    })
    expect([...new Set([...builtIn, ...ofPage])].sort()).toEqual(told.sort())
  })

  it.each(ADDED)('%s adds no more than it should to a project that has %s', (name, framework, others, mb) => {
    const { packages, bytes } = footprint(join(installed, 'node_modules'), name, framework)
    const isOurs = (part: string) => /^(@dis-logs\/|(pino|winston)-dis$)/.test(part)
    expect(packages.filter((part) => !isOurs(part) && !others.includes(part))).toEqual([])
    expect(packages).toContain(name)
    expect(bytes / 1e6).toBeLessThan(mb)
    // What is not there would be small, too.
    expect(bytes / 1e6).toBeGreaterThan(mb / 2)
  })

  it.each([
    ['dis-logs-core', '@dis-logs/core'],
    ['pino-dis', 'pino-dis'],
    ['winston-dis', 'winston-dis'],
    ['dis-logs-local', '@dis-logs/local'],
    ['dis-logs-cli', '@dis-logs/cli']
  ])('%s: the SBOM lists what npm installs, with hash and licence, and what is built in', (file, name) => {
    const bill = billOf(file)
    expect(bill).toMatchObject({
      bomFormat: 'CycloneDX',
      specVersion: '1.5',
      metadata: { component: { name, version } }
    })
    const { packages, missing } = runtimeTree(join(installed, 'node_modules', name))
    const listed: { name: string; version: string; hashes: unknown[]; licenses: unknown[] }[] =
      bill.components
    const [own, ...below] = packages.map((part) => `${part.name}@${part.version}`)
    expect(own).toBe(`${name}@${version}`)
    expect(listed.map((part) => `${part.name}@${part.version}`).sort()).toEqual(below.sort())
    expect(listed.filter(({ hashes, licenses }) => hashes.length === 0 || licenses.length === 0)).toEqual([])
    expect(packages.flatMap(faultsOf)).toEqual([])

    // What is built in is no dependency of the tarball, so npm installed none of it.
    const builtIn = [bill.metadata.component, ...bill.components].flatMap((part) => part.components ?? [])
    expect(builtIn.map((part) => part.name).sort()).toEqual(
      missing.map((path) => path.replace(/.* > /, '')).sort()
    )
    expect(builtIn).not.toEqual([])
    for (const part of NEVER) expect(JSON.stringify(bill)).not.toMatch(part)
    expect(JSON.stringify(bill)).not.toContain('file:')
  })
})
