import { setTimeout as sleep } from 'node:timers/promises'
import { describe, it } from 'vitest'
import { accountOf } from './accounting.ts'
import type { Application } from './application.ts'
import { canMount, type SmallDisk } from './machine.ts'
import { inScenario } from './scenario.ts'

const DISK_KIB = 1_024
const LINES_A_STEP = 50
/** After a refusal the disk is left alone for a while. This is longer. */
const TRIED_AGAIN_MS = 6_000

/** Ways in which a disk becomes full before `close`. Each gives the number of lines that were written. */
const WAYS = {
  'another program fills it': async (application: Application, disk: SmallDisk) => {
    const { told } = await writeLines(application, 500)
    disk.fillUpTo(8_192)
    await application.ask('write', { from: told, count: LINES_A_STEP, bytes: 500 })
    await sleep(TRIED_AGAIN_MS)
    return { told, written: told + LINES_A_STEP }
  },
  'it has refused lines before': async (application: Application, disk: SmallDisk) => {
    disk.fillUpTo(300 * 1_024)
    const { lines, told } = await writeLines(application, 5_000)
    await sleep(TRIED_AGAIN_MS)
    return { told, written: lines }
  }
} as const

describe('close on a disk that is nearly full, with a service that is down', () => {
  it.concurrent.for([
    { way: 'another program fills it', after: 'gets room', maxBytes: 1_048_576 },
    { way: 'another program fills it', after: 'stays full', maxBytes: 1_048_576 },
    { way: 'another program fills it', after: 'gets room', maxBytes: 65_536 },
    { way: 'it has refused lines before', after: 'gets room', maxBytes: 1_048_576 },
    { way: 'it has refused lines before', after: 'stays full', maxBytes: 1_048_576 }
  ] as const)(
    '$way, $maxBytes bytes of memory: what was told as spooled arrives by the next life, when the disk $after',
    { timeout: 60_000 },
    ({ way, after, maxBytes }, context) => {
      context.skip(!canMount, 'a tmpfs cannot be mounted here')
      const { expect } = context
      return inScenario(['app-logs'], async (scenario) => {
        await scenario.dis.faults.add({ kind: '500' })
        const disk = scenario.mount(DISK_KIB)
        const options = scenario.options({
          buffer: { maxBytes },
          spool: { dir: `${disk.path}/spool`, mode: 'always' }
        })
        const application = await scenario.start({ app: 'a', options })
        const { told, written } = await WAYS[way](application, disk)
        expect(told).toBeGreaterThan(200)
        const before = await application.ask('stats', {})

        const { report, stats } = await application.ask('close', {})
        await application.ended
        expect.soft(report).toMatchObject({ delivered: 0, rejected: 0, pending: 0 })
        expect.soft(report.spooled + report.dropped).toBe(written)
        expect.soft(stats.written).toBe(written)
        expect.soft(report.spooled).toBeGreaterThanOrEqual(before.spooled)

        if (after === 'gets room') disk.free()
        await scenario.dis.faults.clear()
        await scenario.recover({ app: 'a', options })
        const account = await accountOf(scenario.dis, 'app-logs', [{ app: 'a', from: 0, to: written }])
        expect.soft(account).toMatchObject({ repeated: 0 })
        expect.soft(written - account.missing).toBe(report.spooled)
        expect(await scenario.account([{ app: 'a', from: 0, to: told }])).toMatchObject({ missing: 0 })
      })
    }
  )
})

/**
 * Writes up to `most` lines, or until some are not on disk. `told`: so many of the first ones were told as spooled,
 * each of them, because nothing was pending then.
 */
async function writeLines(
  application: Application,
  most: number
): Promise<{ readonly lines: number; readonly told: number }> {
  let told = 0
  for (let lines = 0; lines < most; ) {
    await application.ask('write', { from: lines, count: LINES_A_STEP, bytes: 500 })
    lines += LINES_A_STEP
    const { pending } = await application.ask('flush', { timeoutMs: 100 })
    if (pending > 0) return { lines, told }
    told = lines
  }
  return { lines: told, told }
}
