/** Durations are monotonic: whatever the wall clock does, the same requests leave at the same moments. */
import { describe, expect, it } from 'vitest'
import type { DisOptions } from '../../packages/core/src/index.ts'
import { type ManualClock, type SentRecord, stored, throttled } from '../../packages/core/src/testing.ts'
import type { WireReply } from '../../packages/core/src/wire/message.ts'
import { expectBalanced, lines, world } from '../core/producer/world.ts'
import { keyedLine } from './load.ts'
import { refusal } from './service.ts'

const HOUR_MS = 3_600_000
const LINES = 40
const TROUBLE_MS = 20_000

type Trouble = (records: readonly SentRecord[]) => WireReply

interface Departure {
  readonly atMs: number
  readonly records: number
}

/** Some lines, then trouble in which the wall clock jumps, then none. */
async function run(trouble: Trouble, options: DisOptions, jumpMs: number): Promise<Departure[]> {
  const current = world({ partitionKey: 'k', ...options })
  const { producer, clock, transport } = current
  const startedAt = clock.monotonic()
  const departures: Departure[] = []
  const isOver = () => clock.monotonic() - startedAt >= TROUBLE_MS
  transport.answer((records) => {
    departures.push({ atMs: clock.monotonic() - startedAt, records: records.length })
    return isOver() ? stored(records) : trouble(records)
  })
  for (let index = 0; index < LINES; index++) producer.write(keyedLine(`key ${index % 7}`, index))
  await clock.advance(100)
  clock.jump(jumpMs)
  // Twice more: in the middle of whatever is waited for then, and back.
  await clock.advance(7_003)
  clock.jump(-2 * jumpMs)
  await clock.advance(5_001)
  clock.jump(jumpMs)
  await clock.advance(120_000)
  expect(producer.stats()).toMatchObject({ written: LINES, delivered: LINES, buffered: 0 })
  expectBalanced(current)
  return departures
}

const allFail: Trouble = (records) =>
  stored(records, Object.fromEntries(records.map((_, index) => [index, 'DIS.5000'])))

describe.each([
  ['back', -HOUR_MS],
  ['forward', HOUR_MS],
  ['back by thirty years', -30 * 365 * 24 * HOUR_MS]
])('the wall clock is set %s', (_, jumpMs) => {
  it.each<[string, Trouble, DisOptions?]>([
    ['a linger', (records) => stored(records), { batch: { lingerMs: 15_000 } }],
    ['the backoff of requests', () => refusal(503, {})],
    ['the backoff of records', allFail, { retry: { maxAttempts: 1_000 } }],
    ['the backoff of ordered records', allFail, { ordered: true, retry: { maxAttempts: 1_000 } }],
    ['a pace', throttled],
    ['Retry-After in seconds', () => refusal(429, {}, { 'retry-after': '3' })],
    ['a slow retry', () => refusal(400, { errorCode: 'DIS.4205' })],
    [
      'refused credentials',
      () => refusal(441, { errorCode: 'DIS.4101' }),
      { retry: { probeIntervalMs: 8_000 } }
    ],
    ['maxAgeMs', throttled, { retry: { maxAgeMs: 60_000 } }]
  ])('during %s: nothing changes', async (_, trouble, options = {}) => {
    const steady = await run(trouble, options, 0)
    expect(steady.length).toBeGreaterThan(0)
    expect(await run(trouble, options, jumpMs)).toEqual(steady)
  })

  it('while flush and close wait: both end on time', async () => {
    const { producer, clock, transport } = world()
    transport.answer(throttled)
    for (const line of lines(5)) producer.write(line)
    const flushed = producer.flush({ timeoutMs: 3_000 })
    await clock.advance(1_000)
    clock.jump(jumpMs)
    await clock.advance(2_001)
    await expect(flushed).resolves.toMatchObject({ pending: 5 })
    const closed = producer.close()
    await clock.advance(1_000)
    clock.jump(-jumpMs)
    await clock.advance(7_001)
    await expect(closed).resolves.toMatchObject({ dropped: 5 })
  })

  it('between stats events: they come at their interval', async () => {
    const { producer, clock, events } = world({ stats: { intervalMs: 1_000 } })
    producer.write('x')
    await clock.advance(2_500)
    clock.jump(jumpMs)
    await clock.advance(3_000)
    expect(events.filter(({ name }) => name === 'stats')).toHaveLength(5)
  })

  it('while a full buffer drops: stderr is told as often as before', async () => {
    const { producer, clock, transport, stderr } = world({
      buffer: { maxBytes: 65_536, onFull: 'dropOldest' }
    })
    transport.answer(() => refusal(503, {}))
    for (let second = 0; second < 61; second++) {
      if (second % 10 === 5) clock.jump(second % 20 === 5 ? jumpMs : -jumpMs)
      for (let index = 0; index < 10; index++) producer.write('x'.repeat(8_000))
      await clock.advance(1_000)
    }
    expect(stderr.filter((text) => text.includes('dropped'))).toHaveLength(3)
  })
})

/** Times in the requests follow the wall clock: a signature an hour old is refused. */
it('requests are signed with the wall time of their moment', async () => {
  const { producer, clock, transport } = world({ credentials: { accessKey: 'AK', secretKey: 'SK' } })
  for (const jumpMs of [0, HOUR_MS, -2 * HOUR_MS]) {
    clock.jump(jumpMs)
    producer.write('x')
    await clock.advance(1_000)
    const headers = transport.requests.at(-1)?.headers ?? {}
    const signed = headers['X-Sdk-Date'] ?? headers['x-sdk-date'] ?? ''
    expect(Math.abs(timeOf(signed) - wallOf(clock))).toBeLessThan(2_000)
  }
  expect(transport.requests).toHaveLength(3)
})

const wallOf = (clock: ManualClock): number => clock.now()

/** Milliseconds of `20250102T030405Z`. */
function timeOf(signed: string): number {
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(signed) ?? []
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
}
