import { PassThrough, Readable } from 'node:stream'
import { createLocalDis, type LocalDis } from '@dis-logs/local'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Check } from '../../packages/cli/src/doctor/check.ts'
import { watchRounds } from '../../packages/cli/src/doctor/watch.ts'
import { call } from './operators.ts'
import { environmentFor, Program, STREAM } from './program.ts'
import { framesIn } from './screen.ts'

let dis: LocalDis
beforeEach(async () => {
  dis = await createLocalDis({ port: 0, streams: [{ name: STREAM, partitions: 1 }] })
})
afterEach(() => dis.close())

const args = ['doctor', '--watch', '--interval', '0.1', '--measure', '0']
const rounds = async () => (await dis.stats()).actions['DescribeStream'] ?? 0

/** Waits until the doctor has looked so many times more. */
async function look(times: number): Promise<void> {
  const wanted = (await rounds()) + times
  while ((await rounds()) < wanted) await dis.stats()
}

describe('doctor --watch', () => {
  it('tells all of it once, then what has changed, and nothing while nothing does', async () => {
    const program = new Program(args, environmentFor(dis))
    await program.says('write: skipped', 'stdout')
    const first = program.stdout.toString()
    await look(3)
    expect(program.stdout.toString()).toBe(first)
    await dis.faults.add({ kind: 'error', action: 'DescribeStream', status: 503, code: 'DIS.5000', times: 3 })
    const later = () => program.stdout.toString().slice(first.length).trimEnd().split('\n')
    await program.shows((said) => said.slice(first.length).includes('✔ access'))
    expect(later()).toEqual([
      expect.stringMatching(/^\d\d:\d\d:\d\d ✘ access: DIS\.5000: .* — .*try again later$/),
      expect.stringMatching(/^\d\d:\d\d:\d\d ✔ access: DIS takes the credentials$/)
    ])
    await call(dis, 'PUT', `streams/${STREAM}`, { stream_name: STREAM, target_partition_count: 2 })
    await program.shows((said) => /\d ✔ partitions: 2 take records/.test(said))
    program.child.kill('SIGINT')
    const { status, stderr } = await program.end()
    expect([status, stderr]).toEqual([130, ''])
  })

  it('--json gives an object a line, each time', async () => {
    const program = new Program([...args, '--json'], environmentFor(dis))
    await program.shows((said) => said.split('\n').length > 3)
    program.child.kill('SIGTERM')
    const { status, stdout } = await program.end()
    expect(status).toBe(143)
    for (const line of stdout.toString().split('\n').slice(0, 3)) {
      expect(JSON.parse(line)).toMatchObject({ at: expect.stringMatching(/^20.*Z$/), ok: true })
      expect(JSON.parse(line).checks).toHaveLength(14)
    }
  })

  it('does not ask again after refused credentials: five times lock a key', async () => {
    await dis.faults.add({ kind: 'error', action: 'DescribeStream', status: 401, code: 'DIS.4100' })
    const program = Program.onTerminal(args, { ...environmentFor(dis), NO_COLOR: '1' }, 100)
    await program.says('again in 300 s', 'stdout')
    expect(await rounds()).toBe(1)
    program.child.kill('SIGKILL')
    await program.end()
  })

  it('says on a terminal that all is fine, and when it looks again, within its width', async () => {
    const program = Program.onTerminal(args, { ...environmentFor(dis), NO_COLOR: '1' }, 40)
    await program.shows((said) => framesIn(Buffer.from(said)).length > 2)
    expect(framesIn(program.stdout)[0]).toMatch(/^all fine {2}\d\d:\d\d:\d\d {2}again in 0 s$/)
    // The terminal makes a signal of it.
    program.stdin.write('\u0003')
    expect((await program.end()).status).toBe(130)
  })

  it('ends at a signal while the endpoint does not answer', async () => {
    const program = new Program(args, environmentFor(dis))
    await program.says('write: skipped', 'stdout')
    await dis.faults.add({ kind: 'hang', action: 'DescribeStream' })
    while ((await dis.faults.list())[0]?.fired === 0) await dis.stats()
    program.child.kill('SIGINT')
    expect((await program.end()).status).toBe(130)
  })

  it('ends with 0 when the reader of its output has gone', async () => {
    const program = new Program([...args, '--json'], environmentFor(dis))
    await program.says('}\n', 'stdout')
    program.child.stdout?.destroy()
    expect((await program.end()).status).toBe(0)
  })
})

describe('of what was found before, doctor --watch tells', () => {
  const check = (name: string, ok: boolean | null, detail: string): Check => ({
    name,
    ok,
    detail,
    cure: ok === false ? 'cure' : null
  })

  /** What is told of each round after the first one. */
  async function told(...rounds: Check[][]): Promise<string> {
    const stdout = new PassThrough()
    const done = new AbortController()
    const io = {
      stdin: Readable.from([]),
      stdout,
      stderr: new PassThrough(),
      onSignal: () => () => {},
      exit() {}
    }
    let next = 0
    const begin = () => ({
      checks: Readable.from(rounds[next++] ?? []),
      isRefused: () => {
        if (next === rounds.length) done.abort()
        return false
      }
    })
    await watchRounds(begin, 1, false, { beforeExit() {}, signal: done.signal }, io)
    const lines: string = String(stdout.read()).replaceAll(/^\d\d:\d\d:\d\d /gm, '> ')
    return lines.slice(lines.indexOf('>') < 0 ? lines.length : lines.indexOf('>'))
  }

  it.each(['clock', 'endpoint', 'options'])('no other figures of %s', async (name) => {
    expect(await told([check(name, true, '1 ms')], [check(name, true, '2 ms')])).toBe('')
  })

  it('no other figures of a stream that stays too small, but another trouble with the endpoint', async () => {
    expect(await told([check('options', false, '170%')], [check('options', false, '180%')])).toBe('')
    expect(await told([check('endpoint', false, 'refused')], [check('endpoint', false, 'reset')])).toBe(
      '> ✘ endpoint: reset — cure\n'
    )
  })

  it('no other id of a request', async () => {
    const failure = (id: string) => check('stream', false, `gone (request ${id})`)
    expect(await told([failure('a')], [failure('b')])).toBe('')
  })

  it('what could not be looked at in between only if it is another', async () => {
    const skipped = check('stream', null, 'skipped')
    const [one, two] = [check('stream', true, 'one'), check('stream', true, 'two')]
    expect(await told([one], [skipped], [one])).toBe('')
    expect(await told([one], [skipped], [two])).toBe('> ✔ stream: two\n')
    expect(await told([skipped], [one])).toBe('> ✔ stream: one\n')
  })
})
