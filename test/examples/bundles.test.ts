import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest'
import { openSite, type Site, STREAM } from './example.ts'

const LINES = Array.from({ length: 50 }, (_, n) => n)
let site: Site
beforeEach(async () => {
  site = await openSite()
})
afterEach(() => site.close())

async function numbers(via: string): Promise<number[]> {
  const lines = await site.lines()
  return lines.filter((line) => line['via'] === via).map(({ n }) => Number(n))
}

describe.each(['bundle-esbuild', 'bundle-webpack'])('%s', (example) => {
  it('runs alone in another folder: from the threads of both, and in one file without threads', async () => {
    await site.run(example, 'build')
    for (const script of ['start', 'direct']) {
      // The folder of the packages is not above it.
      const alone = join(site.folder, script)
      for (const part of ['release', 'package.json'])
        cpSync(join(inject('installed'), example, part), join(alone, part), { recursive: true })
      const { stderr } = await site.run(alone, script)
      // A warning would say that there is no thread.
      expect(stderr).toBe('')
      for (const via of ['pino', 'winston']) expect((await numbers(via)).sort((a, b) => a - b)).toEqual(LINES)
      await site.dis.takeRecords(STREAM)
    }
  })
})
