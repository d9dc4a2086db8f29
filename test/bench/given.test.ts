import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const MAIN = fileURLToPath(new URL('../../bench/compare.mjs', import.meta.url))

function compare(...args: readonly string[]) {
  return spawnSync(process.execPath, [MAIN, ...args], { encoding: 'utf8' })
}

describe('bench:compare says what it was given, what it takes and what to do', () => {
  it.each([
    [
      '--rounds 5',
      '--rounds takes 6 to 1000, not 5. Fewer than 6 pairs have no interval of 95 %; 40 is a good number'
    ],
    [
      '--rounds 7 --confidence 99',
      '--rounds takes 8 to 1000, not 7. Fewer than 8 pairs have no interval of 99 %; 40 is a good number'
    ],
    [
      '--rounds 6.5',
      '--rounds takes a whole number, not 6.5. Fewer than 6 pairs have no interval of 95 %; 40 is a good number'
    ],
    ['--rounds many', '--rounds takes numbers, not many'],
    ['--threshold 0.03', '--threshold takes 0.1 to 50, not 0.03 percent. 3 stands for 3 %'],
    ['--confidence 0.95', '--confidence takes 50 to 99.99, not 0.95 percent. 95 stands for 95 %'],
    ['--lines 10', '--lines takes 100 to 100000000, not 10. 50000 take about half a second'],
    ['--bytes 1', '--bytes takes 150 to 1000000, not 1. A line has a head of its own'],
    [
      '--seed 1.5',
      '--seed takes a whole number, not 1.5. The one of an earlier comparison gives its order again'
    ],
    ['--timeout 0', '--timeout takes 1 to 3600, not 0 seconds']
  ])('%s', (args, message) => {
    const { status, stdout, stderr } = compare(...args.split(' '))
    expect({ status, stdout, stderr }).toEqual({ status: 2, stdout: '', stderr: `${message}\n` })
  })

  it.each([
    ['pino-diss', "not 'pino-diss'. The name is given whole; --case stands once before each"],
    [
      'pino-dis,winston-dis',
      "not 'pino-dis,winston-dis'. The name is given whole; --case stands once before each"
    ],
    ['pino-loki', "not 'pino-loki'. A peer is the same beside both builds"]
  ])('--case %s', (name, message) => {
    const { status, stderr } = compare('--case', 'createProducer', '--case', name)
    expect(status).toBe(2)
    expect(stderr).toContain(message)
    expect(stderr).toContain(
      "--case takes 'pino-dis', 'winston-dis', 'pino-dis, fed directly', 'pino-dis, fed directly, token', 'createProducer'"
    )
  })

  it('a flag that it does not have', () => {
    const { status, stderr } = compare('--tolerance', '0.25')
    expect(status).toBe(2)
    expect(stderr).toMatch(/^Unknown option '--tolerance'.*\n--help lists the flags\n$/)
  })

  it('its help', () => {
    const { status, stdout } = compare('--help')
    expect(status).toBe(0)
    for (const flag of ['base', 'rounds', 'case', 'threshold', 'confidence', 'seed']) {
      expect(stdout).toContain(`--${flag} `)
    }
  })
})
