import { chmodSync, chownSync } from 'node:fs'
import { DisConfigError } from '@dis-logs/core'
import { describe, expect, it } from 'vitest'
import { isRoot } from './machine.ts'
import { refusalsOf } from './refusals.ts'
import { inScenario, type Scenario } from './scenario.ts'

const STRANGER = 12_345

async function expectRefusal(scenario: Scenario, dir: string, reason: RegExp, cure: RegExp): Promise<void> {
  for (const [name, error] of await refusalsOf(scenario.options({ spool: { dir } }))) {
    expect(error, `of ${name}`).toBeInstanceOf(DisConfigError)
    if (!(error instanceof DisConfigError)) continue
    expect(error.option).toBe('spool.dir')
    expect(error.message).toMatch(reason)
    expect(error.message).toMatch(cure)
  }
}

describe('a folder in which others could plant files is refused', () => {
  it.each(['777', '707', '702'])('with mode %s: the error names the mode, and a cure', (mode) =>
    inScenario([], async (scenario) => {
      const dir = scenario.folder()
      chmodSync(dir, mode)
      await expectRefusal(scenario, dir, new RegExp(mode), /chmod|0?700/)
    })
  )

  it('of another user: the error names the owner, and a cure', (context) => {
    context.skip(!isRoot, 'only root can give a folder away')
    return inScenario([], async (scenario) => {
      const dir = scenario.folder()
      chownSync(dir, STRANGER, STRANGER)
      await expectRefusal(scenario, dir, new RegExp(String(STRANGER)), /chown|own(s|ed|er)? /i)
    })
  })

  it('but a private folder is taken', () =>
    inScenario(['app-logs'], async (scenario) => {
      for (const [, error] of await refusalsOf(scenario.options())) expect(error).toBeUndefined()
    }))
})
