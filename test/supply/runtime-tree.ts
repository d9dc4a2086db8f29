/**
 * What runs where one of our packages is installed: its dependencies, the optional ones and the peers, and theirs, as the lockfile has
 * them and this machine installed them. Of a native package that is the build for this system; the others come from the same release.
 */
import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'

interface Manifest {
  readonly name: string
  readonly version: string
  readonly license?: unknown
  readonly scripts?: Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>
  readonly devDependencies?: Readonly<Record<string, string>>
}

export interface RuntimePackage {
  readonly name: string
  readonly version: string
  /** What its package.json says, `none` if nothing. */
  readonly license: string
  /** What npm would run when it is installed, for example `postinstall: node build.js`. */
  readonly installScripts: readonly string[]
  /** How it comes in, from one of our packages down to its parent. */
  readonly path: string
  /** Where it is on this machine. */
  readonly folder: string
}

/** The tree below a package of ours, itself included, and what is missing in it though it has to be there. */
export function runtimeTree(folder: string): {
  readonly packages: readonly RuntimePackage[]
  readonly missing: readonly string[]
} {
  const packages = new Map<string, RuntimePackage>()
  const missing: string[] = []

  function visit(at: string, path: string): void {
    if (packages.has(at)) return
    const manifest = manifestOf(at)
    packages.set(at, described(manifest, at, path))
    const below = `${path === '' ? '' : `${path} > `}${manifest.name}`
    for (const [name, isNeeded] of wantedBy(manifest)) {
      const found = resolved(name, at)
      if (found !== undefined) visit(found, below)
      else if (isNeeded) missing.push(`${below} > ${name}`)
    }
  }

  visit(realpathSync(folder), '')
  return { packages: [...packages.values()], missing }
}

function wantedBy(manifest: Manifest): [name: string, isNeeded: boolean][] {
  const { dependencies, optionalDependencies, peerDependencies, peerDependenciesMeta } = manifest
  const optional = new Set(Object.keys(optionalDependencies ?? {}))
  return [
    ...Object.keys(dependencies ?? {}).map((name): [string, boolean] => [name, !optional.has(name)]),
    ...[...optional].map((name): [string, boolean] => [name, false]),
    ...Object.keys(peerDependencies ?? {}).map((name): [string, boolean] => [
      name,
      peerDependenciesMeta?.[name]?.optional !== true
    ]),
    ...bundledBy(manifest).map((name): [string, boolean] => [name, true])
  ]
}

/** Of our own packages: what is built into `dist`, so a user gets it without a dependency. Types and peers are in no build. */
function bundledBy({ name, devDependencies, peerDependencies }: Manifest): string[] {
  if (name !== '@dis-logs/core' && name !== '@dis-logs/local') return []
  return Object.keys(devDependencies ?? {}).filter(
    (dependency) => !dependency.startsWith('@types/') && peerDependencies?.[dependency] === undefined
  )
}

/** As Node finds it: beside the package, or in a folder above. */
function resolved(name: string, from: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name)
    if (existsSync(join(candidate, 'package.json'))) return realpathSync(candidate)
    if (folder === dirname(folder)) return undefined
  }
}

function described(manifest: Manifest, folder: string, path: string): RuntimePackage {
  const { name, version, license, scripts = {} } = manifest
  const named = ['preinstall', 'install', 'postinstall'].filter((script) => scripts[script] !== undefined)
  return {
    name,
    version,
    license: typeof license === 'string' && license !== '' ? license : 'none',
    installScripts: [
      ...named.map((script) => `${script}: ${scripts[script]}`),
      // npm runs node-gyp for it, without being told to.
      ...(named.includes('install') || !existsSync(join(folder, 'binding.gyp')) ? [] : ['binding.gyp'])
    ],
    path,
    folder
  }
}

function manifestOf(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
}
