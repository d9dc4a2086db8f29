import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest'
import { openSite, type Site } from './example.ts'

const PACKAGES = resolve(import.meta.dirname, '../../packages')
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
