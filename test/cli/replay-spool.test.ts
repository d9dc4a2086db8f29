import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createLocalDis, type LocalDis } from '@dis-logs/local'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { dislogs, environmentFor, Program, received, STREAM } from './program.ts'
import { kill, leaveLines, linesOf, startSpooler, takeDown, testFolder, writeOlderPart } from './spooler.ts'

let dis: LocalDis
let folder: string
let dir: string
beforeEach(async () => {
  folder = testFolder()
  dir = join(folder, 'spool')
  dis = await createLocalDis({
    streams: [
      { name: STREAM, partitions: 3 },
      { name: 'audit', partitions: 3 }
    ],
    limits: false
  })
  await takeDown(dis)
})
afterEach(async () => {
  await dis.close()
  rmSync(folder, { recursive: true, force: true })
})

/** The folder says which stream; the environment has credentials only. */
const credentials = () => {
  const { DIS_ENDPOINT: _, DIS_PROJECT_ID: __, DIS_STREAM_NAME: ___, ...rest } = environmentFor(dis)
  return rest
}
const replay = (...args: string[]) => dislogs(['replay', ...args], credentials())

/** What stands in the folder but for locks. */
const left = () => readdirSync(dir).filter((name) => !name.endsWith('.lock'))

describe('replay of a folder', () => {
  it('sends what a killed process left, with the keys that it had, and empties the folder', async () => {
    const lines = linesOf('t', 1_000)
    await leaveLines(dis, dir, STREAM, lines)
    await dis.faults.clear()
    const { status, stderr } = await replay(dir)
    expect(stderr).toContain(
      `app-logs at ${dis.url}: 1,000 lines read, 1,000 delivered, 0 rejected, 0 not sent, 0 retries`
    )
    expect(status).toBe(0)
    expect(await received(dis)).toEqual([...lines].sort())
    const records = await dis.records(STREAM)
    expect(
      records.filter(({ data, partitionKey }) => JSON.parse(data.toString()).tenant !== partitionKey)
    ).toEqual([])
    expect(left()).toEqual([])
    const again = await replay(dir)
    expect([again.status, again.stderr]).toEqual([0, `dis-logs replay: nothing waits in ${dir}\n`])
  })

  it('sends the lines of each stream to that stream, whatever the environment names', async () => {
    await leaveLines(dis, dir, STREAM, linesOf('a', 30))
    await leaveLines(dis, dir, 'audit', linesOf('b', 20))
    await leaveLines(dis, dir, STREAM, linesOf('c', 10))
    await dis.faults.clear()
    const env = { ...environmentFor(dis), DIS_STREAM_NAME: 'elsewhere', DIS_STREAM_ID: 'another' }
    const { status, stderr } = await dislogs(['replay', dir], env)
    expect(stderr).toContain(`app-logs at ${dis.url}: 40 lines read, 40 delivered`)
    expect(stderr).toContain(`audit at ${dis.url}: 20 lines read, 20 delivered`)
    expect(status).toBe(0)
    expect(await received(dis)).toEqual([...linesOf('a', 30), ...linesOf('c', 10)].sort())
    expect(await received(dis, 'audit')).toEqual(linesOf('b', 20).sort())
    expect(left()).toEqual([])
  })

  it('keeps the partition of lines that had a constant one', async () => {
    await leaveLines(dis, dir, STREAM, linesOf('a', 20), { partitionId: '2' })
    await leaveLines(dis, dir, STREAM, linesOf('b', 20), { explicitHashKey: '0' })
    await dis.faults.clear()
    expect((await replay(dir)).status).toBe(0)
    const partitions = (await dis.records(STREAM)).map(({ data, partitionId }) => [
      JSON.parse(data.toString()).tenant.slice(0, 1),
      partitionId
    ])
    expect(partitions).toHaveLength(40)
    expect(new Set(partitions.map(String))).toEqual(new Set(['a,shardId-0000000002', 'b,shardId-0000000000']))
  })

  it('leaves the lines of a living owner alone, says so, and ends with status 0', async () => {
    await leaveLines(dis, dir, STREAM, linesOf('a', 20))
    const living = await startSpooler(dis, dir, 'audit', linesOf('b', 7))
    try {
      await dis.faults.clear()
      await dis.faults.add({ kind: '500', stream: 'audit' })
      const { status, stderr } = await replay(dir)
      expect(stderr).toContain(
        `left alone: 7 lines for audit at ${dis.url}, whose owner lives and sends them`
      )
      expect(status).toBe(0)
      expect(await received(dis)).toEqual(linesOf('a', 20).sort())
      expect(await received(dis, 'audit')).toEqual([])
      expect(left()).toHaveLength(1)
    } finally {
      await kill(living)
    }
  })

  it('sends what can be read of a damaged segment, and ends with status 1', async () => {
    await leaveLines(dis, dir, STREAM, linesOf('a', 50))
    const [segment = ''] = readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.log')
    )
    const bytes = readFileSync(join(dir, segment))
    bytes.fill(0x58, bytes.length >> 1, (bytes.length >> 1) + 4)
    writeFileSync(join(dir, segment), bytes)
    await dis.faults.clear()
    const { status, stderr } = await replay(dir)
    expect(stderr).toContain('49 lines read, 49 delivered')
    expect(stderr).toContain('1 damaged place skipped; the rest was read')
    expect(status).toBe(1)
    expect(left()).toEqual([])
  })

  it('names files that were set aside and never sends or deletes them: status 1', async () => {
    await leaveLines(dis, dir, STREAM, linesOf('a', 5))
    const planted = join(dir, 'unreadable-1000000000-00112233445566ff-1000000000')
    writeFileSync(planted, 'what nobody can read')
    await dis.faults.clear()
    const { status, stderr } = await replay(dir)
    expect(stderr).toContain('5 lines read, 5 delivered')
    expect(stderr).toContain(
      `${planted} cannot be read and was set aside: look at it and at the disk, then delete it`
    )
    expect(status).toBe(1)
    expect(readFileSync(planted, 'utf8')).toBe('what nobody can read')
  })

  it('puts lines that are refused into a file of dead letters, and says what happens without one', async () => {
    await leaveLines(dis, dir, STREAM, ['{"tenant":"k","poison":1}', '{"tenant":"k","poison":2}'])
    await dis.faults.clear()
    await dis.faults.add({ kind: 'record-error', code: 'DIS.4302', match: 'poison":1' })
    const dead = join(folder, 'dead.ndjson')
    const { status, stderr } = await replay('--dead-letter', dead, dir)
    expect(stderr).toContain('2 lines read, 1 delivered, 1 rejected, 0 not sent')
    expect(stderr).toContain('1 line rejected with DIS.4302')
    expect(status).toBe(1)
    expect(JSON.parse(readFileSync(dead, 'utf8'))).toMatchObject({
      code: 'DIS.4302',
      line: '{"tenant":"k","poison":1}',
      partitionKey: 'k'
    })
    expect(left()).toEqual([])
    await dis.faults.clear()
    await takeDown(dis)
    await leaveLines(dis, dir, STREAM, ['{"tenant":"k","poison":1}'])
    await dis.faults.clear()
    await dis.faults.add({ kind: 'record-error', code: 'DIS.4302' })
    const without = await replay(dir)
    expect(without.stderr).toContain('1 line gone: --dead-letter <file> keeps what is rejected')
    expect(without.status).toBe(1)
  })

  it('sends nothing to a stream that does not exist: the lines stay', async () => {
    await leaveLines(dis, dir, 'forgotten', linesOf('a', 5))
    await dis.faults.clear()
    const { status, stderr } = await replay(dir)
    expect(stderr).toContain(`forgotten at ${dis.url}: nothing was sent, its lines stay: DIS.4301`)
    expect(stderr).toContain(`left in ${dir}: 5 lines for forgotten`)
    expect(status).toBe(1)
    expect(left()).toHaveLength(1)
  })

  it('asks once with credentials that are refused, because five times would lock the key: the lines stay', async () => {
    await leaveLines(dis, dir, STREAM, linesOf('a', 5))
    await dis.faults.clear()
    await dis.faults.add({ kind: 'auth-401', action: '*' })
    const before = (await dis.stats()).requests
    const { status, stderr } = await replay(dir)
    expect(stderr).toContain(`app-logs at ${dis.url}: nothing was sent, its lines stay: `)
    expect([status, (await dis.stats()).requests - before]).toEqual([1, 1])
    expect(left()).toHaveLength(1)
  })

  it('gives up after --timeout, and what is left stays for the next time', async () => {
    await leaveLines(dis, dir, STREAM, linesOf('a', 500))
    const { status, stderr } = await replay('--timeout', '1', dir)
    expect(stderr).toContain('500 lines read, 0 delivered, 0 rejected, 500 not sent')
    expect(stderr).toContain(`left in ${dir}: 500 lines for app-logs`)
    expect(status).toBe(1)
    await dis.faults.clear()
    expect((await replay(dir)).status).toBe(0)
    expect(await received(dis)).toEqual(linesOf('a', 500).sort())
  })

  it('stops at a signal, and what is left stays', async () => {
    await leaveLines(dis, dir, STREAM, linesOf('a', 50))
    const part = join(dir, left()[0] ?? '')
    const program = new Program(['replay', dir], credentials())
    // Its name changes when the program has taken it over.
    while (existsSync(part)) await sleep(20)
    program.child.kill('SIGTERM')
    const { status } = await program.end()
    expect(status).toBe(143)
    await dis.faults.clear()
    expect((await replay(dir)).status).toBe(0)
    expect(await received(dis)).toEqual(linesOf('a', 50).sort())
  })
})

