import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createProducer, type DisOptions } from '../../../packages/core/src/index.ts'
import { stored } from '../../../packages/core/src/testing.ts'
import { expectBalanced, lines, type World, world } from './world.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'dis-logs-producer-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

const never = () => new Promise<never>(() => {})

function spooling(mode: 'overflow' | 'always', options: DisOptions = {}): World {
  return world({ spool: { dir: join(dir, 'spool'), mode, fsync: 'never' }, ...options })
}

async function close({ producer, clock }: World, timeoutMs = 1_000) {
  const closed = producer.close({ timeoutMs })
  await clock.advance(timeoutMs)
  return closed
}

describe("with spool.mode 'always'", () => {
  it('a line is settled as soon as it is on disk, and delivered later', async () => {
    const life = spooling('always')
    const { producer, clock, transport } = life
    let answer = () => {}
    transport.answer((records) => new Promise((resolve) => (answer = () => resolve(stored(records)))))
    for (const line of lines(10)) producer.write(line)
    const flushed = producer.flush()
    await clock.advance(0)
    await expect(flushed).resolves.toEqual({ delivered: 0, rejected: 0, dropped: 0, spooled: 10, pending: 0 })
    await clock.advance(300)
    expect(producer.stats()).toMatchObject({ spooled: 10, delivered: 0, buffered: 0, attempts: 1 })
    expect(producer.stats().spoolBytes).toBeGreaterThan(400)
    answer()
    await clock.advance(0)
    expect(producer.stats()).toMatchObject({ spooled: 0, delivered: 10, buffered: 0 })
    await close(life)
    expect(readdirSync(join(dir, 'spool'))).toEqual([])
  })

  it('close waits for delivery, not for the disk alone', async () => {
    const life = spooling('always', { batch: { lingerMs: 60_000 } })
    for (const line of lines(10)) life.producer.write(line)
    await expect(close(life)).resolves.toMatchObject({ delivered: 10, spooled: 0 })
  })

  it('what could not be sent is sent by the next producer, and counted as recovered', async () => {
    const first = spooling('always')
    first.transport.answer(never)
    for (const line of lines(10)) first.producer.write(line)
    await expect(close(first)).resolves.toMatchObject({ delivered: 0, spooled: 10, dropped: 0 })
    const second = spooling('always')
    second.producer.write('{"hostname":"web-01","msg":"new"}')
    await second.clock.advance(300)
    expect(second.transport.data.map((data) => JSON.parse(data).msg)).toEqual([
      ...lines(10).map((_, n) => `line-${n}`),
      'new'
    ])
    expect(second.producer.stats()).toMatchObject({ written: 11, recovered: 10, delivered: 11, spooled: 0 })
    expectBalanced(second)
    await close(second)
  })

  it('never refuses a line for a full memory: the disk is larger', async () => {
    const life = spooling('always', { buffer: { maxBytes: 65_536 } })
    const { producer, clock, transport } = life
    transport.answer(never)
    for (let n = 0; n < 1_000; n++) expect(producer.write(`${n} ${'x'.repeat(1_000)}`)).toBe(true)
    await clock.advance(300)
    expect(producer.stats()).toMatchObject({ spooled: 1_000, buffered: 0, dropped: 0 })
    expect(producer.stats().bufferedBytes).toBeLessThanOrEqual(65_536)
    await close(life)
  })
})

describe("with spool.mode 'overflow'", () => {
  it('writes nothing to disk while memory suffices', async () => {
    const life = spooling('overflow')
    for (const line of lines(100)) life.producer.write(line)
    await life.clock.advance(300)
    expect(life.producer.stats()).toMatchObject({ delivered: 100, spoolBytes: 0 })
    await close(life)
  })

  it('keeps on disk what does not fit, and sends all in the order written', async () => {
    const life = spooling('overflow', { buffer: { maxBytes: 65_536 } })
    const { producer, clock, transport } = life
    let isDown = true
    transport.answer((records) =>
      isDown ? { kind: 'failure', code: 'ECONNREFUSED', message: 'down', ambiguous: false } : stored(records)
    )
    for (let n = 0; n < 500; n++) producer.write(`${n} ${'x'.repeat(1_000)}`)
    await clock.advance(1_000)
    const { spooled, buffered, dropped } = producer.stats()
    expect(spooled + buffered).toBe(500)
    expect([spooled > 400, buffered > 30, dropped]).toEqual([true, true, 0])
    isDown = false
    transport.batches.length = 0
    await clock.advance(120_000)
    expect(transport.data.map((data) => Number.parseInt(data, 10))).toEqual(
      Array.from({ length: 500 }, (_, n) => n)
    )
    expect(producer.stats()).toMatchObject({ delivered: 500, spooled: 0, buffered: 0 })
    expectBalanced(life)
    await close(life)
  })

  it('puts on disk what is left at close', async () => {
    const life = spooling('overflow')
    life.transport.answer(never)
    for (const line of lines(10)) life.producer.write(line)
    await life.clock.advance(300)
    await expect(close(life)).resolves.toEqual({
      delivered: 0,
      rejected: 0,
      dropped: 0,
      spooled: 10,
      pending: 0
    })
    expect(life.events).toEqual([])
  })

  it("with buffer.onFull: 'block' blocks, and uses the disk at the end only", async () => {
    const life = spooling('overflow', { buffer: { maxBytes: 65_536, onFull: 'block' } })
    life.transport.answer(never)
    let taken = 0
    while (life.producer.write('x'.repeat(1_000))) taken++
    expect(taken).toBeLessThan(65)
    expect(life.producer.stats().spoolBytes).toBe(0)
    await expect(close(life)).resolves.toMatchObject({ spooled: taken + 1, dropped: 0 })
  })
})

