import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import type { Fault } from '@dis-logs/local'
import { describe, expect, it } from 'vitest'
import { openSite, type Site, stop } from './app.ts'

/** PM2's own, if `kill_timeout` is not set. */
const KILL_TIMEOUT_MS = 1_600

/** Of the recipe. */
const PATIENCE_MS = killTimeoutMs()

async function at(faults: Fault[], use: (site: Site) => Promise<void>): Promise<void> {
  const site = await openSite(faults)
  try {
    await use(site)
  } finally {
    await site.close()
  }
}

const HANGS: Fault[] = [{ kind: 'hang' }]

// These wait most of the time.
describe.concurrent('while the service hangs, every line goes to the spool, and the next start sends it', () => {
  it.each(['cluster.mjs', 'cluster-winston.mjs'])('%s: from all processes to one folder', (recipe) =>
    at(HANGS, async (site) => {
      const app = site.start(`recipes/${recipe}`)
      await app.told('port')
      await app.told('port')
      await app.hasLogged(1_000)
      const end = await stop(app, () => app.process.kill('SIGTERM'))
      expect(end).toEqual({ code: 0, signal: null, stderr: '' })
      expect(new Set(app.logged.map((id) => id.split('-')[0])).size).toBe(3)
      expect(await site.arrived()).toEqual([])
      expect(await site.recover()).toEqual([])
      expect(await site.missing(app)).toEqual([])
      const ends = (await site.arrived()).filter(({ msg, message }) => (msg ?? message) === 'worker ended')
      expect(ends).toMatchObject([{ code: 0 }, { code: 0 }])
    })
  )

  it.each(['nest-pino-hook.mjs', 'nest-winston-hook.mjs'])('%s', (recipe) =>
    at(HANGS, async (site) => {
      const app = site.start(`recipes/${recipe}`)
      await app.told('port')
      await app.hasLogged(300)
      const end = await stop(app, () => app.process.kill('SIGTERM'))
      expect(end).toMatchObject({ code: null, signal: 'SIGTERM' })
      expect(await site.arrived()).toEqual([])
      expect(await site.recover()).toEqual([])
      expect(await site.missing(app)).toEqual([])
    })
  )

  it.each([
    { patience: 'enough, with the kill_timeout of the recipe', graceMs: PATIENCE_MS, signal: null },
    { patience: 'too little, with its default', graceMs: KILL_TIMEOUT_MS, signal: 'SIGKILL' },
    // `once` has removed the listener, so that the signal kills.
    { patience: 'none, and sends the signal again', graceMs: KILL_TIMEOUT_MS, signal: 'SIGINT' }
  ] as const)('pm2.mjs, and PM2 has patience: $patience', ({ graceMs, signal }) =>
    at(HANGS, async (site) => {
      const app = site.start('recipes/pm2.mjs')
      await app.told('port')
      await app.hasLogged(300)
      await site.spooled()
      const ask = () => app.process.kill('SIGINT')
      const end = await stop(app, ask, { graceMs, lastSignal: signal ?? 'SIGKILL' })
      expect(end.signal).toBe(signal)
      expect(await site.arrived()).toEqual([])
      expect(await site.recover()).toEqual([])
      expect(await site.missing(app)).toEqual([])
    })
  )
})

describe.concurrent('a client that never ends its request', () => {
  it.each(['express-pino.mjs', 'fastify-pino.mjs', 'pm2.mjs'])('does not hold up %s', (recipe) =>
    at([], async (site) => {
      const app = site.start(`recipes/${recipe}`)
      const client = connect(Number(await app.told('port')), '127.0.0.1')
      client.write('GET / HTTP/1.1\r\n')
      await app.hasLogged(300)
      const end = await stop(app, () => app.process.kill(recipe === 'pm2.mjs' ? 'SIGINT' : 'SIGTERM'))
      client.destroy()
      expect(end).toEqual({ code: 0, signal: null, stderr: '' })
      expect(await site.missing(app)).toEqual([])
    })
  )
})

function killTimeoutMs(): number {
  const config = readFileSync(join(import.meta.dirname, 'recipes/ecosystem.config.cjs'), 'utf8')
  const [, digits = ''] = /kill_timeout: ([\d_]+)/.exec(config) ?? []
  return Number(digits.replaceAll('_', ''))
}
