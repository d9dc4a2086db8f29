import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { isThorough, shareOf } from '../thorough.ts'
import { KIND_NAMES } from './kinds.ts'

const MAIN = new URL('./main.ts', import.meta.url).pathname
const own = mkdtempSync(join(tmpdir(), 'dis-fuzz-test-'))
afterAll(() => rmSync(own, { recursive: true, force: true }))

function fuzz(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', MAIN, ...args], {
    encoding: 'utf8',
    cwd: new URL('../..', import.meta.url).pathname
  })
  return { status, text: stdout + stderr }
}

/** The runner with a kind that has a fault. What it keeps goes elsewhere. */
const planted = (name: string) =>
  fuzz('--only', `planted-${name}`, '--seed', '2', '--inputs', name === 'slow' ? '2' : '4', '--corpus', own)

describe('fuzzing', () => {
  const inputs = isThorough ? 25 : 10

  it('finds nothing in some inputs of each kind, nor in those that failed once', () => {
    const { status, text } = fuzz('--seed', '1', '--inputs', String(inputs))
    expect(text).not.toContain('again:')
    expect(status).toBe(0)
    for (const kind of KIND_NAMES) expect(text).toMatch(new RegExp(`^${kind} +${inputs} `, 'm'))
  }, 240_000)

  const faults: [string, string][] = [
    ['throw', 'broke a promise: Error: planted'],
    ['rejection', 'broke a promise: Error: nobody handled'],
    ['large', 'took too much memory: 1'],
    ['slow', 'took too long: 3'],
    ['exit', 'ended the process: status 3'],
    ['endless', 'did not end: 10 s']
  ]
  it.each(shareOf(faults))(
    'finds a planted fault (%s), says how to repeat it, and keeps the input',
    (name, words) => {
      const { status, text } = planted(name)
      expect(status).toBe(1)
      expect(text).toContain(`planted-${name} ${words}`)
      const [, again = ''] = /again: {2}pnpm fuzz (.*)/.exec(text) ?? []
      expect(again).toMatch(/^--only planted-\w+ --seed 2 --index \d$/)
      const [file = ''] = readdirSync(join(own, `planted-${name}`))
      expect(file).toMatch(/^[0-9a-f]{12}\.bin$/)
      if (name !== 'throw') return
      expect(fuzz('--only', 'planted-throw', '--file', join(own, 'planted-throw', file)).status).toBe(1)
      expect(fuzz(...again.split(' '), '--corpus', own).status).toBe(1)
    },
    120_000
  )
})
