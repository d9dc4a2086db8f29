import { describe, it } from 'vitest'
import { accountOf, EXACT } from './accounting.ts'
import { inScenario } from './scenario.ts'
import { within } from './waiting.ts'

const LINES = 1_000

describe('a process that writes nothing itself', () => {
  it.concurrent.for(['overflow', 'always'] as const)(
    'sends the lines of another that was killed (its own mode: %s)',
    { timeout: 60_000 },
    (mode, { expect }) =>
      inScenario(['app-logs'], async (scenario) => {
        const { dis } = scenario
        await dis.faults.add({ kind: '500' })
        const options = scenario.options()
        const idle = await scenario.start({
          app: 'idle',
          options: scenario.options({ spool: { dir: scenario.dir, mode } })
        })
        const killed = await scenario.start({ app: 'killed', options })
        await killed.ask('write', { from: 0, count: LINES })
        expect((await killed.ask('flush', {})).spooled).toBe(LINES)
        await killed.kill()
        await dis.faults.clear()

        const written = [{ app: 'killed', from: 0, to: LINES }]
        await within('the lines of the killed process', 30_000, async () => {
          return (await accountOf(dis, 'app-logs', written)).missing === 0
        })
        expect(await scenario.account(written)).toEqual(EXACT)
        expect(idle.warnings.map(({ code }) => code)).not.toContain('BUG')
      })
  )
})
