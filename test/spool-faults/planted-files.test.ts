import { existsSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { describe, type ExpectStatic, it } from 'vitest'
import { copyFolder, everythingIn, type Found, makeFifo } from './machine.ts'
import { inScenario, type Scenario } from './scenario.ts'
import { within } from './waiting.ts'

const LINES = 300

/** What is put where a file of the spool was; `outside` is a folder that nothing may be written to. */
const PLANTS = {
  'a link to a file': (path: string, outside: string) => symlinkSync(join(outside, 'target'), path),
  'a link to nothing': (path: string, outside: string) => symlinkSync(join(outside, 'nothing'), path),
  'a link to itself': (path: string) => symlinkSync(path, path),
  'a FIFO': makeFifo,
  'a folder': (path: string) => void mkdirSync(path)
} as const

describe('in place of a file of a private spool there is', () => {
  it.concurrent.for(Object.keys(PLANTS) as (keyof typeof PLANTS)[])(
    '%s: the next life starts, writes to its own files only, and sends its lines',
    { timeout: 60_000 },
    (plant, { expect }) =>
      inScenario(['app-logs'], async (scenario) => {
        const outside = scenario.folder()
        const target = join(outside, 'target')
        writeFileSync(target, 'of somebody else', { mode: 0o644 })
        // Each of them alone, in a copy of the folder, and all at once.
        const files = (await leaveFiles(scenario)).map(({ path }) => relative(scenario.dir, path))
        const plantings = [...files.map((file) => [file]), files]
        for (const [life, planting] of plantings.entries()) {
          const dir = scenario.folder()
          copyFolder(scenario.dir, dir)
          for (const file of planting) {
            rmSync(join(dir, file))
            PLANTS[plant](join(dir, file), outside)
          }
          await expectNextLife(expect, scenario, `next${life}`, dir)
          expect(readFileSync(target, 'utf8'), `after ${planting}`).toBe('of somebody else')
          expect((statSync(target).mode & 0o777).toString(8), `after ${planting}`).toBe('644')
          expect(existsSync(join(outside, 'nothing')), `after ${planting}`).toBe(false)
        }
      })
  )
})

async function expectNextLife(
  expect: ExpectStatic,
  scenario: Scenario,
  app: string,
  dir: string
): Promise<void> {
  const options = scenario.options({ closeTimeoutMs: 5_000, spool: { dir } })
  // A process that blocks when it opens a file says nothing any more.
  const next = await scenario.start({ app, options })
  await next.ask('write', { from: 0, count: LINES })
  const written = [{ app, from: 0, to: LINES }]
  await within(`the lines of ${app}`, 10_000, async () => (await scenario.account(written)).missing === 0)
  let isClosed = false
  next.ask('close', {}).then(
    () => {
      isClosed = true
    },
    () => {} // It has crashed, which is heard of below.
  )
  await within(`the close of ${app}`, 10_000, () => isClosed || next.crashes.length > 0)
  expect(next.crashes).toEqual([])
  expect((await next.ended).code).toBe(0)
}

/** Has a life end with delivered and undelivered lines in the folder, and gives all that it left there but folders. */
async function leaveFiles(scenario: Scenario): Promise<Found[]> {
  const first = await scenario.start({ app: 'first', options: scenario.options() })
  await first.ask('write', { from: 0, count: LINES })
  await within('delivered lines', 10_000, async () => (await first.ask('stats', {})).delivered === LINES)
  await scenario.dis.faults.add({ kind: 'throttle', recordProbability: 0.5 })
  await first.ask('write', { from: LINES, count: LINES })
  await within('more delivered lines', 10_000, async () => (await first.ask('stats', {})).delivered > LINES)
  await first.kill()
  await scenario.dis.faults.clear()
  const left = everythingIn(scenario.dir).filter(({ kind }) => kind !== 'folder')
  if (left.length === 0) throw new Error('the first life has left nothing')
  return left
}