describe('replay where only silence tells', () => {
  /** As if another machine had written it: a lock that cannot be asked. */
  const asOfAnotherMachine = () => {
    const [part = ''] = left()
    const owner = 'ffffffffffff-0123456789abcdef'
    for (const name of readdirSync(dir)) if (name.endsWith('.lock')) rmSync(join(dir, name))
    const lock = join(dir, `${owner}.lock`)
    writeFileSync(lock, '')
    renameSync(join(dir, part), join(dir, part.replace(/[0-9a-f]{12}-[0-9a-f]{16}$/, owner)))
    return lock
  }

  it('says that it waits and why, and leaves the lines if time is over first', async () => {
    await leaveLines(dis, dir, STREAM, linesOf('a', 5))
    asOfAnotherMachine()
    await dis.faults.clear()
    const { status, stderr } = await replay('--timeout', '1', dir)
    expect(stderr).toContain('waiting a minute for the heartbeat of the owners of 1 part')
    expect(stderr).toContain(`left in ${dir}: 5 lines for app-logs`)
    expect(status).toBe(1)
    expect(await received(dis)).toEqual([])
  })

  it('takes an owner with a heartbeat for alive: status 0', async () => {
    await leaveLines(dis, dir, STREAM, linesOf('a', 5))
    const lock = asOfAnotherMachine()
    await dis.faults.clear()
    const program = new Program(['replay', dir], credentials())
    await program.says('waiting a minute')
    for (let mark = 1; program.child.exitCode === null && mark < 100; mark++) {
      utimesSync(lock, mark, mark)
      await sleep(100)
    }
    const { status, stderr } = await program.end()
    expect(stderr).toContain(`left alone: 5 lines for app-logs at ${dis.url}, whose owner lives`)
    expect(status).toBe(0)
    expect(left()).toHaveLength(1)
  })
})

