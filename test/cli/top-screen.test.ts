import { createLocalDis, type LocalDis } from '@dis-logs/local'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { environmentFor, Program, STREAM } from './program.ts'

let dis: LocalDis

beforeEach(async () => {
  dis = await createLocalDis({ port: 0, streams: [{ name: STREAM, partitions: 3 }] })
})
afterEach(() => dis.close())

const env = () => ({ ...environmentFor(dis), NO_COLOR: '1' })
const args = ['top', '--interval', '0.1']

const OPEN = '\u001b[?1049h\u001b[?25l\u001b[?7l'
const CLOSE = '\u001b[?7h\u001b[?25h\u001b[?1049l'
const HOME = '\u001b[H'

/** The lines of each page that was drawn whole. */
function pagesIn(output: string): string[][] {
  const whole = output.split(HOME).slice(1)
  return whole
    .filter((page) => page.includes('\u001b[J'))
    .map((page) => page.slice(0, page.indexOf('\u001b[J')).replaceAll('\u001b[K', '').split(/\r+\n/))
}

const lastPage = (output: string) => pagesIn(output).at(-1) ?? []
const isMeasured = (output: string) => lastPage(output).some((line) => line.includes('0 records/s'))

describe('on a terminal top', () => {
  it('fills the screen, draws it again, and gives it back at q', async () => {
    const program = Program.onTerminal(args, env(), 120)
    await program.shows((output) => pagesIn(output).length > 2 && isMeasured(output))
    program.stdin.write('q')
    const { status, stdout } = await program.end()
    const output = stdout.toString()
    expect(status).toBe(0)
    expect(output.startsWith(`${OPEN}${HOME}`)).toBe(true)
    expect(output.endsWith(CLOSE)).toBe(true)
    expect(lastPage(output)).toEqual([
      expect.stringMatching(/^dis-logs top {2}\d\d:\d\d:\d\d {2}every 0\.1 s {2}q ends$/),
      '',
      'app-logs  COMMON BLOB  3 partitions  0 records/s  0 lines/s  0.00 MB/s  0% of 3,000/s or 3 MB/s',
      'PARTITION  RECORDS/S  LINES/S  MB/S  OF LIMIT              OF STREAM',
      '0                  0        0  0.00        0%  ░░░░░░░░░░          -',
      '1                  0        0  0.00        0%  ░░░░░░░░░░          -',
      '2                  0        0  0.00        0%  ░░░░░░░░░░          -'
    ])
  })

  it('fits into 40 columns, and takes more when the terminal grows', async () => {
    const program = Program.onTerminal(args, env(), 40, 140)
    await program.shows((output) => pagesIn(output).length > 2)
    for (const line of lastPage(program.stdout.toString())) expect(line.length).toBeLessThan(40)
    program.stdin.write('\n')
    await program.shows(isMeasured)
    program.child.kill('SIGKILL')
    await program.end()
  })

  it('ends at Ctrl+C, also while an answer is waited for', async () => {
    const program = Program.onTerminal(args, env(), 100)
    await program.says(HOME, 'stdout')
    await dis.faults.add({ kind: 'hang', action: '*' })
    while ((await dis.faults.list())[0]?.fired === 0) await dis.stats()
    program.stdin.write('\u0003')
    const { status, stdout } = await program.end()
    expect(status).toBe(0)
    expect(stdout.toString().endsWith(CLOSE)).toBe(true)
  })

  it('says in red what it cannot look at, below what it knows', async () => {
    const { NO_COLOR: _, ...coloured } = env()
    const program = Program.onTerminal(args, coloured, 100)
    await program.says(HOME, 'stdout')
    await dis.faults.add({ kind: 'error', action: 'DescribeStream', status: 503, code: 'DIS.5000' })
    await program.says('DIS.5000', 'stdout')
    const lines = lastPage(program.stdout.toString())
    expect(lines.at(-1)?.startsWith('\u001b[31m')).toBe(true)
    expect(lines.at(-1)).toContain('DIS.5000')
    expect(lines.join('\n')).toContain('app-logs')
    program.child.kill('SIGKILL')
    await program.end()
  })

  it('gives the screen back before it says why it cannot go on', async () => {
    const program = Program.onTerminal(args, env(), 100)
    await program.says(HOME, 'stdout')
    await dis.faults.add({ kind: 'error', action: '*', status: 401, code: 'DIS.4100' })
    const { status, stdout } = await program.end()
    const [, after = ''] = stdout.toString().split(CLOSE)
    expect(status).toBe(1)
    expect(after).toMatch(/^dis-logs top: .*HUAWEICLOUD_SDK_AK/)
  })

  it('what cannot work is said without a screen', async () => {
    const program = Program.onTerminal([...args, '--stream', 'nope'], env(), 100)
    const { status, stdout } = await program.end()
    expect(status).toBe(1)
    expect(stdout.toString()).toMatch(/^dis-logs top: .*nope/)
  })

  it('prints tables one below the other where the terminal is dumb', async () => {
    const program = Program.onTerminal(args, { ...env(), TERM: 'dumb' }, 60)
    await program.shows((output) => output.split('app-logs').length > 3)
    expect(program.stdout.includes(0x1b)).toBe(false)
    program.child.kill('SIGKILL')
    await program.end()
  })
})
