import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { drawPlan } from '../draw.ts'
import { outsideOfMicrotasks } from '../kernel/timeline.ts'
import { simulate } from '../simulate.ts'

const MAIN = fileURLToPath(new URL('../main.mjs', import.meta.url))
const SEED = 4

interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

function run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [MAIN, ...args],
      { env: { ...process.env, ...env } },
      (error, stdout, stderr) => {
        resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr })
      }
    )
  })
}

function file(text: string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'simulate-')), 'plan.json')
  writeFileSync(path, text)
  return path
}

const frogs = { name: 'frogs', id: 'frogs', fromMs: 0, untilMs: 4_000, force: 1 }
const WITH_FROGS = JSON.stringify({ version: 'other', plan: { ...drawPlan(SEED), nemeses: [frogs] } })

async function keptRun() {
  const plan = drawPlan(SEED)
  const { hash, chain, steps } = await outsideOfMicrotasks(() => simulate(plan))
  return { node: process.version, version: 'other', hash, chain, steps, plan }
}

describe('pnpm simulate', { timeout: 120_000 }, () => {
  it.each([
    [['--seeds', '0'], '--seeds', "'0'", 'from 1 to'],
    [['--seeds', 'many'], '--seeds', "'many'", 'a whole number'],
    [['--from=-5'], '--from', "'-5'", 'from 0 to'],
    [['--from', 'first'], '--from', "'first'", 'a whole number'],
    [['--minutes', '1.5'], '--minutes', "'1.5'", 'a whole number'],
    [['--replay', '12monkeys'], '--replay', "'12monkeys'", 'a seed'],
    [['--replay', file('{"plan":')], '--replay', 'plan.json', 'It is no JSON'],
    [['--replay', file('{"plan":7}')], '--replay', 'plan.json', 'holds no plan'],
    [['--replay', file(WITH_FROGS)], 'plan.json', "It has 'frogs'", 'power loss', 'replay it at its commit'],
    [['--replay', '4', '--again'], '--again', '--replay 4', 'with a file', 'For example'],
    [['--again'], '--again', 'no --replay', 'with a file', 'For example'],
    [['--shrink', 'x'], '--shrink', "'x'", 'a whole number'],
    [['--only', 'latency,frogs'], '--only', "'frogs'", 'power loss'],
    [['--only', 'drift', '--without', 'latency'], '--without', "'latency'", 'not used together'],
    [['--mutations', 'frogs'], '--mutations', "'frogs'", 'the spool does not sync'],
    [['--frogs'], '--frogs', 'Allowed are', '--help'],
    [['frogs'], 'frogs', 'Allowed are', '--help']
  ])('says of %j what is wrong, what is allowed, and ends with 2', async (args, ...parts) => {
    const { code, stdout, stderr } = await run(args)
    expect(code).toBe(2)
    expect(stdout).toBe('')
    for (const part of parts) expect(stderr).toContain(part)
    // What is allowed, and what to do.
    expect(stderr).toMatch(/allowed (is|are):? .+\. \S.+/is)
  })

  it('gives the same history in another process, with another language and another time zone', async () => {
    const { hash, steps } = await keptRun()
    const { code, stdout } = await run(['--replay', String(SEED)], {
      TZ: 'Asia/Shanghai',
      LC_ALL: 'tr_TR.UTF-8'
    })
    expect(code).toBe(0)
    expect(stdout).toContain(`${steps} steps, hash ${hash}`)
    expect(stdout).toMatch(/version [0-9a-f]{12}, Node v/)
  })

  it('says at which step the history of a file from another version differs, and nothing of the same one', async () => {
    const kept = await keptRun()
    const same = await run(['--replay', file(JSON.stringify(kept))])
    expect(same.stdout).not.toContain('differs')
    // As if the other version had done something else after the 20th kept step: all hashes from there on are others.
    const { every, hashes } = kept.chain
    const from = 20 * 4
    const others = hashes.slice(from).replace(/./g, (digit) => (15 - Number.parseInt(digit, 16)).toString(16))
    const other = { ...kept, hash: '00000000', chain: { every, hashes: hashes.slice(0, from) + others } }
    const { stdout } = await run(['--replay', file(JSON.stringify(other))])
    const [before, after] = [20 * every, 21 * every]
    const place = every === 1 ? `at step ${after}` : `between step ${before} and step ${after}`
    expect(stdout).toContain(`differs from the kept one ${place}`)
    expect(stdout).toContain('version other')
  })

  it('prints the first seed, and repeats it', async () => {
    const { code, stdout } = await run(['--seeds', '3', '--from', '7', '--workers', '1', '--only', 'latency'])
    expect(code).toBe(0)
    expect(stdout).toContain('3 seeds from 7 ')
  })

  it('names every option in its help', async () => {
    const { code, stdout } = await run(['--help'])
    const options =
      readFileSync(new URL('../given.mjs', import.meta.url), 'utf8').match(/^ {2}--[a-z-]+/gm) ?? []
    expect(code).toBe(0)
    expect(options.length).toBeGreaterThan(9)
    for (const option of options) expect(stdout).toContain(option.trim())
  })
})
