import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DisConfigError } from '@dis-logs/core'
import { describe, expect, it } from 'vitest'
import { EXACT } from './accounting.ts'
import { asUser, canSetPriv, everythingIn } from './machine.ts'
import { refusalsOf } from './refusals.ts'
import { inScenario } from './scenario.ts'
import { within } from './waiting.ts'

const LINES = 200
const NOBODY = 65_534

describe('spool.dir', () => {
  it('may be relative: it is resolved once, whatever the process does then', () =>
    inScenario(['app-logs'], async (scenario) => {
      await scenario.dis.faults.add({ kind: '500' })
      const cwd = scenario.folder()
      const elsewhere = scenario.folder()
      const options = scenario.options({ spool: { dir: 'logs/spool', mode: 'overflow' } })
      const application = await scenario.start({ app: 'a', options, cwd })
      await application.ask('chdir', { path: elsewhere })
      await application.ask('write', { from: 0, count: LINES })
      expect((await application.ask('close', {})).report).toMatchObject({ spooled: LINES, dropped: 0 })
      await application.ended
      expect(everythingIn(elsewhere)).toEqual([])
      await scenario.dis.faults.clear()
      await scenario.recover({ app: 'a', options, cwd })
      expect(await scenario.account([{ app: 'a', from: 0, to: LINES }])).toEqual(EXACT)
    }))

  it.each([
    ['a file', (folder: string) => join(folder, 'file')],
    ['a folder below a file', (folder: string) => join(folder, 'file', 'spool')],
    ['a path with a zero', (folder: string) => join(folder, 'spo\0ol')],
    ['a name that is too long', (folder: string) => join(folder, 'x'.repeat(300))],
    ['nothing', () => '']
  ] as const)('cannot be %s: the error names the option', (_, pathIn) =>
    inScenario([], async (scenario) => {
      const folder = scenario.folder()
      writeFileSync(join(folder, 'file'), 'of somebody else')
      const options = scenario.options({ spool: { dir: pathIn(folder) } })
      for (const [name, error] of await refusalsOf(options)) {
        expect(error, name).toBeInstanceOf(DisConfigError)
        expect(error, name).toMatchObject({ option: 'spool.dir' })
      }
      expect(everythingIn(folder).map(({ kind }) => kind)).toEqual(['file'])
    })
  )

  it('cannot be a folder that the process may not write to', (context) => {
    context.skip(!canSetPriv, 'the user cannot be changed here')
    return inScenario([], async (scenario) => {
      const folder = scenario.folder()
      // What is above it must be open to the other user.
      chmodSync(folder, 0o755)
      const dir = join(folder, 'spool')
      mkdirSync(dir, { mode: 0o555 })
      const options = scenario.options({ spool: { dir } })
      const application = scenario.launch({ app: 'a', options, through: asUser(NOBODY) })
      const refusal = await within('an error at construction', 10_000, () => application.refusal)
      expect(refusal.name).toBe('DisConfigError')
      expect(refusal.problems.map(({ option }) => option)).toEqual(['spool.dir'])
      expect(refusal.isRefusedByValidation).toBe(true)
      expect((await application.ended).code).toBe(0)
    })
  })
})
