import { createProducer } from '@dis-logs/core'
import { createLocalDis, type LocalDis } from '@dis-logs/local'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { HOSTILE, hostileIn, onTerminal, VISIBLE } from './hostile.ts'
import { dislogs, environmentFor, STREAM } from './program.ts'

let dis: LocalDis

beforeEach(async () => {
  dis = await createLocalDis({ port: 0, streams: [{ name: STREAM, partitions: 1 }], limits: false })
})
afterEach(() => dis.close())

/** Puts records into the stream, in this order. */
async function store(...lines: (string | Buffer)[]): Promise<void> {
  const producer = createProducer({
    endpoint: dis.url,
    projectId: 'p',
    streamName: STREAM,
    credentials: { token: 'T' },
    partitionKey: () => HOSTILE,
    ordered: true,
    aggregate: true
  })
  for (const line of lines) producer.write(line)
  await producer.close()
}

const args = ['tail', '--from', 'beginning', '--limit', '2', '--quiet', '--idle-timeout', '0.6']
/** Not UTF-8: a lone continuation, half a letter, a surrogate, an overlong slash, and a letter between them. */
const BYTES = Buffer.from([0x80, 0xc3, 0x41, 0xed, 0xa0, 0x80, 0xc0, 0xaf, 0xc3, 0xa9, 0x1b, 0xff])
const SHOWN = String.raw`\x80\xc3A\xed\xa0\x80\xc0\xafé\u001b\xff`

/** What stands before each line: the time, and the beginning of the key. */
const BEFORE = `00:00:00.000 ${VISIBLE.slice(0, 23)}… `
const untimed = (screen: Buffer) => screen.toString().replaceAll(/^\d\d:\d\d:\d\d\.\d{3}/gm, '00:00:00.000')

describe('on a terminal tail shows', () => {
  it('what acts or hides, as JSON writes it; tabs and lines as they are', async () => {
    await store(`${HOSTILE} \u001b[31mred\u001b[0m`, 'a\tb')
    const { status, screen } = await onTerminal(args, environmentFor(dis))
    expect(status).toBe(0)
    expect(untimed(screen)).toBe(`${BEFORE}${VISIBLE} ${String.raw`\u001b[31mred\u001b[0m`}\n${BEFORE}a\tb\n`)
  })

  it('bytes that are no text, one by one', async () => {
    await store(BYTES)
    const { screen } = await onTerminal(args, environmentFor(dis))
    expect(untimed(screen)).toBe(`${BEFORE}${SHOWN}\n`)
  })

  it('the data byte for byte with --raw', async () => {
    await store(HOSTILE, BYTES)
    const { screen } = await onTerminal([...args, '--raw'], environmentFor(dis))
    expect(screen).toEqual(Buffer.concat([Buffer.from(`${HOSTILE}\n`), BYTES, Buffer.from('\n')]))
  })

  it('the same objects with --output json as a pipe gets, also with --raw', async () => {
    await store(HOSTILE)
    const { screen } = await onTerminal([...args, '--raw', '--output', 'json'], environmentFor(dis))
    expect(hostileIn(screen.toString())).toEqual([])
    expect(JSON.parse(screen.toString())).toMatchObject({ data: HOSTILE, partitionKey: HOSTILE })
  })

  it('the data as people read it with --output raw, because only --raw says that the stream is trusted', async () => {
    await store(HOSTILE)
    const { screen } = await onTerminal([...args, '--output', 'raw'], environmentFor(dis))
    expect(untimed(screen)).toBe(`${BEFORE}${VISIBLE}\n`)
  })

  it('fields of JSON that act or forge lines in one line, and a stack behind bars', async () => {
    const line = {
      level: 50,
      time: 0,
      msg: `a\n${HOSTILE}`,
      [HOSTILE]: HOSTILE,
      stack: `E\n${HOSTILE}\nat x`
    }
    await store(JSON.stringify(line))
    const { screen } = await onTerminal(args, { ...environmentFor(dis), TZ: 'UTC' })
    expect(hostileIn(screen.toString())).toEqual([])
    const [first, ...stack] = screen.toString().trimEnd().split('\n')
    expect(first).toContain(
      `1970-01-01 00:00:00.000 ERROR ${VISIBLE.slice(0, 23)}… a\\n${VISIBLE} ${VISIBLE}=`
    )
    expect(stack).toEqual(['    │ E', `    │ ${VISIBLE}`, '    │ at x'])
  })

  it('a megabyte of anything, soon', async () => {
    await store(Buffer.alloc(1_000_000, '\u001b\u009b漢字\u202e'), Buffer.alloc(1_000_000, 0xff))
    const { status, screen } = await onTerminal(
      ['tail', '--from', 'beginning', '--limit', '2', '--quiet'],
      environmentFor(dis)
    )
    expect(status).toBe(0)
    expect(hostileIn(screen.toString())).toEqual([])
    expect(screen.toString()).toMatch(/(\\xff){1000000}\n$/)
  })
})

describe('through a pipe tail gives', () => {
  it('the data byte for byte', async () => {
    await store(HOSTILE, BYTES)
    const { stdout } = await dislogs(args, environmentFor(dis))
    expect(stdout).toEqual(Buffer.concat([Buffer.from(`${HOSTILE}\n`), BYTES, Buffer.from('\n')]))
  })

  it('JSON without any such character in any field, and with the same values', async () => {
    await store(HOSTILE)
    const { stdout } = await dislogs([...args, '--output', 'json'], environmentFor(dis))
    expect(hostileIn(stdout.toString())).toEqual([])
    expect(JSON.parse(stdout.toString())).toMatchObject({ data: HOSTILE, partitionKey: HOSTILE })
  })
})
