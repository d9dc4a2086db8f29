import { describe, expect, it } from 'vitest'
import type { DisOptions } from '../../packages/core/src/index.ts'
import {
  assembleProducer,
  ManualClock,
  ScriptedTransport,
  type SentRecord
} from '../../packages/core/src/testing.ts'
import type { WireReply } from '../../packages/core/src/wire/message.ts'
import { seeded } from '../fixtures/random.mjs'

/**
 * Random options, a stream of several partitions whose answers change from request to request, and random writes, flushes and
 * closes. A line is identified by its number. `QUEUE_SEEDS` runs more of them, `QUEUE_SEED` a single one.
 */
const SEEDS = Number(process.env['QUEUE_SEEDS'] ?? 200)
const FIRST = Number(process.env['QUEUE_SEED'] ?? 1)
const COUNT = process.env['QUEUE_SEED'] === undefined ? SEEDS : 1
const PAUSE_MS = 20_000

type Mood =
  | 'good'
  | 'throttle'
  | 'fault'
  | 'one-bad'
  | 'dead-partition'
  | 'refuse'
  | 'busy'
  | 'down'
  | 'too-large'
  | 'poison'
  | 'unauthorized'
  | 'slow'
  | 'lost'
  | 'unreadable'
  | 'partial-unknown'
const MOODS: readonly Mood[] = [
  'good',
  'throttle',
  'fault',
  'one-bad',
  'dead-partition',
  'refuse',
  'busy',
  'down',
  'too-large',
  'poison',
  'unauthorized',
  'slow',
  'lost',
  'unreadable',
  'partial-unknown'
]

/** Counts timers, to find one that fires again and again without progress. */
class CountingClock extends ManualClock {
  made = 0
  override timer(delayMs: number, fire: () => void): () => void {
    this.made++
    if (!(delayMs >= 0 && delayMs < 2 ** 31)) throw new RangeError(`a timer of ${delayMs} ms`)
    return super.timer(delayMs, fire)
  }
}

class Dice {
  readonly #random: () => number
  constructor(seed: number) {
    this.#random = seeded(seed * 7_919)
  }
  next = (): number => this.#random()
  is(share: number): boolean {
    return this.next() < share
  }
  below(n: number): number {
    return Math.floor(this.next() * n)
  }
  of<T>(...list: readonly T[]): T {
    const index = this.below(list.length)
    for (const [at, item] of list.entries()) if (at === index) return item
    throw new RangeError('of nothing')
  }
}

function optionsOf(dice: Dice): DisOptions {
  return {
    endpoint: 'http://127.0.0.1:1',
    projectId: 'p',
    streamName: 's',
    credentials: { token: 'T' },
    partitionKey: dice.is(0.2) ? null : 'k',
    ordered: dice.is(0.5),
    aggregate: dice.of<boolean | { maxBytes: number }>(false, true, { maxBytes: 1_024 }),
    batch: {
      maxRecords: dice.of(1, 2, 7, 500),
      maxBytes: dice.of(1_024, 5_000, 1_000_000),
      lingerMs: dice.of(0, 5, 200, 5_000)
    },
    concurrency: { max: dice.of(1, 2, 8) },
    retry: {
      baseMs: dice.of(1, 100),
      maxMs: dice.of(100, 5_000),
      maxAttempts: dice.of(1, 3, 10),
      maxAgeMs: dice.is(0.2) ? 3_000 : null,
      probeIntervalMs: 10_000
    },
    buffer: { maxBytes: dice.of(65_536, 262_144), onFull: dice.of('block', 'dropOldest', 'dropNewest') }
  }
}

/** Answers by mood; a line with `bad` is refused with its whole request in the mood `poison`. */
class Stream {
  mood: Mood = 'good'
  isHealed = false
  stored: number[] = []
  storedRaw: { k: number; n: number }[] = []
  ambiguous = 0
  /** Another number: keys lead to other partitions. */
  salt = 0
  poisonLines = new Set<number>()
  readonly dice: Dice
  readonly clock: ManualClock
  readonly partitions: number
  constructor(dice: Dice, clock: ManualClock) {
    this.dice = dice
    this.clock = clock
    this.partitions = dice.of(1, 3, 20)
  }

  async answer(records: readonly SentRecord[]): Promise<WireReply> {
    const { dice } = this
    const hangs = !this.isHealed && (dice.is(0.3) || this.mood === 'slow')
    const reply = this.#reply(records)
    if (hangs)
      await new Promise<void>((resolve) => {
        this.clock.timer(dice.of(1, 50, 700, 5_000), resolve)
      })
    return reply
  }

