import { cpSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { FOLDERS, manifestOf, ROOT, root, script, useCopy, write } from './release-copy.ts'

const ADDRESS = 'https://github.com/somebody/dis-logs'

useCopy()

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

describe('the versions', () => {
  it('are one for all packages, raised together; each manifest keeps its form, each changelog says the change as it was written', async () => {
    // All folders of the workspace: two of the tests have names like those of packages, but no version.
    const manifests = ['packages', 'examples', 'test'].flatMap((folder) =>
      readdirSync(join(ROOT, folder))
        .map((name) => `${folder}/${name}/package.json`)
        .filter((file) => existsSync(join(ROOT, file)))
    )
    for (const file of [
      ...manifests,
      'package.json',
      'pnpm-workspace.yaml',
      '.changeset/config.json',
      'release/changelog.cjs'
    ])
      cpSync(join(ROOT, file), join(root, file))
    for (const folder of FOLDERS) rmSync(join(root, `packages/${folder}/CHANGELOG.md`))
    write('.changeset/a.md', "---\n'pino-dis': minor\n---\n\nNew.\n\nMore of it.\n")
    const { code, stderr } = await script('versions', [])
    expect([code, stderr]).toEqual([0, ''])
    const [, major, minor] = /^(\d+)\.(\d+)/.exec(JSON.parse(real('pino')).version) ?? []
    const next = `${major}.${Number(minor) + 1}.0`
    for (const folder of FOLDERS) {
      const text = readFileSync(join(root, 'packages', folder, 'package.json'), 'utf8')
      expect(text).toBe(real(folder).replace(/"version": ".*"/, `"version": "${next}"`))
    }
    expect(readFileSync(join(root, 'packages/pino/CHANGELOG.md'), 'utf8')).toBe(
      `# pino-dis\n\n## ${next}\n\n### Minor Changes\n\n- New.\n\n  More of it.\n`
    )
    expect(readdirSync(join(root, '.changeset'))).toEqual(['config.json'])
  })

  const real = (folder: string) => readFileSync(join(ROOT, 'packages', folder, 'package.json'), 'utf8')
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
      ['1 changesets are in no version yet: pnpm versions']
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
