import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, inject, it, vi } from 'vitest'
import { openSite, type Site } from './example.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const PACKAGES = join(ROOT, 'packages')
let site: Site
beforeEach(async () => {
  site = await openSite()
})
afterEach(() => site.close())

/** A folder beside the examples with the first program of a README. */
function firstProgram(name: string): string {
  const [, code = ''] = /```js\n(.*?)```/s.exec(readFileSync(join(PACKAGES, name, 'README.md'), 'utf8')) ?? []
  const file = /^import /m.test(code) ? 'app.mjs' : 'app.cjs'
  const folder = join(inject('installed'), `readme-${name}`)
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, file), code)
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ scripts: { start: `node ${file}` } }))
  return folder
}

/** A folder beside the examples with the n-th program of the README. */
function programOfReadme(index: number): string {
  const readme = readFileSync(resolve(PACKAGES, '../README.md'), 'utf8')
  const code = [...readme.matchAll(/```js\n(.*?)```/gs)].map(([, block = '']) => block)[index] ?? ''
  const file = /^import /m.test(code) ? 'app.mjs' : 'app.cjs'
  const folder = join(inject('installed'), `readme-${index}`)
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, file), code)
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ scripts: { start: `node ${file}` } }))
  return folder
}

describe.each([
  [0, 'my first line', 'the first line'],
  [1, 'order accepted', 'pino'],
  [2, 'order accepted', 'winston']
])('program %i of the README', (index, text, name) => {
  it(`runs, and its line arrives: ${name}`, async () => {
    const { stderr } = await site.run(programOfReadme(index))
    expect(stderr).toBe('')
    expect((await site.lines()).map(({ msg, message }) => msg ?? message)).toEqual([text])
  })
})

describe.each([
  ['pino', 'order accepted'],
  ['winston', 'order accepted'],
  ['core', 'hello']
])('the first program of the README of packages/%s', (name, text) => {
  it('logs a line that arrives, with what the README says of the environment', async () => {
    const { stderr } = await site.run(firstProgram(name))
    expect(stderr).toBe('')
    expect((await site.lines()).map(({ msg, message }) => msg ?? message)).toEqual([text])
  })

  it('says at once what is missing in an empty environment', async () => {
    const nothing = { DIS_ENDPOINT: '', DIS_PROJECT_ID: '', DIS_STREAM_NAME: '', DIS_REGION: '' }
    const { code, stderr } = await site.start(firstProgram(name), 'start', nothing).ended
    expect(code).toBe(1)
    expect(stderr).toMatch(/DisConfigError.*region/s)
  })
})

describe('the command line in the READMEs of the examples', () => {
  /** Runs it in a folder, whose package.json gets it as a script. */
  function start(folder: string, command: string) {
    const scripts = { start: `dis-logs ${command}` }
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ scripts }))
    return site.start(folder)
  }

  it('is one of these three', () => {
    const texts = readdirSync(join(ROOT, 'examples'))
      .filter((name) => name !== 'demo' && name !== 'README.md')
      .map((name) => readFileSync(join(ROOT, 'examples', name, 'README.md'), 'utf8'))
    const commands = texts.flatMap((text) =>
      [...text.matchAll(/^npx @dis-logs\/cli ([^#\n]*[^#\s])/gm)].map(([, command]) => command)
    )
    expect([...new Set(commands)].sort()).toEqual(['local', 'spool spool', 'tail --from beginning'])
  })

  it('tail --from beginning shows what has arrived', async () => {
    const folder = join(inject('installed'), 'readme-commands')
    await site.run('partition-keys', 'trace')
    const { code, stdout } = await start(folder, 'tail --from beginning --limit 600').ended
    expect({ code, lines: stdout.match(/order received/g)?.length }).toEqual({ code: 0, lines: 300 })
  })

  it('local prints what goes into the environment', async () => {
    const local = start(join(inject('installed'), 'readme-commands'), 'local --port 0')
    let said = ''
    local.process.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()))
    const names = [
      'DIS_ENDPOINT',
      'DIS_PROJECT_ID',
      'DIS_STREAM_NAME',
      'HUAWEICLOUD_SDK_AK',
      'HUAWEICLOUD_SDK_SK'
    ]
    await vi.waitFor(() => {
      for (const name of names) expect(said).toMatch(new RegExp(`^export ${name}=\\S+$`, 'm'))
    }, 20_000)
    local.process.kill('SIGTERM')
    expect(await local.ended).toMatchObject({ code: 0 })
  })
})