describe('replay of the older format', () => {
  it('sends to the stream that the command line names, and spreads lines without a key', async () => {
    await leaveLines(dis, dir, 'audit', linesOf('b', 5))
    writeOlderPart(dir, ['one', 'two'], 'k')
    writeOlderPart(dir, ['three'], '')
    await dis.faults.clear()
    const { status, stderr } = await replay(
      '--stream',
      STREAM,
      '--endpoint',
      dis.url,
      '--project-id',
      'cli-test-project',
      dir
    )
    expect(stderr).toContain('app-logs: 3 lines read, 3 delivered')
    expect(stderr).toContain(`audit at ${dis.url}: 5 lines read, 5 delivered`)
    expect(status).toBe(0)
    const records = await dis.records(STREAM)
    expect(records.map(({ data, partitionKey }) => [data.toString(), partitionKey ?? '']).sort()).toEqual([
      ['one', 'k'],
      ['three', ''],
      ['two', 'k']
    ])
    expect(await received(dis, 'audit')).toEqual(linesOf('b', 5).sort())
    expect(left()).toEqual([])
  })

  it('without a stream lists it and leaves it: status 1', async () => {
    writeOlderPart(dir, ['one', 'two'], 'k')
    await dis.faults.clear()
    const { status, stderr } = await replay(dir)
    expect(stderr).toContain(`left in ${dir}: 2 lines for a stream that is not named (older format)`)
    expect(stderr).toContain('say where its lines go with --stream <name>')
    expect(status).toBe(1)
    expect(left()).toHaveLength(1)
    expect(left()[0]).toMatch(/^4711-/)
  })
})

