import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { BadBase, type BuildStep, baseBuild, builtFolder } from '../../bench/compare/builds.mjs'

const own = mkdtempSync(join(tmpdir(), 'dis-logs-builds-'))
afterAll(() => rmSync(own, { recursive: true, force: true }))

const BUILT = ['core', 'pino', 'winston'].map((name) => `packages/${name}/dist/index.mjs`)

function git(cwd: string, ...args: readonly string[]): string {
  const who = ['-c', 'user.name=test', '-c', 'user.email=test@localhost', '-c', 'commit.gpgsign=false']
  return execFileSync('git', [...who, ...args], { cwd, encoding: 'utf8' }).trim()
}

function write(folder: string, file: string, text: string) {
  mkdirSync(dirname(join(folder, file)), { recursive: true })
  writeFileSync(join(folder, file), text)
}

/** A repository with two commits; what it builds is what its file says. */
let repository: string
let kept: string
let count = 0
let built: string[]
const build: BuildStep = (folder) => {
  const version = readFileSync(join(folder, 'version'), 'utf8')
  built.push(version)
  for (const file of BUILT) write(folder, file, version)
}

beforeEach(() => {
  repository = join(own, String(++count))
  kept = join(repository, '.builds')
  built = []
  mkdirSync(repository)
  git(repository, 'init', '--quiet')
  for (const version of ['one', 'two']) {
    write(repository, 'version', version)
    git(repository, 'add', 'version')
    git(repository, 'commit', '--quiet', '-m', version)
  }
})

describe('a commit as the base', () => {
  it('is built from what was committed, and once', () => {
    write(repository, 'version', 'changed and not committed')
    const { folder, title } = baseBuild('HEAD', { repository, kept, build })
    const again = baseBuild(git(repository, 'rev-parse', '--short', 'HEAD'), { repository, kept, build })
    expect(again.folder).toBe(folder)
    expect(built).toEqual(['two'])
    expect(folder).toBe(join(kept, git(repository, 'rev-parse', 'HEAD')))
    expect(title).toMatch(/^HEAD \([0-9a-f]{9}\)$/)
    expect(readFileSync(join(folder, BUILT[0] ?? ''), 'utf8')).toBe('two')
  })

  it('has a build of its own', () => {
    const folders = ['HEAD', 'HEAD~1'].map((base) => baseBuild(base, { repository, kept, build }).folder)
    expect(built).toEqual(['two', 'one'])
    expect(new Set(folders).size).toBe(2)
  })

  it('is built again if its build was broken off', () => {
    const breaks: BuildStep = (folder) => {
      write(folder, 'left', 'over')
      throw new BadBase('no room')
    }
    expect(() => baseBuild('HEAD', { repository, kept, build: breaks })).toThrow('no room')
    const { folder } = baseBuild('HEAD', { repository, kept, build })
    expect(built).toEqual(['two'])
    expect(existsSync(join(folder, 'left'))).toBe(false)
  })

  it('that has nothing to install is told, with the cure', () => {
    const said = vi.spyOn(console, 'error').mockImplementation(() => {})
    expect(() => baseBuild('HEAD', { repository, kept })).toThrow(
      /^[0-9a-f]{9} cannot be built: pnpm \w+ ended with .*Choose a commit that builds with this Node/s
    )
    said.mockRestore()
  })
})

describe('a folder as the base', () => {
  it('is measured as it stands', () => {
    for (const file of BUILT) write(repository, file, 'as it stands')
    const { folder, title } = baseBuild(repository, { repository: own, kept, build })
    expect(folder).toBe(repository)
    expect(title).toMatch(/\([0-9a-f]{9} and changes\)$/)
    expect(built).toEqual([])
  })

  it('that is not built is told, with the cure', () => {
    expect(() => builtFolder(repository)).toThrow(
      `${repository} has no packages/core/dist/index.mjs: run pnpm install and pnpm build in that folder first`
    )
  })
})

describe('a base that does not exist', () => {
  it.each(['no-such-branch', 'abcdef1', './nowhere', '--all', ''])(
    '%j is told, with what is possible',
    (base) => {
      const start = () => baseBuild(base, { repository, kept, build })
      expect(start).toThrow(BadBase)
      expect(start).toThrow(
        `--base takes a commit of this repository (HEAD, main, 1a2b3c4) or the folder of another checkout; '${base}' is neither. `
      )
      expect(built).toEqual([])
    }
  )
})
