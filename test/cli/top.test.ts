import { createLocalDis, type LocalDis } from '@dis-logs/local'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { call, readUpTo, store } from './operators.ts'
import { dislogs, environmentFor, Program, STREAM } from './program.ts'

let dis: LocalDis

beforeEach(async () => {
  dis = await createLocalDis({
    port: 0,
    streams: [
      { name: STREAM, partitions: 2 },
      { name: 'audit', partitions: 1, type: 'ADVANCED', dataType: 'JSON' }
    ]
  })
})
afterEach(() => dis.close())

interface Page {
  readonly streams: readonly { readonly records: number }[]
}

const parse = (line: string): Page => JSON.parse(line)
const ONCE = ['top', '--once', '--interval', '0.1']

describe('top --once', () => {
  it('--json gives one object: rates, limits, shares, the lag of each consumer', async () => {
    await store(dis, ['a', 'b', 'c', 'd', 'e'], 1)
    await call(dis, 'POST', 'apps', { app_name: 'billing' })
    await readUpTo(dis, 'billing', 1, 1)
    const { status, stderr, stdout } = await dislogs([...ONCE, '--json'], environmentFor(dis))
    expect([status, stderr]).toEqual([0, ''])
    expect(stdout.toString().split('\n')).toHaveLength(2)
    const idle = { records: 0, recordsPerSecond: 0, linesPerSecond: 0, bytesPerSecond: 0, limitShare: 0 }
    const partition = { ...idle, status: 'ACTIVE', isEstimate: false, streamShare: null }
    expect(JSON.parse(stdout.toString())).toEqual({
      at: expect.stringMatching(/^20\d\d-.*Z$/),
      elapsedMs: expect.any(Number),
      streams: [
        {
          ...idle,
          name: STREAM,
          status: 'RUNNING',
          type: 'COMMON',
          dataType: 'BLOB',
          limit: { recordsPerSecond: 1_000, bytesPerSecond: 1_048_576 },
          consumers: [{ app: 'billing', lag: 3 }],
          partitions: [
            { ...partition, partitionId: 'shardId-0000000000', lag: { billing: null } },
            { ...partition, partitionId: 'shardId-0000000001', lag: { billing: 3 } }
          ]
        }
      ],
      failures: []
    })
  })

  it.each([
    ['with --all', ['--all'], {}],
    ['where none is named', [], { DIS_STREAM_NAME: '' }]
  ])('shows all streams of the project %s', async (_, flags, own) => {
    const { status, stderr, stdout } = await dislogs([...ONCE, ...flags], { ...environmentFor(dis), ...own })
    expect([status, stderr]).toEqual([0, ''])
    expect(stdout.toString().split('\n')).toEqual([
      'app-logs  COMMON BLOB  2 partitions  0 records/s  0 lines/s  0.00 MB/s  0% of 2,000/s or 2 MB/s',
      'PARTITION  RECORDS/S  LINES/S  MB/S  OF LIMIT              OF STREAM',
      '0                  0        0  0.00        0%  ░░░░░░░░░░          -',
      '1                  0        0  0.00        0%  ░░░░░░░░░░          -',
      '',
      'audit  ADVANCED JSON  1 partition  0 records/s  0 lines/s  0.00 MB/s  0% of 2,000/s or 5 MB/s',
      'PARTITION  RECORDS/S  LINES/S  MB/S  OF LIMIT              OF STREAM',
      '0                  0        0  0.00        0%  ░░░░░░░░░░          -',
      '',
      ''
    ])
  })

  it('tells what it cannot look at, and ends with 1', async () => {
    await dis.faults.add({ kind: 'error', action: 'ListApps', status: 403, code: 'DIS.4116' })
    const { status, stderr, stdout } = await dislogs(ONCE, environmentFor(dis))
    expect(status).toBe(1)
    expect(stderr).toMatch(/^dis-logs top: consumers: .*permissions.*\n$/)
    expect(stdout.toString()).toContain('app-logs  COMMON')
  })

  it('a stream that does not exist: why, in a line', async () => {
    const { status, stderr, stdout } = await dislogs([...ONCE, '--stream', 'nope'], environmentFor(dis))
    expect([status, stdout.length]).toEqual([1, 0])
    expect(stderr).toMatch(/^dis-logs top: .*nope.* — check --stream.*\n$/)
  })
})

