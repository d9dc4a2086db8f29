import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const run = promisify(execFile)
const ROOT = join(import.meta.dirname, '../..')
const ADDRESS = 'https://github.com/somebody/dis-logs'
const FOLDERS = readdirSync(join(ROOT, 'packages'))

/** A copy of what the scripts of a release look at, at version 1.2.3, with one change. */
let root: string
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

const changeOf = (folder: string) =>
  `${folder === 'cli' ? '- Of the command.\n' : '- For all.\n\n  More.\n'}\n- Both.\n`
const write = (file: string, text: string) => writeFileSync(join(root, file), text)
const manifestOf = (folder: string) => JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'))

/** Runs a script of a release on the copy, in which the workflow's variables do not count unless they are given. */
async function script(name: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const { GITHUB_REPOSITORY: _, ...own } = process.env
  const command = [join(ROOT, 'release', `${name}.mjs`), '--root', root, ...args]
  return run(process.execPath, command, { env: { ...own, ...env } }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: { code: number; stdout: string; stderr: string }) => error
  )
}

describe('the address of the repository', () => {
  it('stands in one place, and the packages have what follows from it', async () => {
    const own = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
    const known = /^git\+(.*)\.git$/.exec(own.repository?.url ?? '')?.[1]
    if (known !== undefined) await script('repository', [known])
    for (const folder of FOLDERS) {
      const { version: _, ...real } = JSON.parse(
        readFileSync(join(ROOT, 'packages', folder, 'package.json'), 'utf8')
      )
      expect(real).toMatchObject(known === undefined ? {} : { repository: expect.anything() })
      const { version: __, ...derived } = manifestOf(`packages/${folder}`)
      expect(real).toEqual(derived)
    }
  })

  it.each([ADDRESS, `${ADDRESS}.git`, `${ADDRESS}/`])('is written into all of them: %s', async (given) => {
    const before = readFileSync(join(root, 'packages/core/package.json'), 'utf8')
    await script('repository', ['https://github.com/another/place'])
    expect(await script('repository', [given])).toMatchObject({ code: 0 })
    expect(manifestOf('.').repository).toEqual({ type: 'git', url: `git+${ADDRESS}.git` })
    for (const folder of FOLDERS)
      expect(manifestOf(`packages/${folder}`)).toMatchObject({
        homepage: `${ADDRESS}/tree/main/packages/${folder}#readme`,
        bugs: { url: `${ADDRESS}/issues` },
        repository: { type: 'git', url: `git+${ADDRESS}.git`, directory: `packages/${folder}` }
      })
    const after = readFileSync(join(root, 'packages/core/package.json'), 'utf8')
    const unlinked = (text: string) =>
      text.replace(/^ {2}"(homepage|bugs|repository)": (".*"|\{[^}]*\}),\n/gm, '')
    expect(unlinked(after)).toBe(unlinked(before))
    expect((await script('repository', [])).stdout).toBe(`${ADDRESS}\n`)
  })

  it('is refused where it is none', async () => {
    const { code, stderr } = await script('repository', ['github.com/x'])
    expect([code, stderr]).toEqual([
      1,
      'repository: github.com/x is no address like https://github.com/owner/name\n'
    ])
  })
})