  #partitionOf(record: SentRecord): number {
    if (record.partition_key === undefined) return this.dice.below(this.partitions)
    let hash = 7 + this.salt
    for (const c of record.partition_key) hash = (hash * 31 + c.charCodeAt(0)) % 1_000_003
    return hash % this.partitions
  }

  #reply(records: readonly SentRecord[]): WireReply {
    const { dice, mood } = this
    const error = (status: number, code: string): WireReply => ({
      kind: 'answer',
      status,
      headers: {},
      body: Buffer.from(JSON.stringify({ errorCode: code, message: 'm' }))
    })
    if (mood === 'down')
      return { kind: 'failure', code: 'ECONNREFUSED', message: 'refused', ambiguous: false }
    if (mood === 'busy') return dice.is(0.7) ? error(429, 'APIGW.0308') : error(503, '')
    if (mood === 'unauthorized') return error(401, 'APIGW.0301')
    if (
      mood === 'too-large' &&
      records.reduce((sum, { data }) => sum + data.split('\n').length, 0) > 1 &&
      dice.is(0.7)
    )
      return error(413, 'DIS.4200')
    if (mood === 'poison' && records.some(({ data }) => data.includes('"bad"'))) {
      for (const { data } of records)
        for (const line of data.split('\n'))
          if (line.includes('"bad"')) this.poisonLines.add(JSON.parse(line).n)
      return error(400, 'DIS.4200')
    }
    const failing = records.length === 0 ? -1 : dice.below(records.length)
    const dead = dice.below(this.partitions)
    const entries = records.map((record, index) => {
      const partition = this.#partitionOf(record)
      const no = (code: string) => ({ error_code: code, error_message: `scripted ${code}` })
      if (mood === 'throttle' && dice.is(0.5)) return no('DIS.4303')
      if (mood === 'fault' && dice.is(0.5)) return no('DIS.5000')
      if (mood === 'one-bad' && index === failing) return no(dice.of('DIS.5000', 'DIS.4303', 'DIS.9999'))
      if (mood === 'dead-partition' && partition === dead % this.partitions) return no('DIS.5250')
      if (mood === 'refuse' && dice.is(0.2)) return no('DIS.4302')
      for (const line of record.data.split('\n')) {
        const { n, k } = JSON.parse(line)
        if (n !== undefined) {
          this.stored.push(n)
          this.storedRaw.push({ k, n })
        }
      }
      return { partition_id: `shardId-${String(partition).padStart(10, '0')}`, sequence_number: '1' }
    })
    if (mood === 'lost') {
      this.ambiguous++
      return { kind: 'failure', code: 'ECONNRESET', message: 'reset', ambiguous: true }
    }
    if (mood === 'unreadable') {
      this.ambiguous++
      return { kind: 'answer', status: 200, headers: {}, body: Buffer.from('<html>') }
    }
    const list: unknown[] = entries
    if (mood === 'partial-unknown' && entries.length > 0) {
      list[failing] = null
      this.ambiguous++
    }
    const failedCount = entries.filter((entry) => entry === null || 'error_code' in entry).length
    return {
      kind: 'answer',
      status: 200,
      headers: {},
      body: Buffer.from(JSON.stringify({ failed_record_count: failedCount, records: list }))
    }
  }
}

