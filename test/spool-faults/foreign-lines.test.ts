import { setTimeout as sleep } from 'node:timers/promises'
import { describe, it } from 'vitest'
import { arrivedLines, EXACT } from './accounting.ts'
import { inScenario } from './scenario.ts'
import { within } from './waiting.ts'

const LINES = 500
/** Longer than any process waits between two looks into the folder. */
const SEVERAL_LOOKS_MS = 7_000

describe('two applications with different streams share a folder', () => {
  it.concurrent.for([
    { how: 'closed', mode: 'overflow' },
    { how: 'closed', mode: 'always' },
    { how: 'killed', mode: 'always' }
  ] as const)(
    'the first is $how with lines in the folder (mode $mode): they go to its own stream only',
    { timeout: 60_000 },
    ({ how, mode }, { expect }) =>
      inScenario(['audit', 'public'], async (scenario) => {
        const { dis } = scenario
        await dis.faults.add({ kind: '500', stream: 'audit' })
        const auditOptions = scenario.options({
          streamName: 'audit',
          spool: { dir: scenario.dir, mode }
        })
        const audit = await scenario.start({ app: 'audit', options: auditOptions })
        await audit.ask('write', { from: 0, count: LINES })
        if (how === 'closed') {
          expect((await audit.ask('close', {})).report.spooled).toBe(LINES)
          await audit.ended
        } else {
          expect((await audit.ask('flush', {})).spooled).toBe(LINES)
          await audit.kill()
        }

        const publicOptions = scenario.options({ streamName: 'public', closeTimeoutMs: 5_000 })
        const open = await scenario.start({ app: 'public', options: publicOptions })
        await open.ask('write', { from: 0, count: LINES })
        const foreign = () => open.warnings.filter(({ code }) => code === 'SPOOL_FOREIGN')
        const isTold = within('a warning SPOOL_FOREIGN', SEVERAL_LOOKS_MS, () => foreign().length > 0)
        await isTold.catch((error: Error) => expect.soft(error.message).toBe('told'))
        await sleep(SEVERAL_LOOKS_MS)
        await open.ask('close', {})
        expect.soft(foreign().map(({ message }) => message)).toEqual([expect.stringContaining('audit')])
        expect.soft(foreign()[0]?.cure).toBeTruthy()
        expect(new Set((await arrivedLines(dis, 'public')).map(({ app }) => app))).toEqual(
          new Set(['public'])
        )
        expect(await scenario.account([{ app: 'public', from: 0, to: LINES }], 'public')).toEqual(EXACT)

        await dis.faults.clear()
        await scenario.recover({ app: 'audit', options: auditOptions })
        expect(await scenario.account([{ app: 'audit', from: 0, to: LINES }], 'audit')).toEqual(EXACT)
      })
  )
})