describe('replay with files and folders', () => {
  it('takes both in one call', async () => {
    const dead = join(folder, 'dead.ndjson')
    writeFileSync(dead, `${JSON.stringify({ code: 'X', line: 'a letter', partitionKey: 'k' })}\n`)
    await leaveLines(dis, dir, 'audit', linesOf('b', 5))
    await dis.faults.clear()
    const { status, stderr } = await dislogs(['replay', dead, dir], environmentFor(dis))
    expect(stderr).toContain('1 line sent again, 1 delivered')
    expect(stderr).toContain('5 lines read, 5 delivered')
    expect(status).toBe(0)
    expect(await received(dis)).toEqual(['a letter'])
    expect(await received(dis, 'audit')).toEqual(linesOf('b', 5).sort())
  })

  it('refuses what contradicts the lines, and nothing is sent', async () => {
    await leaveLines(dis, dir, STREAM, linesOf('a', 5))
    await dis.faults.clear()
    for (const [args, message] of [
      [['--stream', 'audit', dir], '--stream audit contradicts'],
      [['--stream-id', 'x', dir], '--stream-id x contradicts'],
      [['--project-id', 'other', dir], '--project-id other contradicts'],
      [['--endpoint', 'https://dis.example', dir], '--endpoint https://dis.example contradicts'],
      [['--code', 'X', dir], '--code picks dead letters']
    ] as const) {
      const { status, stderr } = await replay(...args)
      expect(stderr).toContain(message)
      expect(stderr.trimEnd().split('\n')).toHaveLength(1)
      expect(status).toBe(2)
    }
    expect(left()).toHaveLength(1)
    expect(await received(dis)).toEqual([])
    const same = await replay('--stream', STREAM, '--endpoint', `${dis.url}/`, dir)
    expect(same.status).toBe(0)
  })

  it('refuses a folder that others may write, and says what to do', async () => {
    await leaveLines(dis, dir, STREAM, linesOf('a', 5))
    await dis.faults.clear()
    chmodSync(dir, 0o777)
    const { status, stderr } = await replay(dir)
    expect(stderr).toContain('chmod 700')
    expect(status).toBe(2)
  })

  it('a folder that holds nothing of a spool is left as it is', async () => {
    mkdirSync(dir)
    writeFileSync(join(dir, 'notes.txt'), 'mine')
    const { status, stderr } = await replay(dir)
    expect([status, stderr]).toEqual([0, `dis-logs replay: nothing waits in ${dir}\n`])
    expect(readdirSync(dir)).toEqual(['notes.txt'])
  })
})
