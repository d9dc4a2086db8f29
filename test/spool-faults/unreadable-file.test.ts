import { mkdirSync, rmSync } from 'node:fs'
import { basename } from 'node:path'
import { describe, it } from 'vitest'
import { EXACT } from './accounting.ts'
import { everythingIn } from './machine.ts'
import { inScenario } from './scenario.ts'

const LINE_BYTES = 20_000
const LINES = 2_500

describe('a large file of the spool has become a folder', () => {
  it.concurrent.for(['closed', 'killed'] as const)(
    'after a life that was %s: the next one tells its name and sends all the rest',
    { timeout: 60_000 },
    (how, { expect }) =>
      inScenario(['app-logs'], async (scenario) => {
        await scenario.dis.faults.add({ kind: '500' })
        const options = scenario.options({ buffer: { maxBytes: 1_048_576 } })
        const first = await scenario.start({ app: 'a', options })
        await first.ask('write', { from: 0, count: LINES, bytes: LINE_BYTES })
        expect((await first.ask('flush', {})).spooled).toBe(LINES)
        if (how === 'closed') await first.ask('close', {})
        else await first.kill()
        await first.ended

        const large = everythingIn(scenario.dir).filter(
          ({ kind, bytes }) => kind === 'file' && bytes > 2 * 1_048_576
        )
        expect(large.length).toBeGreaterThan(2)
        const victim = large[Math.floor(large.length / 2)]
        if (victim === undefined) throw new Error('there is no file in the middle')
        rmSync(victim.path)
        mkdirSync(victim.path)

        await scenario.dis.faults.clear()
        const { application, ending, closed } = await scenario.recover({ app: 'a', options })
        expect(application.crashes).toEqual([])
        expect(ending.code).toBe(0)
        const account = await scenario.account([{ app: 'a', from: 0, to: LINES }])
        expect(account).toMatchObject({ ...EXACT, missing: account.missing, examples: account.examples })
        // Only what stood in that file is missing.
        expect(account.missing).toBeGreaterThan(0)
        expect(account.missing * LINE_BYTES).toBeLessThanOrEqual(victim.bytes)
        expect(closed.stats.spoolDamaged).toBeGreaterThanOrEqual(1)
        const messages = application.warnings.map(({ message }) => message).join('\n')
        // By the name that it had, or by the place where it was put.
        const names = [basename(victim.path), ...everythingIn(scenario.dir).map(({ path }) => path)]
        expect(
          names.filter((name) => messages.includes(name)),
          messages
        ).not.toEqual([])
      })
  )
})