describe('when the disk fails', () => {
  it('a folder that cannot be made is an error at construction that names the option', () => {
    writeFileSync(join(dir, 'file'), '')
    const options = { region: 'r-1', projectId: 'p', streamName: 's', credentials: { token: 'T' } }
    expect(() => createProducer({ ...options, spool: { dir: join(dir, 'file', 'spool') } })).toThrow(
      /spool\.dir: got '.*file\/spool' \(ENOTDIR.*\); allowed: a folder that can be made and written/
    )
    expect(() => createProducer({ ...options, deadLetter: dir })).toThrow(/deadLetter: got .*(EISDIR|folder)/)
    expect(() => createProducer({ ...options, buffer: { onFull: 'spool' } })).toThrow(
      /buffer\.onFull: got 'spool'; set spool\.dir too/
    )
  })

  it('lines stay in memory, a warning tells, and nothing is lost', async () => {
    const life = spooling('always')
    const { producer, clock } = life
    rmSync(dir, { recursive: true, force: true })
    for (const line of lines(10)) producer.write(line)
    await clock.advance(300)
    expect(producer.stats()).toMatchObject({ delivered: 10, spooled: 0, buffered: 0 })
    expect(life.events).toMatchObject([
      { name: 'warning', payload: { code: 'SPOOL', cure: expect.any(String) } }
    ])
    expectBalanced(life)
    await close(life)
  })

  it('damage in the spool is skipped, counted and told', async () => {
    const first = spooling('always')
    first.transport.answer(never)
    for (const line of lines(3)) first.producer.write(line)
    await close(first)
    const [name = ''] = readdirSync(join(dir, 'spool'), { recursive: true, encoding: 'utf8' }).filter(
      (entry) => entry.endsWith('.log')
    )
    const path = join(dir, 'spool', name)
    const bytes = readFileSync(path)
    const place = bytes.indexOf('line-0')
    bytes.writeUInt8(bytes.readUInt8(place) ^ 1, place)
    writeFileSync(path, bytes)
    const second = spooling('always')
    await second.clock.advance(300)
    expect(second.transport.data.map((data) => JSON.parse(data).msg)).toEqual(['line-1', 'line-2'])
    expect(second.producer.stats()).toMatchObject({ recovered: 2, delivered: 2, spoolDamaged: 1 })
    expect(second.events).toMatchObject([{ name: 'warning', payload: { code: 'SPOOL_DAMAGED' } }])
    await close(second)
  })
})

describe('the dead-letter file', () => {
  const letters = () =>
    readFileSync(join(dir, 'dead.ndjson'), 'utf8')
      .trim()
      .split('\n')
      .map((text) => JSON.parse(text))

  it('gets what was refused for good, with reason and route, and nothing else', async () => {
    const life = world({ deadLetter: join(dir, 'dead.ndjson') })
    const { producer, clock, transport } = life
    transport.answer((records) => stored(records, { 1: 'DIS.4302' }))
    for (const line of ['one', 'two\u0000', 'three']) producer.write(line)
    producer.write(Buffer.from([0xff, 0xfe]))
    await clock.advance(300)
    expect(letters()).toEqual([
      {
        time: expect.stringMatching(/^\d{4}-.*Z$/),
        code: 'DIS.4302',
        message: 'scripted DIS.4302',
        attempts: 1,
        partitionKey: 'this-host',
        line: 'two\u0000'
      }
    ])
    transport.answer((records) => stored(records, { 0: 'DIS.4302' }))
    producer.write(Buffer.from([0xff, 0xfe]))
    await clock.advance(300)
    expect(letters()[1]).toMatchObject({ lineBase64: Buffer.from([0xff, 0xfe]).toString('base64') })
    expect(producer.stats()).toMatchObject({ rejected: 2, deadLetters: 2, delivered: 3 })
    expect(statSync(join(dir, 'dead.ndjson')).mode & 0o777).toBe(0o600)
    await close(life)
  })

  it("gets a line above the record limit, whole, with oversize: 'reject'", async () => {
    const life = world({ deadLetter: join(dir, 'dead.ndjson'), oversize: 'reject' })
    life.producer.write('x'.repeat(1_100_000))
    await life.clock.advance(300)
    expect(letters()).toMatchObject([{ code: 'OVERSIZE', attempts: 0, line: 'x'.repeat(1_100_000) }])
    await close(life)
  })

  it('gets what is left at the end where there is no spool', async () => {
    const life = world({ deadLetter: join(dir, 'dead.ndjson') })
    life.transport.answer(never)
    for (const line of lines(3)) life.producer.write(line)
    await expect(close(life)).resolves.toMatchObject({ rejected: 3, dropped: 0 })
    expect(letters().map(({ code, line }) => [code, line])).toEqual(
      lines(3).map((line) => ['NOT_SENT', line])
    )
    expect(life.events).toMatchObject([{ name: 'rejected', payload: { code: 'NOT_SENT', lines: 3 } }])
  })

  it('stops growing at its bound, and says so', async () => {
    const life = world({ deadLetter: { path: join(dir, 'dead.ndjson'), maxBytes: 1_024 } })
    life.transport.answer((records) =>
      stored(records, Object.fromEntries(records.map((_, n) => [n, 'DIS.4302'])))
    )
    for (const line of lines(100)) life.producer.write(line)
    await life.clock.advance(300)
    expect(statSync(join(dir, 'dead.ndjson')).size).toBeLessThanOrEqual(1_024)
    expect(life.producer.stats()).toMatchObject({ rejected: 100, deadLetters: letters().length })
    expect(life.events.filter(({ name }) => name === 'warning')).toMatchObject([
      { payload: { code: 'DEAD_LETTER', message: expect.stringContaining('1024') } }
    ])
    await close(life)
  })
})
