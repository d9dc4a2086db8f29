import { createLocalDis, type LocalDis } from '@dis-logs/local'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { dislogs, environmentFor, Program, received, SECRET_KEY, STREAM, sortedLines } from './program.ts'

let dis: LocalDis

beforeEach(async () => {
  dis = await createLocalDis({ port: 0, streams: [{ name: STREAM, partitions: 3 }], limits: false })
})
afterEach(() => dis.close())

const ship = (input: string | Buffer, ...args: string[]) =>
  dislogs(['ship', ...args], environmentFor(dis), input)
const tail = (...args: string[]) => dislogs(['tail', ...args], environmentFor(dis))
const fromBeginning = ['--from', 'beginning', '--idle-timeout', '0.6']

function logLines(count: number, from = 0): string[] {
  return Array.from({ length: count }, (_, n) => `{"hostname":"host-${n % 7}","n":${from + n}}`)
}

describe('tail prints', () => {
  it('exactly what ship sent, in order for each key', async () => {
    const lines = logLines(5_000)
    await ship(lines.join('\n'), '--ordered', '--aggregate')
    const { status, stdout } = await tail(...fromBeginning)
    expect(status).toBe(0)
    expect(sortedLines(stdout)).toEqual([...lines].sort())
    const numbers = new Map<string, number[]>()
    for (const line of stdout.toString().trimEnd().split('\n')) {
      const { hostname, n }: { hostname: string; n: number } = JSON.parse(line)
      numbers.set(hostname, [...(numbers.get(hostname) ?? []), n])
    }
    expect(numbers.size).toBe(7)
    for (const arrived of numbers.values()) expect(arrived).toEqual([...arrived].sort((a, b) => a - b))
  })

  it('only what arrives after it began, unless told otherwise', async () => {
    await ship('before\n')
    const program = new Program(['tail', '--limit', '2'], environmentFor(dis))
    await program.says('reading 3 partitions, from latest')
    await ship('after 1\nafter 2\n')
    const { status, stdout } = await program.end()
    expect(status).toBe(0)
    expect(sortedLines(stdout)).toEqual(['after 1', 'after 2'])
  })

  it('what was stored since a time', async () => {
    await ship('old\n')
    const [old] = await dis.records(STREAM)
    const since = new Date((old?.timestamp ?? 0) + 1).toISOString()
    await ship('new\n')
    expect((await tail('--from', since, '--idle-timeout', '0.6')).stdout.toString()).toBe('new\n')
  })

  it('one partition from a sequence number', async () => {
    await ship('a\nb\nc\n', '--partition-id', '1', '--ordered')
    const { stdout, status } = await tail('--from', '1', '--partition', '1', '--idle-timeout', '0.6')
    expect(status).toBe(0)
    expect(stdout.toString()).toBe('b\nc\n')
  })

  it('no more than --limit records, over all partitions', async () => {
    await ship(logLines(100).join('\n'))
    const { status, stdout } = await tail('--from', 'beginning', '--limit', '10')
    expect(status).toBe(0)
    expect(sortedLines(stdout).length).toBe(10)
  })

  it('records as JSON, with Base64 where the data is not text', async () => {
    await ship(Buffer.concat([Buffer.from('{"hostname":"h"}\n'), Buffer.from([0xff, 0xfe])]))
    const { stdout } = await tail(...fromBeginning, '--output', 'json')
    const records: unknown[] = sortedLines(stdout).map((line) => JSON.parse(line))
    expect(records).toContainEqual({
      partitionId: expect.stringMatching(/^shardId-\d{10}$/),
      partitionKey: 'h',
      sequenceNumber: expect.stringMatching(/^\d+$/),
      timestamp: expect.any(Number),
      data: '{"hostname":"h"}'
    })
    expect(records).toContainEqual(expect.objectContaining({ data: '//4=', encoding: 'base64' }))
  })

  it('pages of large records', async () => {
    const lines = Array.from({ length: 40 }, (_, n) => `${n}:${'x'.repeat(300_000)}`)
    await ship(lines.join('\n'), '--partition-id', '0')
    const { status, stdout } = await tail(...fromBeginning)
    expect(status).toBe(0)
    expect(sortedLines(stdout)).toEqual(lines.sort())
  })
})

