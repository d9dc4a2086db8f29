/** A soak of seconds, so that the long one cannot rot: it runs and keeps every promise, and it can fail. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url))

async function soak(...flags: string[]) {
  const child = spawn(process.execPath, ['--import', 'tsx', MAIN, '--processes', '3', '--quiet', ...flags])
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      said += String(chunk)
    })
  const [status] = await once(child, 'close')
  return { status, said }
}

describe('a short soak', () => {
  it('keeps every promise: both adapters and the producer, under every fault that the seed draws', async () => {
    const { status, said } = await soak('--minutes', '0.1', '--seed', '1')
    expect(said).toContain('every promise was kept')
    expect(said).toMatch(/^faults: \w+/m)
    expect(status).toBe(0)
  }, 120_000)

  it('ends with status 1, and names the promise and the line, if a line is lost', async () => {
    const { status, said } = await soak(
      '--minutes',
      '0.05',
      '--seed',
      '1',
      '--only',
      'rescale',
      '--mutate',
      'lost'
    )
    expect(said).toMatch(/PROMISES BROKE: lost$/m)
    expect(said).toMatch(/^ {2}p0: \d+ lost: p0: \d+ lines of life 0 from \d+ on/m)
    expect(status).toBe(1)
  }, 120_000)

  it('says what is wrong with a flag, and ends with status 2', async () => {
    const { status, said } = await soak('--seed', 'many')
    expect(said).toBe('--seed: got "many"; allowed: a whole number from 0 to 999999999\n')
    expect(status).toBe(2)
  })
})
