import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLocalDis, type LocalDis } from '@dis-logs/local'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { dislogs, environmentFor, Program, received, SECRET_KEY, STREAM } from './program.ts'

let dis: LocalDis
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dis-logs-ship-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))
beforeEach(async () => {
  dis = await createLocalDis({ port: 0, streams: [{ name: STREAM, partitions: 3 }], limits: false })
})
afterEach(() => dis.close())

async function file(name: string, content: string | Buffer): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, content)
  return path
}

const ship = (args: readonly string[], input: string | Buffer = '') =>
  dislogs(['ship', ...args], environmentFor(dis), input)

describe('ship reads', () => {
  it('lines from standard input, with either line end, without empty lines, and the last one without a newline', async () => {
    const { status, stderr, stdout } = await ship([], 'one\n\ntwo\r\n\r\n{"hostname":"h","n":3}\nfour')
    expect(stderr).toContain('4 lines read, 4 delivered, 0 rejected, 0 dropped')
    expect(status).toBe(0)
    expect(stdout.length).toBe(0)
    expect(await received(dis)).toEqual(['four', 'one', 'two', '{"hostname":"h","n":3}'])
  })

  it('bytes that are not UTF-8 as they are', async () => {
    const line = Buffer.from([0xff, 0x00, 0xc3, 0x28, 0x0d, 0xfe])
    const { status } = await ship([], Buffer.concat([line, Buffer.from('\nnext\n')]))
    expect(status).toBe(0)
    const records = await dis.records(STREAM)
    expect(records.map(({ data }) => data.toString('hex')).sort()).toEqual(
      [line.toString('hex'), Buffer.from('next').toString('hex')].sort()
    )
  })

  it('files and standard input in the order of the arguments', async () => {
    const first = await file('first.log', 'a\nb')
    const last = await file('last.log', 'e\r\nf\n')
    const { status } = await ship(['--ordered', '--partition-id', '0', first, '-', last], 'c\nd\n')
    expect(status).toBe(0)
    expect((await dis.records(STREAM)).map(({ data }) => data.toString())).toEqual([
      'a',
      'b',
      'c',
      'd',
      'e',
      'f'
    ])
  })

  it('a file of 100,000 lines, each of them once', async () => {
    const lines = Array.from({ length: 100_000 }, (_, n) => `{"hostname":"host-${n % 7}","n":${n}}`)
    const { status, stderr } = await ship([await file('large.log', `${lines.join('\n')}\n`)])
    expect(stderr).toContain('100,000 lines read, 100,000 delivered')
    expect(status).toBe(0)
    expect(await received(dis)).toEqual(lines.sort())
  })

  it('a real log of this machine, or one like it', async () => {
    const real = '/var/log/dpkg.log'
    const path = existsSync(real)
      ? real
      : await file('dpkg.log', '2025-01-01 00:00:00 status installed x:amd64\n'.repeat(5_000))
    const lines = (await readFile(path, 'utf8')).split('\n').filter(Boolean)
    const { status } = await ship(['--spread', path])
    expect(status).toBe(0)
    expect(lines.length).toBeGreaterThan(0)
    expect(await received(dis)).toEqual(lines.sort())
  })

  it('nothing, which is no failure', async () => {
    const { status, stderr } = await ship([], '\n\r\n')
    expect(stderr).toContain('0 lines read, 0 delivered')
    expect(status).toBe(0)
  })

  it('a line above the record limit, which it cuts, marks and tells', async () => {
    const { status, stderr } = await ship([], `${'x'.repeat(1_200_000)}\nshort\n`)
    expect(status).toBe(1)
    expect(stderr).toContain('1 line above 1 MiB cut')
    const sizes = (await dis.records(STREAM)).map(({ data }) => data.length).sort((a, b) => a - b)
    expect(sizes[0]).toBe(5)
    expect(sizes[1]).toBeLessThanOrEqual(1_048_576)
  })
})

describe('ship sends', () => {
  it('the key of the field that is asked for', async () => {
    await ship(
      ['--partition-key', 'tenant.id', '--partition-key', 'app'],
      '{"tenant":{"id":"t1"}}\n{"app":"a"}\n'
    )
    expect((await dis.records(STREAM)).map(({ partitionKey }) => partitionKey).sort()).toEqual(['a', 't1'])
  })

  it('several lines in a record with --aggregate, in order', async () => {
    const lines = Array.from({ length: 1_000 }, (_, n) => `line ${n}`)
    const { status } = await ship(['--aggregate', '--ordered'], lines.join('\n'))
    const records = await dis.records(STREAM)
    expect(status).toBe(0)
    expect(records.length).toBeLessThan(100)
    expect(records.map(({ data }) => data.toString()).join('\n')).toBe(lines.join('\n'))
  })

  it('again what a limit turns away, until everything is there', async () => {
    dis.setLimits({ recordsPerSecond: 300, burstMs: 500 })
    const { status, stderr } = await ship(
      [],
      Array.from({ length: 600 }, (_, n) => `{"hostname":"h","n":${n}}`).join('\n')
    )
    expect(status).toBe(0)
    expect(stderr).not.toContain(' 0 throttled')
    expect(new Set(await received(dis)).size).toBe(600)
  })

  it('nothing but losses to stderr with --quiet', async () => {
    expect((await ship(['--quiet'], 'a\n')).stderr).toBe('')
  })
})