async function play(seed: number): Promise<void> {
  const dice = new Dice(seed)
  const options = optionsOf(dice)
  const clock = new CountingClock(undefined, dice.next)
  const stream = new Stream(dice, clock)
  const transport = new ScriptedTransport((records) => stream.answer(records))
  const producer = assembleProducer(options, { clock, transport, env: {}, hostname: 'h', stderr: () => {} })
  const told = { rejected: 0, dropped: 0 }
  const codes = new Map<string, number>()
  let drains = 0
  producer.on('rejected', ({ lines, code }) => {
    told.rejected += lines
    codes.set(code, (codes.get(code) ?? 0) + lines)
  })
  producer.on('dropped', ({ lines }) => {
    told.dropped += lines
  })
  producer.on('drain', () => drains++)
  producer.on('warning', ({ code, message }) => {
    if (code === 'BUG') throw new Error(`BUG ${message}`)
  })
  const note = `seed ${seed} ${JSON.stringify(options)}`
  const bugs: string[] = []
  producer.on('warning', ({ code, message }) => {
    if (code === 'BUG') bugs.push(message)
  })
  let n = 0
  let waitsForDrain = false
  const flushes: {
    done: boolean
    readonly timeoutMs: number | undefined
    readonly promise: Promise<void>
  }[] = []
  const check = () => {
    const { written, delivered, rejected, dropped, spooled, buffered } = producer.stats()
    expect(bugs, note).toEqual([])
    expect(delivered + rejected + dropped + spooled + buffered, note).toBe(written)
    expect(buffered, note).toBeGreaterThanOrEqual(0)
  }
  const keys = dice.of(1, 3, 40, 1_000)
  const steps = 5 + dice.below(40)
  for (let step = 0; step < steps; step++) {
    const what = dice.below(10)
    if (what < 5) {
      const count = dice.of(1, 5, 50, 400)
      for (let i = 0; i < count; i++) {
        const bad = stream.mood === 'poison' && dice.is(0.01)
        const line = JSON.stringify({
          k: dice.below(keys),
          n: n++,
          ...(bad ? { bad: true } : {}),
          pad: 'x'.repeat(dice.below(dice.of(10, 300, 300, 4_000)))
        })
        const isTaken = producer.write(line)
        if (!isTaken) {
          waitsForDrain = true
          drains = 0
        }
      }
    } else if (what < 7) {
      const [made, requests] = [clock.made, transport.requests.length]
      await clock.advance(dice.of(0, 1, 10, 200, 1_000, 15_000))
      expect(clock.made - made, `busy: ${note}`).toBeLessThan(
        700 + 4 * (transport.requests.length - requests)
      )
    } else if (what < 9) stream.mood = dice.of(...MOODS)
    else if (dice.is(0.2)) stream.salt++
    else if (dice.is(0.3)) clock.jump(dice.of(-3_600_000, 3_600_000))
    else {
      const timeoutMs = dice.of(undefined, 0, 100, 5_000)
      const written = producer.stats().written
      const flush = { done: false, timeoutMs, promise: Promise.resolve() }
      flush.promise = producer.flush(timeoutMs === undefined ? {} : { timeoutMs }).then((report) => {
        flush.done = true
        expect(
          report.delivered + report.rejected + report.dropped + report.spooled + report.pending,
          note
        ).toBe(written)
      })
      flushes.push(flush)
    }
    check()
  }
  const timersBefore = transport.requests.length
  const early = dice.is(0.2)
  if (!early) {
    stream.mood = 'good'
    stream.isHealed = true
    await clock.advance(PAUSE_MS)
    for (let i = 0; i < 40 && producer.stats().buffered > 0; i++) await clock.advance(PAUSE_MS)
    check()
    expect(producer.stats().buffered, `not drained: ${note} ${timersBefore}`).toBe(0)
    expect(producer.stats().bufferedBytes, `held: ${note}`).toBe(0)
    if (waitsForDrain) expect(drains, `no drain: ${note}`).toBeGreaterThan(0)
    for (const flush of flushes) expect(flush.done, `flush ${flush.timeoutMs}: ${note}`).toBe(true)
  }
  let closed = false
  const closing = producer.close({ timeoutMs: 3_000 }).then(() => {
    closed = true
  })
  for (let i = 0; i < 20 && !closed; i++) await clock.advance(1_000)
  expect(closed, `close: ${note}`).toBe(true)
  await closing
  await clock.advance(10_000)
  await Promise.all(flushes.map(({ promise }) => promise))
  check()
  const { written, delivered, rejected, dropped, buffered } = producer.stats()
  expect(buffered, note).toBe(0)
  expect(written, note).toBe(n)
  const unique = new Set(stream.stored)
  expect(unique.size, note).toBeGreaterThanOrEqual(delivered)
  if (stream.ambiguous === 0 && !early) {
    expect(stream.stored.length, `twice: ${note}`).toBe(unique.size)
    expect(unique.size, note).toBe(delivered)
    if (options.ordered && options.partitionKey !== null) {
      const last = new Map<number, number>()
      for (const { k, n: number } of stream.storedRaw) {
        expect(number, `order of ${k}: ${note}`).toBeGreaterThan(last.get(k) ?? -1)
        last.set(k, number)
      }
    }
  }
  if (process.env['STRICT'] !== undefined) {
    expect(told.rejected, `told rejected: ${note}`).toBe(rejected)
    expect(told.dropped, `told dropped: ${note}`).toBe(dropped)
  }
  expect(codes.get('DIS.4200') ?? 0, `innocent: ${note}`).toBeLessThanOrEqual(stream.poisonLines.size)
  expect(clock.timers, `timers left: ${note}`).toBe(0)
}

describe('the queue under any answers', () => {
  it('settles each line once, keeps the order, and drains', async () => {
    const failures: string[] = []
    for (let seed = FIRST; seed < FIRST + COUNT; seed++) {
      try {
        await play(seed)
      } catch (error) {
        failures.push(
          `${seed}: ${String(error instanceof Error ? error.message : error)
            .replace(/{"endpoint.*?token":"T"},/, '')
            .slice(0, 600)}`
        )
      }
    }
    expect(
      failures.length,
      `${failures.length} of ${COUNT} failed:\n${failures.slice(0, 12).join('\n')}`
    ).toBe(0)
  }, 600_000)
})
