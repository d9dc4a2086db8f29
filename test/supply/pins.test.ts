import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '../..')

function textOf(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8')
}

/** The value of a setting of one line in pnpm-workspace.yaml. */
function settingOf(name: string): string | undefined {
  return new RegExp(`^${name}: *(\\S+)$`, 'm').exec(textOf('pnpm-workspace.yaml'))?.[1]
}

/** The lines of the lockfile that say where a package is from, of its section of packages only. */
function resolutionsOf(lockfile: string): string[] {
  const [, packages = ''] = /^packages:$([\s\S]*?)^snapshots:$/m.exec(lockfile) ?? []
  return packages.split('\n').filter((line) => /^ {4}resolution:/.test(line))
}

/** What is not bound by a hash alone: a git repository, an address of its own, a weaker hash. */
function unbound(resolutions: readonly string[]): string[] {
  return resolutions.filter(
    (line) => !/^ {4}resolution: \{integrity: sha512-[A-Za-z0-9+/]{86}==\}$/.test(line)
  )
}

describe('what is installed', () => {
  it('is a pnpm of one version, by its hash, that the commands of the README take too', () => {
    const { packageManager } = JSON.parse(textOf('package.json'))
    expect(packageManager).toMatch(/^pnpm@10\.\d+\.\d+\+sha512\.[0-9a-f]{128}$/)
    // Otherwise `npx pnpm@10` of another day would look for the pinned one at npm's own registry, and fail behind a mirror.
    expect(settingOf('managePackageManagerVersions')).toBe('false')
    for (const file of ['.ci/run', 'README.md', 'CONTRIBUTING.md']) {
      expect(new Set(textOf(file).match(/npx -y pnpm@[\w.]+/g))).toEqual(new Set(['npx -y pnpm@10']))
    }
  })

  it('is bound by the lockfile to a hash of its content', () => {
    const resolutions = resolutionsOf(textOf('pnpm-lock.yaml'))
    expect(resolutions.length).toBeGreaterThan(100)
    expect(unbound(resolutions)).toEqual([])
  })

  it.each([
    '    resolution: {tarball: https://example.com/a.tgz}',
    '    resolution: {integrity: sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=}',
    '    resolution: {commit: 0123456789, repo: https://example.com/a.git, type: git}'
  ])('would not be, with %s', (line) => {
    expect(unbound([line])).toEqual([line])
  })

  it('runs no code while it is installed, but that of esbuild', () => {
    const [, names = ''] =
      /^onlyBuiltDependencies:\n((?: {2}- .+\n)*)/m.exec(textOf('pnpm-workspace.yaml')) ?? []
    expect(names).toBe('  - esbuild\n')
    expect(settingOf('strictDepBuilds')).toBe('true')
    expect(settingOf('blockExoticSubdeps')).toBe('true')
    expect(Number(settingOf('minimumReleaseAge'))).toBeGreaterThanOrEqual(1_440)
  })
})
