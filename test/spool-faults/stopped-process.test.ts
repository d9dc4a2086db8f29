import { setTimeout as sleep } from 'node:timers/promises'
import { describe, it } from 'vitest'
import { EXACT } from './accounting.ts'
import { canUnshare, container } from './machine.ts'
import { inScenario } from './scenario.ts'

const STOPPED_MS = 20_000

describe('one of two processes is stopped for 20 s and goes on', () => {
  it.concurrent.for(['one host', 'two hosts'] as const)(
    'on %s: every line arrives once',
    { timeout: 60_000 },
    (hosts, context) => {
      context.skip(hosts === 'two hosts' && !canUnshare, 'namespaces cannot be made here')
      return inScenario(['app-logs'], async (scenario) => {
        await scenario.dis.faults.add({ kind: 'slow', delayMs: 300 })
        // Without `ordered`, requests that are in flight together may arrive in either order.
        const options = scenario.options({ closeTimeoutMs: 15_000, ordered: true, aggregate: true })
        const stopped = await scenario.start({ app: 'stopped', options })
        const other = await scenario.start({
          app: 'other',
          options,
          through: hosts === 'two hosts' ? container('another-host') : []
        })
        const { expect } = context
        const load = { from: 0, perTick: 10, tickMs: 20, forMs: 2_000 + STOPPED_MS + 1_000 }
        const loads = Promise.all([stopped.ask('load', load), other.ask('load', load)])
        loads.catch(() => {}) // Heard of below.
        await sleep(2_000)
        stopped.signal('SIGSTOP')
        await sleep(STOPPED_MS)
        stopped.signal('SIGCONT')
        await loads
        await stopped.ask('write', { from: stopped.written, count: 100 })
        await Promise.all([stopped.ask('close', {}), other.ask('close', {})])
        await scenario.recover({ app: 'last', options })
        const written = [
          { app: 'stopped', from: 0, to: stopped.written + 100 },
          { app: 'other', from: 0, to: other.written }
        ]
        expect(await scenario.account(written)).toEqual(EXACT)
      })
    }
  )
})
