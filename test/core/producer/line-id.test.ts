import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { lineIdOf } from '../../../packages/core/src/record/line-id.ts'
import { stored } from '../../../packages/core/src/testing.ts'
import { checkedWorlds, errorReply, lines, type World, world } from './world.ts'

const open = checkedWorlds()

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'dis-logs-line-id-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

async function close({ producer, clock }: World, timeoutMs = 1_000) {
  const closed = producer.close({ timeoutMs })
  await clock.advance(timeoutMs)
  return closed
}

function sequences(data: readonly string[]): (number | undefined)[] {
  return data.map((line) => lineIdOf(line)?.sequence)
}

describe('lineId', () => {
  it('is off: lines stay as they are', async () => {
    const { producer, clock, transport } = open()
    for (const line of lines(2)) producer.write(line)
    await clock.advance(1_000)
    expect(transport.data).toEqual(lines(2))
  })

  it('numbers the JSON lines of a producer, text and bytes, and leaves others alone', async () => {
    const { producer, clock, transport } = open({ lineId: true })
    producer.write('{"hostname":"h","n":0}')
    producer.write(Buffer.from('{"hostname":"h","n":1}'))
    producer.write('plain')
    producer.write('{"hostname":"h","n":2}')
    await clock.advance(1_000)
    expect(sequences(transport.data).sort()).toEqual([0, 1, 2, undefined])
    expect(transport.data).toContain('plain')
    expect(new Set(transport.data.map((line) => lineIdOf(line)?.producer)).size).toBe(2)
  })

  it('leaves the key of a line as it is', async () => {
    const { producer, clock, transport } = open({ lineId: true })
    producer.write('{"hostname":"web-7"}')
    await clock.advance(1_000)
    expect(transport.batches.flat().map((record) => record.partition_key)).toEqual(['web-7'])
  })

  it('differs between producers', async () => {
    const both = [open({ lineId: true }), open({ lineId: true })]
    for (const { producer, clock } of both) {
      producer.write('{}')
      await clock.advance(1_000)
    }
    const names = both.map(({ transport }) => lineIdOf(transport.data[0] ?? '')?.producer)
    expect(names).not.toContain(undefined)
    expect(new Set(names).size).toBe(2)
  })

  it('is the same in every attempt', async () => {
    const { producer, clock, transport } = open({ lineId: true })
    let attempts = 0
    transport.answer((records) => (++attempts < 3 ? errorReply(500) : stored(records)))
    for (const line of lines(3)) producer.write(line)
    await clock.advance(60_000)
    const all = transport.data
    expect(all.length).toBeGreaterThan(3)
    expect(sequences(all.slice(0, 3))).toEqual([0, 1, 2])
    expect(new Set(all)).toEqual(new Set(all.slice(0, 3)))
    expect(producer.stats().delivered).toBe(3)
  })

  it('is the same in the spool and after a restart, and the new producer has ids of its own', async () => {
    const options = {
      lineId: true,
      spool: { dir: join(dir, 'spool'), mode: 'always', fsync: 'never' }
    } as const
    const first = world(options)
    first.transport.answer(() => new Promise<never>(() => {}))
    for (const line of lines(3)) first.producer.write(line)
    await expect(close(first)).resolves.toMatchObject({ spooled: 3 })
    const sent = first.transport.data.slice(0, 3)
    expect(sequences(sent)).toEqual([0, 1, 2])
    const second = world(options)
    second.producer.write('{"new":1}')
    await second.clock.advance(300)
    expect(second.transport.data.slice(0, 3)).toEqual(sent)
    expect(sequences(second.transport.data)).toEqual([0, 1, 2, 0])
    expect(new Set(second.transport.data.map((line) => lineIdOf(line)?.producer)).size).toBe(2)
    await close(second)
  })

  it('is in a dead letter, so that its replay is no other line', async () => {
    const path = join(dir, 'dead.ndjson')
    const life = open({ lineId: true, deadLetter: path })
    life.transport.answer((records) =>
      stored(records, Object.fromEntries(records.map((_, index) => [index, 'DIS.4302'])))
    )
    life.producer.write('{"a":1}')
    await life.clock.advance(1_000)
    await close(life)
    const { line } = JSON.parse(readFileSync(path, 'utf8'))
    expect(lineIdOf(line)).toEqual({ producer: expect.any(String), sequence: 0 })
  })

  it('is in a line that was cut', async () => {
    const { producer, clock, transport } = open({ lineId: true })
    producer.write(JSON.stringify({ msg: 'x'.repeat(1_048_570) }))
    await clock.advance(1_000)
    const [line = ''] = transport.data
    expect(line.length).toBeLessThanOrEqual(1_048_576)
    expect(lineIdOf(line)?.sequence).toBe(0)
    expect(JSON.parse(line)).toMatchObject({ dis_truncated: {} })
  })

  it('is in the notice that lines were dropped', async () => {
    const { producer, clock, transport } = open({
      lineId: true,
      buffer: { maxBytes: 65_536, onFull: 'dropNewest' }
    })
    for (let n = 0; n < 100; n++) producer.write(JSON.stringify({ n, msg: 'x'.repeat(5_000) }))
    await clock.advance(60_000)
    const notice = transport.data.find((line) => line.includes('dis_dropped')) ?? ''
    expect(lineIdOf(notice)).toBeDefined()
    expect(new Set(sequences(transport.data)).size).toBe(transport.data.length)
  })
})

describe("newlines: 'escape'", () => {
  it('keeps a line in one line, also where records are packed', async () => {
    const { producer, clock, transport } = open({ newlines: 'escape', aggregate: true })
    producer.write('Error\n  at f')
    producer.write(Buffer.from('two\nlines'))
    producer.write('one')
    await clock.advance(1_000)
    expect(transport.data).toEqual(['\x1e\x1fError\\n  at f\n\x1e\x1ftwo\\nlines\none'])
  })

  it('goes with lineId: a JSON object over several lines gets an id', async () => {
    const { producer, clock, transport } = open({ newlines: 'escape', lineId: true })
    producer.write('{\n  "a": 1\n}')
    await clock.advance(1_000)
    const [data = ''] = transport.data
    expect(data.replace(/[\w-]{12}\.0/, 'ID')).toBe('\x1e\x1f{"dis_id":"ID",\\n  "a": 1\\n}')
  })

  it('leaves the key of a line as it is, also of an object over several lines', async () => {
    const lines: string[] = []
    const { producer, clock, transport } = open({
      newlines: 'escape',
      lineId: true,
      partitionKey: ['tenant.id', 'hostname']
    })
    producer.write('{\n  "tenant": { "id": "t-1" }\n}')
    await clock.advance(1_000)
    expect(transport.batches.flat().map((record) => record.partition_key)).toEqual(['t-1'])
    const other = open({ newlines: 'escape', lineId: true, partitionKey: (line) => `${lines.push(line)}` })
    other.producer.write('{\n}')
    await other.clock.advance(1_000)
    expect(lines).toEqual(['{\n}'])
  })
})