describe('ship fails with status 1', () => {
  it('when a file cannot be read, and still sends the others', async () => {
    const good = await file('good.log', 'kept\n')
    const { status, stderr } = await ship([join(folder, 'absent.log'), folder, good])
    expect(status).toBe(1)
    expect(stderr).toContain(`cannot read ${join(folder, 'absent.log')}: no such file or directory (ENOENT)`)
    expect(stderr).toContain(`cannot read ${folder}: illegal operation on a directory (EISDIR)`)
    expect(await received(dis)).toEqual(['kept'])
  })

  it('when lines are rejected, and says why and what to do', async () => {
    const { status, stderr } = await ship(['--stream', 'no-such-stream'], 'a\nb\n')
    expect(status).toBe(1)
    expect(stderr).toContain('2 lines read, 0 delivered, 2 rejected')
    expect(stderr).toMatch(/2 lines rejected with DIS\.4301: .*check --stream, --region/)
  })

  it('when nobody listens for longer than --timeout, and counts what is lost', async () => {
    const { status, stderr } = await dislogs(
      ['ship', '--timeout', '2'],
      environmentFor({ url: await refusingUrl() }),
      'a\nb\n'
    )
    expect(status).toBe(1)
    expect(stderr).toContain('2 lines not sent: gave up 2 s after the end of the input')
    expect(stderr).toContain('ECONNREFUSED')
  })

  it.each(['ship', 'replay'])(
    'at once when there are no credentials, before %s reads anything',
    async (command) => {
      const { HUAWEICLOUD_SDK_AK: _, HUAWEICLOUD_SDK_SK: __, ...env } = environmentFor(dis)
      const program = new Program([command, '-'], {
        ...env,
        HOME: folder,
        DIS_METADATA_ENDPOINT: await refusingUrl()
      })
      // Its standard input stays open: it is not waited for.
      const { status, stderr } = await program.end()
      expect(status).toBe(1)
      expect(stderr).toMatch(
        new RegExp(
          `^dis-logs ${command}: CREDENTIALS_NOT_FOUND: no credentials: .* — set HUAWEICLOUD_SDK_AK [^\n]*\n$`
        )
      )
    }
  )

  it('when the credentials are wrong, without ever printing the secret', async () => {
    const strict = await createLocalDis({
      port: 0,
      streams: [{ name: STREAM }],
      auth: { keys: [{ accessKey: 'ANOTHER', secretKey: 'another' }] }
    })
    const { status, stderr } = await dislogs(['ship', '--timeout', '2'], environmentFor(strict), 'a\n')
    await strict.close()
    expect(status).toBe(1)
    expect(stderr).toContain('1 line not sent')
    expect(stderr).not.toContain(SECRET_KEY)
  })
})

describe('ship, when a signal comes,', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143]
  ] as const)('flushes what was read and ends with the status of %s', async (signal, status) => {
    const program = new Program(['ship', '--linger-ms', '60000'], environmentFor(dis))
    program.stdin.write('read before\n')
    await firstBytesRead(program)
    program.child.kill(signal)
    const ended = await program.end()
    expect(ended.status).toBe(status)
    expect(ended.stderr).toContain('1 line read, 1 delivered')
    expect(await received(dis)).toEqual(['read before'])
  })

  it('exits at once at the second one', async () => {
    const program = new Program(['ship'], environmentFor({ url: await refusingUrl() }))
    program.stdin.write('a\n')
    await program.says('ECONNREFUSED')
    program.child.kill('SIGINT')
    const startedAt = performance.now()
    const again = setInterval(() => program.child.kill('SIGINT'), 200)
    const { status } = await program.end()
    clearInterval(again)
    expect(status).toBe(130)
    expect(performance.now() - startedAt).toBeLessThan(5_000)
  })
})

/** A URL on which nobody listens. */
async function refusingUrl(): Promise<string> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no port')
  return `http://127.0.0.1:${address.port}`
}

/** The child reads as soon as it runs; more than the pipe holds can be written only when it has. */
async function firstBytesRead(program: Program): Promise<void> {
  // Empty lines count for nothing.
  await new Promise<void>((resolve) => program.stdin.write('\n'.repeat(2_000_000), () => resolve()))
}
