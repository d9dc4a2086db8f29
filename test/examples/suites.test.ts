import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest'
import { openSite, type Site } from './example.ts'

let site: Site
beforeEach(async () => {
  site = await openSite()
})
afterEach(() => site.close())

/** A copy beside the example, with another text in one of its files. */
function copyWith(example: string, file: string, text: string, other: string): string {
  const copy = join(inject('installed'), `${example}-changed`)
  const from = join(inject('installed'), example)
  cpSync(from, copy, { recursive: true })
  const path = join(copy, file)
  const before = readFileSync(path, 'utf8')
  expect(before).toContain(text)
  writeFileSync(path, before.replace(text, other))
  return copy
}

describe("a user's own tests, with a local DIS", () => {
  it.each(['tests-vitest', 'tests-jest'])('%s: they pass, and nothing is left open', async (example) => {
    const { stdout, stderr } = await site.run(example, 'test')
    expect(stdout + stderr).toMatch(/3 passed/)
    expect(stdout + stderr).not.toMatch(/open handle|did not exit|hanging/i)
  })

  it('tests-jest: they end also if nobody closes the service', async () => {
    const close = 'afterAll(() => local.dis.close())'
    const { stdout, stderr } = await site.run(copyWith('tests-jest', 'test/local-dis.js', close, ''), 'test')
    expect(stdout + stderr).toMatch(/3 passed/)
  })
})