describe('tail goes on', () => {
  it.each(['DIS.4225', 'DIS.4226', 'DIS.4217'])(
    'behind the last record when a cursor is lost with %s',
    async (code) => {
      await loseCursorWith(code)
    }
  )

  it('after faults of the service and cut connections, without a record twice or left out', async () => {
    const lines = logLines(3_000)
    await ship(lines.join('\n'))
    dis.faults.add({ kind: '500', status: 503, action: 'GetRecords', probability: 0.2 })
    dis.faults.add({ kind: 'reset-before', action: 'GetRecords', probability: 0.2 })
    const { status, stdout } = await tail('--from', 'beginning', '--limit', '3000')
    expect(status).toBe(0)
    expect(sortedLines(stdout)).toEqual([...lines].sort())
  })
})

describe('tail ends', () => {
  it('quietly with status 0 when the reader of its output has gone', async () => {
    await ship(logLines(5_000).join('\n'))
    const program = new Program(['tail', '--from', 'beginning', '--quiet'], environmentFor(dis))
    program.child.stdout?.once('data', () => program.child.stdout?.destroy())
    await ship(logLines(5_000).join('\n'))
    const { status, stderr } = await program.end()
    expect(stderr).toBe('')
    expect(status).toBe(0)
  })

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143]
  ] as const)('at once with the status of %s', async (signal, status) => {
    const program = new Program(['tail'], environmentFor(dis))
    await program.says('reading 3 partitions')
    program.child.kill(signal)
    expect((await program.end()).status).toBe(status)
  })

  it('with status 1 and the cure when there is no such stream', async () => {
    const { status, stderr } = await tail('--stream', 'no-such-stream')
    expect(status).toBe(1)
    expect(stderr).toMatch(/DIS\.4301: .*check --stream/)
  })

  it('with status 1 where scoped signatures are wanted, and asks only for what is not set', async () => {
    dis.faults.add({ kind: 'error', action: '*', status: 441, code: 'DIS.4108' })
    const [plain, scoped] = await Promise.all([tail(), tail('--signing', 'dis', '--region', 'cn-north-4')])
    expect([plain.status, scoped.status]).toEqual([1, 1])
    expect(plain.stderr).toMatch(/DIS\.4108: .*use --signing dis/)
    expect(scoped.stderr).toContain('DIS.4108: ')
    expect(scoped.stderr).not.toContain('use --signing')
  })

  it('with status 1 and where it looked when there are no credentials', async () => {
    const { HUAWEICLOUD_SDK_AK: _, HUAWEICLOUD_SDK_SK: __, ...env } = environmentFor(dis)
    const { status, stderr } = await dislogs(['tail'], {
      ...env,
      HOME: '/nonexistent',
      DIS_METADATA_ENDPOINT: 'http://127.0.0.1:1'
    })
    expect(status).toBe(1)
    expect(stderr).toMatch(/^dis-logs tail: CREDENTIALS_NOT_FOUND: .* — set HUAWEICLOUD_SDK_AK [^\n]*\n$/)
  })

  it('with status 1 after one refused call, and without the secret', async () => {
    dis.auth.addKey({ accessKey: 'ANOTHER', secretKey: 'another' })
    const { status, stderr } = await tail()
    expect(status).toBe(1)
    expect(stderr).toMatch(/DIS\.41\d\d: .*HUAWEICLOUD_SDK_AK/)
    expect(stderr).not.toContain(SECRET_KEY)
    expect((await dis.stats()).authRefused).toBe(1)
  })

  it('with status 1 when it never got an answer within --idle-timeout', async () => {
    const env = environmentFor(dis)
    await dis.close()
    const { status, stderr } = await dislogs(['tail', '--idle-timeout', '1'], env)
    expect(status).toBe(1)
    expect(stderr).toContain('ECONNREFUSED')
  })
})

async function loseCursorWith(code: string): Promise<void> {
  const lines = logLines(500)
  await ship(lines.slice(0, 250).join('\n'))
  const program = new Program(['tail', '--from', 'beginning', '--limit', '500'], environmentFor(dis))
  await program.says('"n":249', 'stdout')
  dis.faults.add({ kind: 'error', status: 400, code, action: 'GetRecords', times: 3 })
  await ship(lines.slice(250).join('\n'))
  const { status, stdout } = await program.end()
  expect(status).toBe(0)
  expect(sortedLines(stdout)).toEqual([...lines].sort())
  expect(await received(dis)).toEqual([...lines].sort())
}
