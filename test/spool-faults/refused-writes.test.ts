import { describe, it } from 'vitest'
import { EXACT } from './accounting.ts'
import { fileLimit } from './machine.ts'
import { inScenario } from './scenario.ts'

/** Several times the smaller memory, so that older lines wait on disk when it refuses younger ones. */
const FILE_KIB = 400

describe('the disk refuses writes during an outage, keys are ordered', () => {
  it.concurrent.for([
    { mode: 'always', maxBytes: 65_536 },
    { mode: 'always', maxBytes: 1_048_576 },
    { mode: 'overflow', maxBytes: 65_536 }
  ] as const)(
    'mode $mode, $maxBytes bytes of memory: all lines arrive, and none is overtaken',
    { timeout: 60_000 },
    ({ mode, maxBytes }, { expect }) =>
      inScenario(['app-logs'], async (scenario) => {
        await scenario.dis.faults.add({ kind: '500' })
        const options = scenario.options({
          ordered: true,
          aggregate: true,
          buffer: { maxBytes },
          closeTimeoutMs: 15_000,
          spool: { dir: scenario.dir, mode }
        })
        const application = await scenario.start({ app: 'a', options, through: fileLimit(FILE_KIB) })
        // Long enough for the disk to be tried again, and to be full again.
        const isLoaded = application.ask('load', {
          from: 0,
          perTick: 60,
          tickMs: 40,
          forMs: 8_000,
          bytes: 100
        })
        const isOver = new Promise((resolve) => setTimeout(resolve, 7_000))
        await Promise.race([isOver, isLoaded])
        await scenario.dis.faults.clear()
        const { next } = await isLoaded
        await application.ask('close', {})
        expect((await application.ended).code).toBe(0)
        // What is in the spool may be read by a process without a limit.
        await scenario.recover({ app: 'a', options })
        expect.soft(application.dropped).toEqual([])
        expect(await scenario.account([{ app: 'a', from: 0, to: next }])).toEqual(EXACT)
      })
  )
})
