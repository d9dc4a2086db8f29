import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openSite, type Site, stop } from './app.ts'

let site: Site

beforeEach(async () => {
  site = await openSite([{ kind: 'slow', delayMs: 100 }])
})
afterEach(() => site.close())

describe('why there are recipes', () => {
  it('Nest without one loses lines, which their tests would see', async () => {
    const app = site.start('nest-bare.mjs')
    await app.hasLogged(300)
    expect(await stop(app, () => app.process.kill('SIGTERM'))).toMatchObject({ signal: 'SIGTERM' })
    expect(await site.missing(app)).not.toEqual([])
  })

  it.each([
    { framework: 'pino', message: 'the worker is ending' },
    { framework: 'winston', message: 'write after end' }
  ])(
    'a line after the end of $framework ends the process, and the lines before it arrive',
    async ({ framework, message }) => {
      const app = site.start('late.mjs', framework)
      const end = await app.ended
      expect(end.code).toBe(1)
      expect(end.stderr).toContain(message)
      expect(app.logged).toHaveLength(1)
      expect(await site.missing(app)).toEqual([])
    }
  )
})