describe('whether all is in place for a tag', () => {
  beforeEach(() => script('repository', [ADDRESS]))

  it('it is', async () => {
    const here = { GITHUB_REPOSITORY: 'Somebody/dis-logs' }
    expect(await script('ready', ['v1.2.3'], here)).toEqual({
      code: 0,
      stdout: 'ready: v1.2.3\n',
      stderr: ''
    })
  })

  it.each<[string, () => unknown, string, readonly string[]]>([
    ['another tag', () => {}, 'v1.2.4', ['@dis-logs/core has the version 1.2.3, the tag is v1.2.4']],
    [
      'a changeset left',
      () => write('.changeset/x.md', ''),
      'v1.2.3',
      ['1 changesets are in no version yet: pnpm changeset version']
    ],
    [
      'a changelog without the version',
      () => write('packages/pino/CHANGELOG.md', '# x\n\n## 1.2.30\n'),
      'v1.2.3',
      ['packages/pino/CHANGELOG.md has no part for 1.2.3']
    ],
    [
      'other links',
      () => write('packages/cli/package.json', JSON.stringify({ ...manifestOf('packages/cli'), bugs: {} })),
      'v1.2.3',
      [`packages/cli/package.json has other links: pnpm repository ${ADDRESS}`]
    ],
    [
      'no address',
      () => write('package.json', JSON.stringify({ ...manifestOf('.'), repository: undefined })),
      'v1.2.3',
      ['no address of the repository: pnpm repository https://github.com/owner/name']
    ]
  ])('it is not, with %s', async (_, change, tag, said) => {
    change()
    const { code, stderr } = await script('ready', [tag])
    expect(code).toBe(1)
    for (const line of said) expect(stderr.split('\n')).toContain(`not ready: ${line}`)
  })

  it('it is not in a fork', async () => {
    const { code, stderr } = await script('ready', ['v1.2.3'], { GITHUB_REPOSITORY: 'fork/dis-logs' })
    const cure = 'pnpm repository https://github.com/fork/dis-logs'
    expect([code, stderr]).toEqual([
      1,
      `not ready: package.json says ${ADDRESS}, this is fork/dis-logs: ${cure}\n`
    ])
  })
})

describe('the notes of a release', () => {
  it('say each change of this version once, and whom it concerns', async () => {
    const { stdout } = await script('notes', [])
    const four = '@dis-logs/core, @dis-logs/local, pino-dis, winston-dis'
    expect(stdout).toBe(
      `## Minor Changes\n\n- **${four}**: For all.\n\n  More.\n- **${four}, @dis-logs/cli**: Both.\n- **@dis-logs/cli**: Of the command.\n\n`
    )
  })
})

describe('a publication', () => {
  const names = ['@dis-logs/core', '@dis-logs/local', 'pino-dis', 'winston-dis', '@dis-logs/cli']

  it('takes what the registry does not have, what others need first; and nothing while one is missing', {
    timeout: 180_000
  }, async () => {
    const there = new Set(['@dis-logs/local', 'winston-dis'])
    const taken: string[] = []
    const registry = createServer((request, response) => {
      const name = decodeURIComponent(request.url ?? '').slice(1)
      if (request.method === 'PUT') {
        taken.push(name)
        there.add(name)
      }
      const isThere = there.has(name)
      const version = { name, version: '1.2.3', dist: { tarball: 'http://127.0.0.1/x.tgz' } }
      const answer = { name, 'dist-tags': { latest: '1.2.3' }, versions: { '1.2.3': version } }
      request.resume().on('end', () => {
        response.writeHead(isThere ? 200 : 404, { 'content-type': 'application/json' })
        response.end(JSON.stringify(isThere ? answer : { error: 'Not found' }))
      })
    })
    await new Promise<void>((resolve) => registry.listen(0, '127.0.0.1', resolve))
    const { port } = registry.address() as AddressInfo
    const flags = [
      '--no-provenance',
      `--registry=http://127.0.0.1:${port}/`,
      `--//127.0.0.1:${port}/:_authToken=t`
    ]
    const out = join(root, 'out')
    mkdirSync(out)
    try {
      const packed = FOLDERS.filter((folder) => folder !== 'cli')
      await run('npm', [
        'pack',
        '--pack-destination',
        out,
        ...packed.map((folder) => join(root, 'packages', folder))
      ])
      const early = await script('publish', [out, '--', ...flags])
      expect([early.code, early.stderr]).toEqual([
        1,
        expect.stringMatching(/dis-logs-cli-1\.2\.3\.tgz: pnpm sbom\n$/)
      ])
      expect(taken).toEqual([])

      await run('npm', ['pack', '--pack-destination', out, join(root, 'packages/cli')])
      const { stdout } = await script('publish', [out, '--', ...flags])
      expect(taken).toEqual(['@dis-logs/core', 'pino-dis', '@dis-logs/cli'])
      const told = names.map((name) => `${name}@1.2.3 is ${taken.includes(name) ? 'published' : 'there'}\n`)
      expect(stdout).toBe(told.join(''))
    } finally {
      registry.close()
    }
  })
})
