import { setTimeout as sleep } from 'node:timers/promises'
import type { DisOptions } from '@dis-logs/core'
import { describe, type ExpectStatic, it } from 'vitest'
import { EXACT } from './accounting.ts'
import type { Application, Launch } from './application.ts'
import { canUnshare, container } from './machine.ts'
import { inScenario, type Scenario } from './scenario.ts'

// Without `ordered`, requests that are in flight together may arrive in either order.
const OPTIONS: DisOptions = { closeTimeoutMs: 15_000, ordered: true, aggregate: true }
/** Between two looks of the first into the folder, when it has lines there that are on their way. */
const APART_MS = 2_000

describe('two processes that live share a folder, and the service is slow: every line arrives once', () => {
  it.concurrent.for(['equal pids', 'different pids'] as const)(
    'in two containers, with one hostname and %s',
    { timeout: 60_000 },
    (pids, context) => {
      context.skip(!canUnshare, 'namespaces cannot be made here')
      const { expect } = context
      return inScenario(['app-logs'], async (scenario) => {
        const options = scenario.options(OPTIONS)
        const a = await scenario.start({ app: 'a', options, through: container('web') })
        const through = container('web', { pid1: pids === 'equal pids' })
        const b = await writeTogether(expect, scenario, a, { app: 'b', options, through })
        expect(a.ready?.hostname).toBe(b.ready?.hostname)
        for (const { ready } of [a, b]) expect(ready?.pid).toBeLessThan(20)
      })
    }
  )

  it.concurrent('on two hosts, one with a clock that is a minute ahead', (context) => {
    context.skip(!canUnshare, 'namespaces cannot be made here')
    return inScenario(['app-logs'], async (scenario) => {
      const { expect } = context
      const options = scenario.options(OPTIONS)
      const a = await scenario.start({ app: 'a', options })
      const through = container('another-host')
      const b = await writeTogether(expect, scenario, a, { app: 'b', options, through, clockShiftMs: 60_000 })
      expect(a.ready?.hostname).not.toBe(b.ready?.hostname)
    })
  }, 60_000)
})

/** Starts a second application while the first one writes, and checks what arrived from both. */
async function writeTogether(
  expect: ExpectStatic,
  scenario: Scenario,
  a: Application,
  second: Launch
): Promise<Application> {
  await scenario.dis.faults.add({ kind: 'slow', delayMs: 300 })
  const isWritten = writeAndClose(expect, a)
  isWritten.catch(() => {}) // Heard of below.
  await sleep(APART_MS)
  const b = await scenario.start(second)
  await Promise.all([isWritten, writeAndClose(expect, b)])
  // What one has taken from the other is sent by a next life at the latest.
  await scenario.recover({ app: 'last', options: second.options })
  const written = [a, b].map(({ app, written: to }) => ({ app, from: 0, to }))
  expect(await scenario.account(written)).toEqual(EXACT)
  return b
}

/** Writes and closes. Nothing is wrong, so nothing is warned of, and every request has its answer. */
async function writeAndClose(expect: ExpectStatic, application: Application): Promise<void> {
  await application.ask('load', { from: 0, perTick: 10, tickMs: 20, forMs: 9_000 })
  const { report, stats } = await application.ask('close', {})
  expect.soft(application.warnings.map(({ message }) => message)).toEqual([])
  expect(stats.ambiguous).toBe(0)
  expect(report).toMatchObject({ rejected: 0, dropped: 0 })
}
