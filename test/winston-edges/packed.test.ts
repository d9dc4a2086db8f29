import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type InstalledPackages, installPacked } from '../e2e/packed.ts'

const APP = new URL('packed-app.mjs', import.meta.url)

describe('winston-dis from a tarball, in an empty folder', () => {
  let installed: InstalledPackages

  beforeAll(async () => {
    installed = await installPacked(['core', 'winston', 'local'], ['winston@3'])
  }, 240_000)

  afterAll(() => installed?.remove())

  it.each(['worker', 'in-process'])('follows what an application does to its loggers: %s', async (place) => {
    const code = await readFile(APP, 'utf8')
    const { stdout, stderr } = await installed.runScript('app.mjs', code, { args: [place] })
    expect(stderr).toBe('')
    // A line of an exception has no number.
    const arrived = {
      add: [1],
      remove: [0],
      clear: [0],
      configure: [0, 2, 3],
      'several loggers': [0, 1],
      child: [0],
      silent: [1],
      level: [1],
      exceptionHandlers: [null],
      rejectionHandlers: [null]
    }
    const books = Object.entries(arrived).map(([name, numbers]) => {
      return [name, { arrived: numbers, written: numbers.length, settled: numbers.length }]
    })
    expect(JSON.parse(stdout)).toEqual(Object.fromEntries(books))
  })
})
