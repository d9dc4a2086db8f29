import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, describe, expect, it } from 'vitest'
import { bundle, versionOf } from '../bundle.mjs'
import type { KeptChain } from '../judge/chain.ts'
import type { Plan } from '../plan.ts'
import { Thread } from '../thread.mjs'

const MAIN = fileURLToPath(new URL('../main.mjs', import.meta.url))
const KEPT = new URL('../kept/', import.meta.url)
const runFile = promisify(execFile)

interface Kept {
  readonly found: string
  readonly hash: string
  readonly steps: number
  readonly chain: KeptChain
  readonly plan: Plan
}

function read(file: string | URL): Kept {
  return JSON.parse(readFileSync(file, 'utf8'))
}

const names = readdirSync(KEPT).filter((name) => name.endsWith('.json'))

function copyOf(kept: object): string {
  const path = join(mkdtempSync(join(tmpdir(), 'kept-')), 'plan.json')
  writeFileSync(path, JSON.stringify(kept))
  return path
}

async function main(...args: readonly string[]): Promise<string> {
  const { stdout } = await runFile(process.execPath, [MAIN, ...args], { maxBuffer: 1 << 28 })
  return stdout
}

// Vitest ends its processes without their `exit`.
afterAll(() => rmSync(new URL(`../dist/${process.pid}`, import.meta.url), { recursive: true, force: true }))

/** A second failure in a row is waited for longer. */
const LONGER_WAITS = {
  name: 'a constant is another one',
  file: 'delivery/backoff.ts',
  find: 'baseMs * 2 **',
  replace: 'baseMs * 3 **'
}

type Run = Pick<Kept, 'hash' | 'steps' | 'chain'>

async function runOf(file: URL, plan: Plan): Promise<Run> {
  const thread = new Thread(file)
  try {
    const { result } = await thread.run<{ result: Run }>({ do: 'replay', plan })
    return { hash: result.hash, steps: result.steps, chain: result.chain }
  } finally {
    await thread.stop()
  }
}

function hashesOf({ chain }: Run): string[] {
  return chain.hashes.match(/.{4}/g) ?? []
}

describe('a kept plan', { timeout: 120_000 }, () => {
  it.each(names)('has its history step by step: %s', (name) => {
    const { chain, steps, hash } = read(new URL(name, KEPT))
    expect(hash).toMatch(/^[0-9a-f]{8}$/)
    expect(chain.hashes.length / 4).toBe(Math.floor(steps / chain.every))
  })

  it('of other code: its replay names the step from which on the code of today does something else', async () => {
    const { plan } = read(new URL('clock-jumps-back.json', KEPT))
    const file = await bundle({ name: 'changed', mutation: LONGER_WAITS })
    const [whole, changed] = [await runOf(await bundle(), plan), await runOf(file, plan)]
    const ofChanged = copyOf({ node: process.version, version: versionOf(file), ...changed, plan })
    expect(await main('--replay', copyOf({ ...whole, plan }))).not.toContain('history differs')
    // The run is short enough for a hash of each step.
    expect([whole.chain.every, changed.chain.every]).toEqual([1, 1])
    const step = 1 + hashesOf(whole).findIndex((hash, index) => hash !== hashesOf(changed)[index])
    expect(step).toBeGreaterThan(1)
    const told = await main('--replay', ofChanged)
    expect(told).toContain(`The history differs from the kept one at step ${step} `)
    expect(told).toContain(`It was kept with version ${versionOf(file)}`)
    // Written again, it is the history of today.
    expect(await main('--replay', ofChanged, '--again')).toContain(`hash ${whole.hash}`)
    expect(await main('--replay', ofChanged)).not.toContain('history differs')
  })

  it('without its history is told that the step is not known', async () => {
    const { chain: _, ...kept } = read(new URL('clock-jumps-back.json', KEPT))
    expect(await main('--replay', copyOf({ ...kept, hash: '00000000' }))).toContain(
      'at a step that was not kept'
    )
  })
})
