import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openSite, type Site, stop } from './app.ts'

/** PM2's own, if `kill_timeout` is not set. */
const KILL_TIMEOUT_MS = 1_600

let site: Site

beforeEach(async () => {
  site = await openSite([{ kind: 'hang' }])
})
afterEach(() => site.close())

describe('while the service hangs, every line goes to the spool, and the next start sends it', () => {
  it.each(['cluster.mjs', 'cluster-winston.mjs'])('%s: from all processes to one folder', async (recipe) => {
    const app = site.start(`recipes/${recipe}`)
    await app.told('port')
    await app.told('port')
    await app.hasLogged(1_000)
    const end = await stop(app, () => app.process.kill('SIGTERM'))
    expect(end).toMatchObject({ code: 0, signal: null })
    expect(new Set(app.logged.map((id) => id.split('-')[0])).size).toBe(3)
    expect(await site.arrived()).toEqual([])
    expect(await site.recover()).toEqual([])
    expect(await site.missing(app)).toEqual([])
    expect((await site.arrived()).filter(({ msg, message }) => (msg ?? message) === 'worker ended')).toMatchObject([
      { code: 0 },
      { code: 0 }
    ])
  })

  it.each(['nest-pino-hook.mjs', 'nest-winston-hook.mjs'])('%s', async (recipe) => {
    const app = site.start(`recipes/${recipe}`)
    await app.told('port')
    await app.hasLogged(300)
    const end = await stop(app, () => app.process.kill('SIGTERM'))
    expect(end).toMatchObject({ code: null, signal: 'SIGTERM' })
    expect(await site.arrived()).toEqual([])
    expect(await site.recover()).toEqual([])
    expect(await site.missing(app)).toEqual([])
  })
})

describe('PM2, while the service hangs', () => {
  it('has patience enough with the kill_timeout of the recipe', async () => {
    const app = site.start('recipes/pm2.mjs')
    await app.told('port')
    await app.hasLogged(300)
    const end = await stop(app, () => app.process.kill('SIGINT'), killTimeoutMs())
    expect(end).toMatchObject({ code: 0, signal: null })
    expect(await site.recover()).toEqual([])
    expect(await site.missing(app)).toEqual([])
  })

  it('kills it with the default, and what was written ahead is not lost', async () => {
    const app = site.start('recipes/pm2.mjs')
    await app.told('port')
    await app.hasLogged(300)
    const end = await stop(app, () => app.process.kill('SIGINT'), KILL_TIMEOUT_MS)
    expect(end).toMatchObject({ code: null, signal: 'SIGKILL' })
    expect(await site.recover()).toEqual([])
    expect(await site.missing(app)).toEqual([])
  })
})

function killTimeoutMs(): number {
  const config = readFileSync(join(import.meta.dirname, 'recipes/ecosystem.config.cjs'), 'utf8')
  const [, digits = ''] = /kill_timeout: ([\d_]+)/.exec(config) ?? []
  return Number(digits.replaceAll('_', ''))
}
