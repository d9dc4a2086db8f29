import { createProducer, type DisOptions } from '@dis-logs/core'
import { createLocalDis, type LocalDis } from '@dis-logs/local'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { dislogs, environmentFor, Program, STREAM } from './program.ts'

let dis: LocalDis

beforeEach(async () => {
  dis = await createLocalDis({ port: 0, streams: [{ name: STREAM, partitions: 1 }], limits: false })
})
afterEach(() => dis.close())

async function store(lines: readonly (string | Buffer)[], options: DisOptions = {}): Promise<void> {
  const own = { endpoint: dis.url, projectId: 'p', streamName: STREAM, credentials: { token: 'T' } }
  const producer = createProducer({ ...own, ordered: true, ...options })
  for (const line of lines) producer.write(line)
  await producer.close()
}

/** Many lines in one record. */
const pack = (...lines: (string | Buffer)[]) => store(lines, { aggregate: true, partitionKey: () => 'k' })

const tail = async (...args: string[]) => {
  const from = args.some((arg) => ['--since', '--from'].includes(arg)) ? [] : ['--from', 'beginning']
  return dislogs(['tail', ...from, '--idle-timeout', '0.6', ...args], environmentFor(dis))
}
const printed = async (...args: string[]) => (await tail(...args)).stdout.toString()

describe('a record of several lines is split', () => {
  it('as JSON: an object for each, which says the how many-th of how many it is', async () => {
    await pack('a', Buffer.from([0xff]), 'c')
    expect(await dis.records(STREAM)).toHaveLength(1)
    const objects: unknown[] = (await printed('--output', 'json'))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(objects).toMatchObject([
      { data: 'a', line: 1, lines: 3, sequenceNumber: '0', partitionKey: 'k' },
      { data: '/w==', encoding: 'base64', line: 2, lines: 3 },
      { data: 'c', line: 3, lines: 3 }
    ])
  })

  it.each(['raw', 'json', 'pretty'])('by --limit too, as %s: it counts lines', async (output) => {
    await pack('first', 'second', 'third')
    const lines = (await printed('--output', output, '--limit', '2')).trimEnd().split('\n')
    expect(lines).toHaveLength(2)
    expect(lines[1]).toContain('second')
  })

  it('by --grep too: only lines that match are printed, and counted', async () => {
    await pack('red 1', 'blue 2', 'Red 3', 'red 4')
    expect(await printed('--grep', '^red')).toBe('red 1\nred 4\n')
    expect(await printed('--grep', '^red', '--ignore-case', '--limit', '2')).toBe('red 1\nRed 3\n')
  })

  it('and raw is the data byte for byte all the same, with the empty lines that somebody put into it', async () => {
    await store([Buffer.from('a\n\nb\r\n')])
    expect(await printed()).toBe('a\n\nb\r\n\n')
    expect((await printed('--output', 'json')).trimEnd().split('\n')).toHaveLength(2)
  })
})

describe('tail prints only', () => {
  it('the keys that are asked for', async () => {
    await store(['{"k":"a","n":1}', '{"k":"b","n":2}', '{"k":"c","n":3}', 'none'], { partitionKey: 'k' })
    expect(await printed('--key', 'a', '--key', 'c')).toBe('{"k":"a","n":1}\n{"k":"c","n":3}\n')
  })

  it('what came within a time, and all that is kept where that is longer ago than anything', async () => {
    await store(['old', 'new'])
    expect(await printed('--since', '1d')).toBe('old\nnew\n')
    const records = await dis.records(STREAM)
    const after = new Date((records.at(-1)?.timestamp ?? 0) + 1).toISOString()
    expect(await printed('--since', after)).toBe('')
    expect(await printed('--from', '2001-01-01')).toBe('old\nnew\n')
  })
})

describe('pretty shows', () => {
  const pretty = (line: string) =>
    store([line], { partitionKey: () => 'web-1' }).then(async () => {
      const args = ['tail', '--from', 'beginning', '--idle-timeout', '0.6', '--output', 'pretty']
      const { stdout } = await dislogs(args, { ...environmentFor(dis), TZ: 'UTC' })
      return stdout.toString()
    })

  it.each([
    [
      'pino',
      '{"level":30,"time":1700000000123,"pid":7,"hostname":"web-1","msg":"done","ms":12,"url":"/a b"}',
      '2023-11-14 22:13:20.123 INFO  web-1 done ms=12 url="/a b"\n'
    ],
    [
      'winston',
      '{"level":"warn","message":"slow","timestamp":"2023-11-14T22:13:20.000Z","user":{"id":1}}',
      '2023-11-14 22:13:20.000 WARN  web-1 slow user={"id":1}\n'
    ],
    [
      'ECS',
      '{"log.level":"error","@timestamp":"2023-11-14T22:13:20.500Z","message":"x","ecs.version":"8"}',
      '2023-11-14 22:13:20.500 ERROR web-1 x\n'
    ],
    ['zap', '{"level":"info","ts":1700000000.5,"msg":"x"}', '2023-11-14 22:13:20.500 INFO  web-1 x\n'],
    [
      'a stack',
      '{"level":60,"time":1700000000000,"msg":"no","err":{"message":"no","stack":"Error: no\\n    at f"}}',
      '2023-11-14 22:13:20.000 FATAL web-1 no\n    │ Error: no\n    │     at f\n'
    ],
    [
      'a level of somebody',
      '{"level":35,"time":1700000000000,"msg":"x"}',
      '2023-11-14 22:13:20.000 35    web-1 x\n'
    ],
    ['an object of nobody', '{"time":1700000000000,"a":1}', '2023-11-14 22:13:20.000       web-1 a=1\n']
  ])('%s', async (_, line, shown) => {
    expect(await pretty(line)).toBe(shown)
  })

  it.each(['plain text', '{"broken":', '[1,2]', 'null', '{"time":1e300,"level":{},"msg":7}'])(
    'the time of the record where the line has none: %s',
    async (line) => {
      expect(await pretty(line)).toMatch(/^\d\d:\d\d:\d\d\.\d{3} .*\n$/)
    }
  )

  it('colours by level on a terminal, none with NO_COLOR', async () => {
    await store(['{"level":50,"msg":"bad"}'])
    const args = ['tail', '--from', 'beginning', '--limit', '1', '--quiet']
    const [coloured, plain] = await Promise.all([
      Program.onTerminal(args, environmentFor(dis)).end(),
      Program.onTerminal(args, { ...environmentFor(dis), NO_COLOR: '1' }).end()
    ])
    expect(coloured.stdout.toString()).toContain('\u001b[31mERROR\u001b[39m')
    expect(plain.stdout.includes(0x1b)).toBe(false)
  })
})

describe('how far behind tail is', () => {
  const COUNT = 3_000
  const lines = Array.from({ length: COUNT }, (_, n) => `${n} ${'x'.repeat(1_000)}`)

  it('is told on stderr where nobody takes the output, to the record', async () => {
    await store(lines)
    const program = new Program(['tail', '--from', 'beginning'], environmentFor(dis))
    program.child.stdout?.pause()
    // A page of 1,000 records is waiting for its reader.
    await program.says(`${COUNT.toLocaleString('en-US')} records behind`)
    program.child.stdout?.resume()
    await program.says('caught up')
    program.child.kill('SIGTERM')
    expect((await program.end()).stdout.toString().trimEnd().split('\n')).toHaveLength(COUNT)
  })

  it('is not told where there is nothing, nor with --quiet', async () => {
    await store(['a'])
    const { stderr } = await tail('--idle-timeout', '3')
    expect(stderr).toBe('dis-logs tail: reading 1 partition, from beginning\n')
  })
})
