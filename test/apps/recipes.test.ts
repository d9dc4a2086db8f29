import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { shareOf } from '../thorough.ts'
import { openRequest, openSite, type Site, stop } from './app.ts'

let site: Site

beforeEach(async () => {
  // Slow, so that many lines are on their way whenever the signal comes.
  site = await openSite([{ kind: 'slow', delayMs: 100 }])
})
afterEach(() => site.close())

/** Runs a recipe until many lines and a request are on their way, and asks it to end. */
async function run(recipe: string, ask: NodeJS.Signals | 'shutdown' = 'SIGTERM') {
  const app = site.start(recipe)
  const request = await openRequest(app)
  await app.hasLogged(300)
  const end = await stop(app, () => {
    if (ask === 'shutdown') app.process.send(ask)
    else app.process.kill(ask)
  })
  return { app, end, answer: await request.answer }
}

const RECIPES: { readonly recipe: string; readonly code: number | null; readonly says: readonly string[] }[] =
  [
    { recipe: 'express-pino.mjs', code: 0, says: ['request completed'] },
    { recipe: 'express-winston.mjs', code: 0, says: [] },
    { recipe: 'fastify-pino.mjs', code: 0, says: ['request completed'] },
    { recipe: 'fastify-stream.mjs', code: 0, says: ['request completed'] },
    {
      recipe: 'nest-pino.mjs',
      code: 0,
      says: ['request completed', 'Nest application successfully started']
    },
    { recipe: 'nest-winston.mjs', code: 0, says: ['Nest application successfully started'] },
    {
      recipe: 'nest-handler.mjs',
      code: 143,
      says: ['request completed', 'Nest application successfully started']
    },
    {
      recipe: 'nest-pino-hook.mjs',
      code: null,
      says: ['request completed', 'Nest application successfully started']
    },
    { recipe: 'nest-winston-hook.mjs', code: null, says: ['Nest application successfully started'] },
    { recipe: 'cluster.mjs', code: 0, says: ['worker ended'] },
    { recipe: 'cluster-winston.mjs', code: 0, says: ['worker ended'] }
  ]

describe('SIGTERM: the open request is answered, and every line arrives', () => {
  it.each(shareOf(RECIPES))('$recipe', async ({ recipe, code, says }) => {
    const { app, end, answer } = await run(`recipes/${recipe}`)
    const signal = code === null ? 'SIGTERM' : null
    expect({ end, answer }).toEqual({ end: { code, signal, stderr: '' }, answer: 'hello' })
    expect(await site.missing(app)).toEqual([])
    // Of the framework.
    const texts = new Set((await site.arrived()).map(({ msg, message }) => msg ?? message))
    expect(says.filter((text) => !texts.has(text))).toEqual([])
  })

  it('express-winston-in-process.mjs: or is sent by the next start', async () => {
    const { app, end, answer } = await run('recipes/express-winston-in-process.mjs')
    expect({ end, answer }).toEqual({ end: { code: 0, signal: null, stderr: '' }, answer: 'hello' })
    expect(await site.recover()).toEqual([])
    expect(await site.missing(app)).toEqual([])
  })
})

describe('PM2', () => {
  it.each(['SIGINT', 'shutdown'] as const)('%s: nothing is lost', async (ask) => {
    const { app, end, answer } = await run('recipes/pm2.mjs', ask)
    expect({ end, answer }).toEqual({ end: { code: 0, signal: null, stderr: '' }, answer: 'hello' })
    expect(await site.missing(app)).toEqual([])
  })
})
