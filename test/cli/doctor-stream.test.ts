import { createProducer } from '@dis-logs/core'
import { createLocalDis, type LocalDis } from '@dis-logs/local'
import { afterEach, describe, expect, it } from 'vitest'
import { call, dump } from './operators.ts'
import { dislogs, environmentFor, STREAM } from './program.ts'

type StreamOptions = NonNullable<NonNullable<Parameters<typeof createLocalDis>[0]>['streams']>[number]

let dis: LocalDis
afterEach(() => dis.close())

async function serve(stream: Partial<StreamOptions> = {}): Promise<void> {
  dis = await createLocalDis({ port: 0, streams: [{ name: STREAM, partitions: 2, ...stream }] })
}

interface Check {
  readonly name: string
  readonly ok: boolean | null
  readonly detail: string
  readonly cure: string | null
}

async function examine(...args: string[]) {
  const { status, stderr, stdout } = await dislogs(['doctor', '--json', ...args], environmentFor(dis))
  expect(stderr).toBe('')
  const report: { checks: Check[] } = JSON.parse(stdout.toString())
  return { status, of: (name: string) => report.checks.find((check) => check.name === name) }
}

const QUIET = ['--measure', '0']

describe('where aggregate would break what is made of the stream, doctor fails:', () => {
  it.each(['JSON', 'CSV'] as const)('records of type %s are one value each', async (dataType) => {
    await serve({ dataType })
    const { of, status } = await examine(...QUIET)
    expect(status).toBe(1)
    expect(of('data type')).toMatchObject({
      ok: false,
      detail: `${dataType}: a record is one value, and aggregate packs many lines into it`,
      cure: expect.stringContaining('--no-aggregate')
    })
  })

  it.each([
    ['a comma', { destination_file_type: 'text', record_delimiter: ',' }, '(OBS, text, "," between records)'],
    ['nothing', { record_delimiter: '' }, '(OBS)'],
    ['a schema', { destination_file_type: 'parquet' }, '(OBS, parquet)']
  ])('a dump task with %s between records', async (_, descriptor, words) => {
    await serve()
    await dump(dis, 'nightly', descriptor)
    await dump(dis, 'plain', { destination_file_type: 'text', record_delimiter: '\n' })
    const { of, status } = await examine(...QUIET)
    expect(status).toBe(1)
    expect(of('dump tasks')).toMatchObject({
      ok: false,
      detail: `aggregate would break nightly ${words}`,
      cure: expect.stringContaining('a newline between records')
    })
  })

  it('and does not recommend it', async () => {
    await serve()
    await dump(dis, 'nightly', { record_delimiter: '|' })
    const { of } = await examine('--rate', '5000')
    expect(of('options')).toMatchObject({
      ok: false,
      detail: expect.not.stringContaining('aggregate'),
      cure: expect.stringMatching(/^add partitions: 7 /)
    })
  })
})

describe('doctor is content', () => {
  it('with dumps of text with newlines between records, which are the same files, packed or not', async () => {
    await serve()
    await dump(dis, 'one', { destination_file_type: 'text', record_delimiter: '\n' })
    // As some clients write it.
    await dump(dis, 'two', { record_delimiter: '\\n' })
    const { of, status } = await examine(...QUIET)
    expect(status).toBe(0)
    expect(of('dump tasks')).toMatchObject({
      ok: true,
      detail: 'one (OBS, text, a newline between records), two (OBS, a newline between records)'
    })
  })

  it('with --no-aggregate, which says that lines are not packed', async () => {
    await serve({ dataType: 'JSON' })
    await dump(dis, 'nightly', { destination_file_type: 'parquet' })
    const { of, status } = await examine('--no-aggregate', ...QUIET)
    expect(status).toBe(0)
    expect(of('data type')?.detail).toBe('JSON: a record is one value')
    expect(of('dump tasks')?.detail).toBe('nightly (OBS, parquet)')
  })

  it('where it may not list dump tasks: it says so, and whoever only writes has no need to', async () => {
    await serve()
    await dis.faults.add({ kind: 'error', action: 'ListTransferTasks', status: 403, code: 'DIS.4116' })
    const { of, status } = await examine('--rate', '4000')
    expect(status).toBe(0)
    expect(of('dump tasks')).toMatchObject({
      ok: null,
      detail: expect.stringContaining('they cannot be listed: ')
    })
    expect(of('options')?.detail).toContain('{ aggregate: true } if no dump task is broken by it')
  })
})

describe('doctor says which options are right', () => {
  it('for the rate that it is given', async () => {
    await serve()
    const { of, status } = await examine('--rate', '5000', '--bytes', '250')
    expect(status).toBe(0)
    expect(of('options')).toMatchObject({
      ok: true,
      detail: expect.stringMatching(
        /^5,000 lines\/s of 250 bytes \(--rate\) take 250% .*, packed 60%; recommended: \{ aggregate: true \};/
      )
    })
  })

  it('for what comes now, packed records line by line', async () => {
    await serve()
    const producer = createProducer({
      endpoint: dis.url,
      projectId: 'p',
      streamName: STREAM,
      credentials: { token: 'T' },
      partitionKey: 'k',
      aggregate: true,
      batch: { lingerMs: 50 }
    })
    const line = `{"k":"a","text":"${'x'.repeat(81)}"}`
    const timer = setInterval(() => {
      for (let lines = 0; lines < 10; lines++) producer.write(line)
    }, 10)
    try {
      const { of, status } = await examine('--measure', '2')
      const detail = of('options')?.detail ?? ''
      const [, lines = '', bytes = ''] =
        /^([\d,]+) lines\/s of (\d+) bytes \(measured for [23]\.\d s\) take/.exec(detail) ?? []
      expect(status).toBe(0)
      // Each line with its newline, but the last of a record.
      expect(Math.abs(Number(bytes) - line.length)).toBeLessThanOrEqual(1)
      // 100 times a second at the most, and each time ten: packed records would be 20 a second.
      expect(Number(lines.replaceAll(',', ''))).toBeGreaterThan(30)
    } finally {
      clearInterval(timer)
      await producer.close()
    }
  })

  it('not where what comes cannot be read', async () => {
    await serve()
    await dis.faults.add({ kind: 'error', action: 'GetCursor', status: 403, code: 'DIS.4116' })
    const timer = setInterval(() => {
      const records = [{ data: 'YQ==', partition_id: '0' }]
      call(dis, 'POST', 'records', { stream_name: STREAM, records }).catch(() => {})
    }, 20)
    try {
      const { of } = await examine('--measure', '2')
      expect(of('options')).toMatchObject({
        ok: null,
        detail: expect.stringContaining('what comes cannot be read; say what will come: --rate')
      })
    } finally {
      clearInterval(timer)
    }
  })

  it.each([
    [['--bytes', '250'], '--bytes is for --rate'],
    [['--rate', '0'], "--rate: got '0'; allowed: a whole number from 1"],
    [['--measure', '61'], "--measure: got '61'; allowed: a whole number from 0 to 60"],
    [['--interval', '5'], '--interval is for --watch']
  ])('%j is wrong usage', async (args, words) => {
    await serve()
    const { status, stderr } = await dislogs(['doctor', ...args], environmentFor(dis))
    expect(status).toBe(2)
    expect(stderr).toContain(words)
  })
})
