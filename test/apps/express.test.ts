import type { LocalDis } from '@dis-logs/local'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { missingLines, startLocalDis, startRecipe } from './app.ts'

let dis: LocalDis

beforeEach(async () => {
  // Slow, so that many lines are on their way whenever the signal comes.
  dis = await startLocalDis([{ kind: 'slow', delayMs: 100 }])
})
afterEach(() => dis.close())

describe('Express', () => {
  it.each(['express-pino.mjs','express-winston.mjs','express-winston-in-process.mjs','fastify-pino.mjs','fastify-stream.mjs','nest-pino.mjs','nest-winston.mjs','nest-handler.mjs','nest-pino-hook.mjs','nest-winston-hook.mjs','cluster.mjs','cluster-winston.mjs'])('%s loses no line at SIGTERM', async (recipe) => {
    const app = startRecipe(recipe, dis, { SPOOL_DIR: '/tmp/h-frameworks/.tmp/'+recipe })
    await app.told('port')
    await app.hasLogged(500)
    app.process.kill('SIGTERM')
    expect(await app.ended).toEqual({ code: 0, signal: null, stderr: '' })
    expect(await missingLines(dis, app)).toEqual([])
  })
})
