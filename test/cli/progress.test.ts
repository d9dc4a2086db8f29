import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLocalDis, type LocalDis } from '@dis-logs/local'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { compact, progressSegments, Rates } from '../../packages/cli/src/ship/progress.ts'
import { fit, join as joined } from '../../packages/cli/src/terminal/segments.ts'
import { dislogs, environmentFor, Program, STREAM } from './program.ts'
import { framesIn } from './screen.ts'

let dis: LocalDis
let folder: string
let big: string

const LINE = `{"hostname":"h","text":"${'x'.repeat(75)}"}`

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dis-logs-progress-'))
  big = join(folder, 'big.log')
  await writeFile(big, `${LINE}\n`.repeat(50_000))
})
afterAll(() => rm(folder, { recursive: true, force: true }))
beforeEach(async () => {
  // 1,000 records a second: what is shipped takes as long as a test wants to look at it.
  dis = await createLocalDis({ port: 0, streams: [{ name: STREAM, partitions: 1 }] })
})
afterEach(() => dis.close())

const env = (own: Record<string, string> = {}) => ({ ...environmentFor(dis), NO_COLOR: '1', ...own })

describe('on a terminal ship shows', () => {
  it('how much of a file is done, at which rate, what waits, what was throttled and how old the oldest line is', async () => {
    const program = Program.onTerminal(['ship', big], env(), 140)
    await program.says('throttled', 'stdout')
    const frame = framesIn(program.stdout).at(-1) ?? ''
    expect(frame).toMatch(
      /^[█░]{20} +\d+% {2}[\d,]+ lines\/s {2}\d+\.\d MB\/s {2}[\d,]+ waiting {2}\d+ in flight {2}([\d,]+ retried {2})?[\d,]+ throttled {2}oldest \d+ s/
    )
    program.child.kill('SIGKILL')
    await program.end()
  })

  it('within 40 columns the same in short, and all of it again when the terminal grows', async () => {
    const program = Program.onTerminal(['ship', big], env(), 40, 140)
    await program.says('/s', 'stdout')
    program.stdin.write('\n')
    await program.says('waiting', 'stdout')
    const frames = framesIn(program.stdout)
    expect(frames[0]?.length).toBeLessThan(40)
    expect(frames[0]).toMatch(/^[█░]{6} +\d+% {2}\S+\/s {2}\d+\.\dMB\/s/)
    expect(frames.at(-1)).toMatch(/lines\/s .* waiting/)
    program.child.kill('SIGKILL')
    await program.end()
  })

  it('that it stops after Ctrl+C; then the line is gone, and the cursor in the first column', async () => {
    const program = Program.onTerminal(['ship', big], env(), 100)
    await program.says('lines/s', 'stdout')
    // The terminal makes a signal of it, and shows it as ^C.
    program.stdin.write('\u0003')
    await program.says('stopping', 'stdout')
    program.stdin.write('\u0003')
    const { stdout } = await program.end()
    expect(framesIn(stdout).at(-1)).toMatch(/^stopping {2}/)
    const [, after = ''] = /.*\[1A(.*)/s.exec(stdout.toString()) ?? []
    // What comes then (how many lines were lost) stands where the line was.
    expect(after.replace('^C', '')).toMatch(/^\r\r.\[J\[dis-logs\]/)
  })

  it('nothing with --quiet, nor where the terminal is dumb', async () => {
    dis.setLimits(false)
    const [quiet, dumb] = [
      Program.onTerminal(['ship', '--quiet', big], env()),
      Program.onTerminal(['ship', big], env({ TERM: 'dumb' }))
    ]
    expect((await quiet.end()).stdout.length).toBe(0)
    const { stdout } = await dumb.end()
    expect(stdout.includes(0x1b)).toBe(false)
    expect(stdout.toString()).toContain('50,000 delivered')
  })
})

it('through pipes ship says one line, its summary', async () => {
  dis.setLimits(false)
  const { status, stderr } = await dislogs(['ship', big], env())
  expect(status).toBe(0)
  expect(stderr).toMatch(/^dis-logs ship: 50,000 lines read, 50,000 delivered, [^\n]*\n$/)
})

describe('the line of progress', () => {
  const stats = {
    delivered: 4_000,
    deliveredBytes: 2 * 1_048_576,
    buffered: 12_345,
    bufferedBytes: 100,
    inFlight: 8,
    oldestMs: 3_200,
    retriedRecords: 120,
    throttledRecords: 45
  }
  const intake = { lines: 16_345, bytes: 590, readBytes: 600, excessBytes: 0 }
  const text = (columns: number, own: object = {}) => {
    const rates = new Rates()
    rates.add(0, { delivered: 0, deliveredBytes: 0 })
    rates.add(2_000, stats)
    const progress = {
      intake,
      stats,
      perSecond: rates.perSecond,
      totalBytes: 1_000,
      isStopping: false,
      ...own
    }
    return joined(fit(progressSegments(progress), columns), (_, shown) => shown)
  }

  it('has rates of what was delivered, a MB as DIS counts it, and a share that leaves out what waits', () => {
    expect(text(200)).toBe(
      '██████████░░░░░░░░░░ 50%  2,000 lines/s  1.0 MB/s  12,345 waiting  8 in flight  120 retried  45 throttled  oldest 3 s  0 s left'
    )
  })

  it('says what was delivered where the size of the input is not known', () => {
    expect(text(200, { totalBytes: undefined })).toMatch(/^4,000 delivered {2}2,000 lines\/s/)
  })

  it.each([200, 120, 100, 80, 60, 40, 20, 9, 1])('fits into %d columns', (columns) => {
    expect(text(columns).length).toBeLessThanOrEqual(columns)
  })

  it('keeps what matters most in 40 columns', () => {
    expect(text(39)).toBe('███░░░ 50%  2.0k/s  1.0MB/s  wait 12.3k')
  })

  it('looks at the last seconds only', () => {
    const rates = new Rates()
    for (let second = 0; second <= 20; second++) {
      rates.add(second * 1_000, { delivered: second < 10 ? 0 : (second - 10) * 500, deliveredBytes: 0 })
    }
    expect(rates.perSecond.lines).toBe(500)
  })

  it.each([
    [0, '0'],
    [999.4, '999'],
    [999.6, '1.0k'],
    [12_345, '12.3k'],
    [99_949, '99.9k'],
    [99_960, '100k'],
    [999_499, '999k'],
    [999_500, '1.0M'],
    [4_500_000, '4.5M']
  ])('writes %d as %s', (value, short) => {
    expect(compact(value)).toBe(short)
  })
})
