import { expect, it } from 'vitest'
import { isThorough } from '../thorough.ts'
import { EXACT, type Written } from './accounting.ts'
import { everythingIn } from './machine.ts'
import { inScenario } from './scenario.ts'
import { within } from './waiting.ts'

const KILLS = isThorough ? 60 : 20

it(
  `${KILLS} kills in an outage: the folder stays flat, and a last life sends all in order`,
  () =>
    inScenario(['app-logs'], async (scenario) => {
      await scenario.dis.faults.add({ kind: '500' })
      const options = scenario.options({ ordered: true, aggregate: true })
      const settled: Written[] = []
      let from = 0
      for (let life = 0; life < KILLS; life++) {
        const application = await scenario.start({ app: 'a', options })
        const load = application.ask('load', {
          from,
          perTick: 50,
          tickMs: 1,
          forMs: 60_000,
          tellsSettled: true
        })
        // The kill ends it.
        load.catch(() => {})
        // Kills that come at different moments of a life.
        const enough = from + 50 * (1 + (life % 4))
        await within('settled lines', 10_000, () => application.settled >= enough)
        await application.kill()
        settled.push({ app: 'a', from, to: application.settled })
        // Lines that were written and not told of keep numbers of their own.
        from = application.written + 10_000
      }
      const folders = everythingIn(scenario.dir).filter(({ kind }) => kind === 'folder')
      expect.soft(Math.max(0, ...folders.map(({ depth }) => depth))).toBeLessThanOrEqual(2)

      await scenario.dis.faults.clear()
      const { application, ending } = await scenario.recover({ app: 'a', options })
      expect(application.crashes).toEqual([])
      expect(ending.code).toBe(0)
      expect(await scenario.account(settled)).toEqual(EXACT)
    }),
  90_000
)
