import { describe, it } from 'vitest'
import { EXACT } from './accounting.ts'
import { canUnshare, container } from './machine.ts'
import { inScenario } from './scenario.ts'
import { within } from './waiting.ts'

const HOUR_MS = 3_600_000
const LINES = 700
const LIVES = 3

describe('the wall clock jumps back by an hour, keys are ordered', () => {
  it.concurrent.for(['killed', 'closed', 'killed, each on another host'] as const)(
    'between lives that are %s: the lines of each key arrive in order, without a wait of an hour',
    { timeout: 60_000 },
    (how, context) => {
      context.skip(how === 'killed, each on another host' && !canUnshare, 'namespaces cannot be made here')
      const { expect } = context
      return inScenario(['app-logs'], async (scenario) => {
        await scenario.dis.faults.add({ kind: '500' })
        const options = scenario.options({ ordered: true, aggregate: true, buffer: { maxBytes: 65_536 } })
        const start = (life: number) =>
          scenario.start({
            app: 'a',
            options,
            through: how === 'killed, each on another host' ? container(`pod-${life}`) : [],
            clockShiftMs: -life * HOUR_MS
          })
        for (let life = 0; life < LIVES; life++) {
          const application = await start(life)
          await application.ask('write', { from: life * LINES, count: LINES, bytes: 200 })
          await application.ask('flush', {})
          if (how === 'closed') await application.ask('close', {})
          else await application.kill()
          await application.ended
        }
        await scenario.dis.faults.clear()
        const last = await start(LIVES)
        const written = [{ app: 'a', from: 0, to: LIVES * LINES }]
        // Not by `close`, which sends at once what would wait for its time.
        await within('the lines of all lives', 25_000, async () => {
          return (await scenario.account(written)).missing === 0
        })
        await last.ask('close', {})
        expect(await scenario.account(written)).toEqual(EXACT)
      })
    }
  )

  it.concurrent.for(['overflow', 'always'] as const)(
    'inside a life in mode %s: all lines arrive, in order, and without a wait of an hour',
    { timeout: 60_000 },
    (mode, { expect }) =>
      inScenario(['app-logs'], async (scenario) => {
        await scenario.dis.faults.add({ kind: '500' })
        const options = scenario.options({
          ordered: true,
          aggregate: true,
          buffer: { maxBytes: 65_536 },
          retry: { baseMs: 500, maxMs: 1_000 },
          spool: { dir: scenario.dir, mode }
        })
        const application = await scenario.start({ app: 'a', options, clockShiftMs: 0 })
        await application.ask('write', { from: 0, count: 1_000, bytes: 200 })
        // Some keys wait for their next attempt then.
        await within('failed attempts', 5_000, async () => (await application.ask('stats', {})).attempts > 3)
        await application.ask('shiftClock', { byMs: -HOUR_MS })
        await application.ask('write', { from: 1_000, count: 1_000, bytes: 200 })
        await scenario.dis.faults.clear()
        await within('the delivery of all lines', 10_000, async () => {
          return (await application.ask('stats', {})).delivered === 2_000
        })
        await application.ask('close', {})
        await application.ended
        await scenario.recover({ app: 'a', options, clockShiftMs: -2 * HOUR_MS })
        expect(await scenario.account([{ app: 'a', from: 0, to: 2_000 }])).toEqual(EXACT)
      })
  )
})
