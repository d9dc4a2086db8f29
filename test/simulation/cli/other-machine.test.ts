import { execFile } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { shareOf } from '../../thorough.ts'

const MAIN = fileURLToPath(new URL('../main.mjs', import.meta.url))

const run = promisify(execFile)

/** What differs between two machines, as far as one can play it: place, home, time zone, language, memory, and the state of the JIT. */
function elsewhere() {
  const home = mkdtempSync(join(tmpdir(), 'elsewhere-'))
  const env = { ...process.env, HOME: home, TMPDIR: home, TZ: 'Pacific/Apia', LC_ALL: 'tr_TR.UTF-8' }
  return { cwd: home, env }
}

async function endOf(seed: number, flags: readonly string[], options: object): Promise<string> {
  const { stdout } = await run(process.execPath, [...flags, MAIN, '--replay', String(seed)], {
    maxBuffer: 1 << 28,
    ...options
  })
  return stdout.trim().split('\n').at(-1) ?? ''
}

describe('a seed', { timeout: 120_000 }, () => {
  it.each(shareOf([5, 1_001]))('gives the same history on another machine: %i', async (seed) => {
    const here = await endOf(seed, [], {})
    expect(here).toMatch(/^seed \d+, version \w+, Node v[\d.]+: \d+ steps, hash [0-9a-f]{8}$/)
    const there = await endOf(seed, ['--max-old-space-size=512', '--max-lazy', '--no-opt'], elsewhere())
    expect(there).toBe(here)
  })
})
