import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { runTogether } from '../../bench/measure/child.mjs'

const own = mkdtempSync(join(tmpdir(), 'dis-logs-together-'))
afterAll(() => rmSync(own, { recursive: true, force: true }))

const child = new URL('../../bench/measure/child.mjs', import.meta.url).href

/** A script of a child that does this. */
function script(name: string, text: string) {
  const file = join(own, name)
  writeFileSync(file, `import { finish, job, together } from '${child}'\nconst given = job()\n${text}`)
  return pathToFileURL(file)
}

interface Times {
  readonly name: string
  readonly readyAt: number
  readonly wentAt: number
}

describe('processes that run together', () => {
  it('go on when the last one is ready, and their results are in the order of the jobs', async () => {
    const slow = script(
      'slow.mjs',
      `await new Promise((resolve) => setTimeout(resolve, given.waitMs))
       const readyAt = Date.now()
       await together()
       finish({ name: given.name, readyAt, wentAt: Date.now() })`
    )
    const jobs = [
      { name: 'a', waitMs: 0 },
      { name: 'b', waitMs: 300 },
      { name: 'c', waitMs: 0 }
    ]
    const results = await runTogether<(typeof jobs)[number], Times>(slow, jobs, { timeoutMs: 20_000 })
    expect(results.map(({ name }) => name)).toEqual(['a', 'b', 'c'])
    const lastReady = Math.max(...results.map(({ readyAt }) => readyAt))
    for (const { wentAt } of results) expect(wentAt).toBeGreaterThanOrEqual(lastReady)
  })

  it('end if one of them fails, before or after it was ready', async () => {
    const before = script(
      'before.mjs',
      `if (given === 1) process.exit(3)
       await together()
       setInterval(() => {}, 1_000)`
    )
    await expect(runTogether(before, [0, 1], { timeoutMs: 20_000 })).rejects.toThrow('status 3')
    const after = script(
      'after.mjs',
      `await together()
       if (given === 1) process.exit(4)
       setInterval(() => {}, 1_000)`
    )
    await expect(runTogether(after, [0, 1], { timeoutMs: 20_000 })).rejects.toThrow('status 4')
  })

  it('end when their time is over', async () => {
    const never = script('never.mjs', 'await together()\nsetInterval(() => {}, 1_000)')
    await expect(runTogether(never, [0, 1], { timeoutMs: 1_500 })).rejects.toThrow('no result within 1.5 s')
  })
})
