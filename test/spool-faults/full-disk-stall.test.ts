import { describe, expect, it } from 'vitest'
import type { Application } from './application.ts'
import { canMount } from './machine.ts'
import { inScenario, type Scenario } from './scenario.ts'
import { within } from './waiting.ts'

/** So many short lines at once that much is refused together when the disk is tried again. */
const BURST = { perTick: 3_000, bytes: 0 }

describe('mode always on a full disk, with much memory', () => {
  it('100,000 refused lines stall the process no longer than 100,000 that the disk takes', (context) => {
    context.skip(!canMount, 'a tmpfs cannot be mounted here')
    return inScenario(['app-logs'], async (scenario) => {
      await scenario.dis.faults.add({ kind: '500' })
      const full = scenario.mount(1_024)
      full.fillUpTo(64 * 1_024)
      const large = scenario.mount(256 * 1_024)
      const [refused, taken] = await Promise.all([
        startOn(scenario, full.path, 'refused'),
        startOn(scenario, large.path, 'taken')
      ])
      const load = { ...BURST, from: 0, tickMs: 100, forMs: 12_000 }
      const [stall, usual] = await Promise.all([refused.ask('load', load), taken.ask('load', load)])
      // Both have written over 100,000 lines by then, and the disk was tried again more than once.
      expect(stall.next).toBeGreaterThan(100_000)
      expect((await refused.ask('stats', {})).buffered).toBeGreaterThan(90_000)
      expect((await taken.ask('stats', {})).buffered).toBe(0)
      expect
        .soft(stall.longestTickCpuMs, `usual: ${usual.longestTickCpuMs} ms of processor time`)
        .toBeLessThan(usual.longestTickCpuMs * 3 + 100)

      full.free()
      const before = (await refused.ask('stats', {})).spooled
      await within('lines that are spooled again', 15_000, async () => {
        await refused.ask('write', { from: 1_000_000, count: 10 })
        return (await refused.ask('stats', {})).spooled > before
      })
    })
  }, 60_000)
})

function startOn(scenario: Scenario, path: string, app: string): Promise<Application> {
  const options = scenario.options({
    buffer: { maxBytes: 128 * 1_048_576 },
    closeTimeoutMs: 0,
    spool: { dir: `${path}/spool`, mode: 'always' }
  })
  return scenario.start({ app, options })
}
