import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

const ROOT = resolve(import.meta.dirname, '../..')
const EXAMPLES = join(ROOT, 'examples')
const OURS = ['@dis-logs/cli', '@dis-logs/core', '@dis-logs/local', 'pino-dis', 'winston-dis']
/** The demo is part of this repository: its packages come from the workspace. */
const names = readdirSync(EXAMPLES).filter((name) => name !== 'demo' && name !== 'README.md')

const read = (...path: string[]) => readFileSync(join(EXAMPLES, ...path), 'utf8')

interface Manifest {
  readonly name: string
  readonly private: boolean
  readonly scripts: Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
}

function manifestOf(name: string): Manifest {
  return JSON.parse(read(name, 'package.json'))
}

function dependenciesOf(name: string): Readonly<Record<string, string>> {
  const { dependencies, devDependencies } = manifestOf(name)
  return { ...dependencies, ...devDependencies }
}

/** Names of the packages that the files of an example import, or name as a target. */
function importsOf(name: string): Set<string> {
  const files = readdirSync(join(EXAMPLES, name), { recursive: true, encoding: 'utf8' }).filter(
    (file) => /\.[cm]?[jt]sx?$/.test(file) && !file.includes('node_modules')
  )
  const specifiers = files.flatMap((file) =>
    [
      ...read(name, file).matchAll(
        /(?:\bfrom |\bimport |import\(|require(?:\.resolve)?\(|target: (?!'node\d))'([^'.][^']*)'/g
      )
    ].map(([, specifier = '']) => specifier)
  )
  const packages = specifiers.map((specifier) => /^(@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? '')
  return new Set(packages.filter((name) => !name.startsWith('node:') && !builtinModules.includes(name)))
}

/** What the catalog of the workspace says for a package. */
function catalog(name: string): string | undefined {
  const workspace = readFileSync(join(ROOT, 'pnpm-workspace.yaml'), 'utf8')
  return new RegExp(`^  "?${name}"?: (\\S+)$`, 'm').exec(workspace)?.[1]
}

describe.each(names)('%s', (name) => {
  it('has a package.json that cannot be published by mistake, and asks for our latest release', () => {
    expect(manifestOf(name)).toMatchObject({ name: `example-${name}`, private: true })
    const ours = Object.entries(dependenciesOf(name)).filter(([dependency]) => OURS.includes(dependency))
    expect(ours.length).toBeGreaterThan(0)
    expect(ours.filter(([, range]) => range !== 'latest')).toEqual([])
  })

  it('asks for the versions of other packages that our own tests use', () => {
    const others = Object.entries(dependenciesOf(name)).filter(([dependency]) => !OURS.includes(dependency))
    expect(others.filter(([dependency, range]) => range !== (catalog(dependency) ?? range))).toEqual([])
    expect(others.filter(([, range]) => !/^[~^]\d/.test(range))).toEqual([])
  })

  it('has what it imports in its own package.json', () => {
    const own = dependenciesOf(name)
    expect([...importsOf(name)].filter((dependency) => !(dependency in own))).toEqual([])
  })

  it('has a README: its commands are scripts, its links lead somewhere', () => {
    const text = read(name, 'README.md')
    const { scripts } = manifestOf(name)
    const started = [...text.matchAll(/^npm (?:run )?(start|test|(?<=run )\S+)/gm)].map(
      ([, script = '']) => script
    )
    expect(started).not.toEqual([])
    expect(started.filter((script) => !(script in scripts))).toEqual([])
    const links = [...text.matchAll(/\]\((?!https:)([^)#]+)/g)].map(([, path = '']) => path)
    expect(links.filter((path) => !existsSync(join(EXAMPLES, name, path)))).toEqual([])
    // That name belongs to another author.
    expect(text).not.toMatch(/npx (-y )?dis-logs/)
  })
})

describe('examples/README.md', () => {
  it('has a row for each example', () => {
    const rows = [...read('README.md').matchAll(/^\| \[[^\]]+\]\(([\w-]+)\)/gm)].map(([, name]) => name)
    expect(rows.sort()).toEqual([...names, 'demo'].sort())
  })
})