describe('top that goes on', () => {
  it('--json counts every record once: none twice, none left out', async () => {
    const program = new Program(['top', '--json', '--interval', '0.1'], environmentFor(dis))
    await program.says('}\n', 'stdout')
    await store(dis, ['a', 'b', 'c'])
    await store(dis, ['d', 'e', 'f', 'g'], 1)
    const pages = (said: string) => said.split('\n').slice(0, -1).map(parse)
    const total = (said: string) =>
      pages(said).reduce((sum, { streams: [stream] }) => sum + (stream?.records ?? 0), 0)
    await program.shows((said) => total(said) >= 7)
    const seen = pages(program.stdout.toString()).length
    await program.shows((said) => pages(said).length >= seen + 2)
    expect(total(program.stdout.toString())).toBe(7)
    program.child.kill('SIGTERM')
    expect((await program.end()).status).toBe(143)
  })

  it('prints tables through a pipe, each with its time', async () => {
    const program = new Program(['top', '--interval', '0.1'], environmentFor(dis))
    await program.shows((said) => said.split('\n\n').length > 2)
    program.child.kill('SIGTERM')
    const { stdout } = await program.end()
    const [first = '', second = ''] = stdout.toString().split('\n\n')
    for (const table of [first, second])
      expect(table).toMatch(/^20\d\d-\S+Z\napp-logs .*\nPARTITION .*\n0 .*\n1 /)
    expect(second.slice(0, 24) > first.slice(0, 24)).toBe(true)
  })

  it('goes on when the stream cannot be looked at for a while, and says so', async () => {
    const program = new Program(['top', '--json', '--interval', '0.1'], environmentFor(dis))
    await program.says('}\n', 'stdout')
    await dis.faults.add({ kind: 'error', action: 'DescribeStream', status: 503, code: 'DIS.5000', times: 2 })
    await program.says('DIS.5000')
    const { length } = program.stdout.toString()
    await program.shows((said) => said.slice(length).includes('"failures":[]}\n'))
    program.child.kill('SIGINT')
    expect((await program.end()).status).toBe(130)
  })

  it('ends when the credentials are refused, after one failure for all streams: five lock the key', async () => {
    const program = new Program(['top', '--all', '--json', '--interval', '0.1'], environmentFor(dis))
    await program.says('}\n', 'stdout')
    await dis.faults.add({ kind: 'error', action: '*', status: 401, code: 'DIS.4100' })
    const { status, stderr } = await program.end()
    expect(status).toBe(1)
    expect(stderr).toMatch(/^dis-logs top: .*HUAWEICLOUD_SDK_AK.*\n$/)
    const [fault] = await dis.faults.list()
    expect(fault).toMatchObject({ fired: 1 })
  })

  it('a signal ends it while an answer is waited for', async () => {
    await dis.faults.add({ kind: 'hang', action: '*' })
    const program = new Program(['top'], environmentFor(dis))
    while ((await dis.faults.list())[0]?.fired === 0) await dis.stats()
    program.child.kill('SIGINT')
    const { status, stderr } = await program.end()
    expect([status, stderr]).toEqual([130, ''])
  })

  it('ends with 0 when the reader of its output has gone', async () => {
    const program = new Program(['top', '--json', '--interval', '0.1'], environmentFor(dis))
    await program.says('}\n', 'stdout')
    program.child.stdout?.destroy()
    const { status, stderr } = await program.end()
    expect([status, stderr]).toEqual([0, ''])
  })
})
