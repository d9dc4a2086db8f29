import { describe, expect, it } from 'vitest'
import type { DisOptions } from '../../../packages/core/src/index.ts'
import { type SentRecord, stored } from '../../../packages/core/src/testing.ts'
import type { WireReply } from '../../../packages/core/src/wire/message.ts'
import { checkedWorlds, errorReply, lines, type World } from './world.ts'

const open = checkedWorlds()
const TIMEOUT: WireReply = { kind: 'failure', code: 'TIMEOUT', message: 'no answer', ambiguous: true }

/** A request without an answer yet. */
interface Hung {
  readonly records: readonly SentRecord[]
  answer(reply: WireReply): void
}

/** A world whose service hangs where `isHung` says so, and answers all other requests after `answerMs`. */
function hanging(options: DisOptions, isHung: (records: readonly SentRecord[]) => boolean, answerMs = 5) {
  const hung: Hung[] = []
  const one = { ...open(options), hung, isFailing: false }
  one.transport.answer((records) => {
    if (one.isFailing) return errorReply(503)
    if (isHung(records)) return new Promise((answer) => hung.push({ records, answer }))
    return new Promise((answer) => one.clock.timer(answerMs, () => answer(stored(records))))
  })
  return one
}

const messages = ({ transport }: Pick<World, 'transport'>) =>
  transport.data.map((data) => JSON.parse(data).msg)
const hasFirst = (records: readonly SentRecord[]) => records.some(({ data }) => data.includes('first-0'))

/** Four lines are delivered; then failures leave one place, and `first-0` hangs in it, alone. */
async function failedBefore(options: DisOptions = {}) {
  const one = hanging({ batch: { lingerMs: 0 }, ...options }, hasFirst)
  const { producer, clock, transport, hung } = one
  for (const line of lines(4, 'early')) {
    producer.write(line)
    await clock.advance(100)
  }
  one.isFailing = true
  for (const line of lines(1, 'first')) producer.write(line)
  await clock.advance(60_000)
  one.isFailing = false
  while (hung.length === 0) await clock.advance(1_000)
  transport.batches.splice(0, transport.batches.length - 1)
  return one
}

describe('a request that hangs', () => {
  it('in the only place that failures left does not hold the others up', async () => {
    const one = await failedBefore()
    const { producer, clock, hung } = one
    for (const line of lines(20, 'later')) producer.write(line)
    await clock.advance(5_000)
    expect(messages(one)).toEqual(['first-0', ...lines(20).map((_, n) => `later-${n}`)])
    expect(hung).toHaveLength(1)
    expect(producer.stats()).toMatchObject({ buffered: 1, delivered: 24 })
  })

  it('is the very first one: another one goes, and no third before an answer', async () => {
    const { producer, clock, transport } = hanging({ batch: { maxRecords: 1, lingerMs: 0 } }, () => true)
    for (const line of lines(10)) producer.write(line)
    await clock.advance(900)
    expect(transport.requests).toHaveLength(1)
    await clock.advance(29_000)
    expect(transport.requests).toHaveLength(2)
  })

  it('does not keep the others from their delivery at close', async () => {
    const { producer, clock, events } = await failedBefore({ closeTimeoutMs: 1_000 })
    events.length = 0
    for (const line of lines(50, 'later')) producer.write(line)
    const closed = producer.close()
    await clock.advance(1_000)
    await expect(closed).resolves.toMatchObject({ delivered: 54, dropped: 1, pending: 0 })
    expect(events).toMatchObject([{ name: 'dropped', payload: { reason: 'closing', lines: 1 } }])
  })

  it('keeps its place in the order of its key, and nobody else in theirs', async () => {
    const one = hanging({ ordered: true, batch: { lingerMs: 0 } }, hasFirst)
    const { producer, clock, hung } = one
    producer.write(lines(1, 'early')[0] ?? '')
    await clock.advance(100)
    producer.write(lines(1, 'first', 'a')[0] ?? '')
    await clock.advance(10)
    for (const host of ['a', 'b']) for (const line of lines(3, host, host)) producer.write(line)
    await clock.advance(10_000)
    expect(messages(one).slice(1)).toEqual(['first-0', 'b-0', 'b-1', 'b-2'])
    one.transport.answer((records) => stored(records))
    hung[0]?.answer(TIMEOUT)
    await clock.advance(10_000)
    expect(messages(one).slice(5)).toEqual(['first-0', 'a-0', 'a-1', 'a-2'])
    expect(producer.stats()).toMatchObject({ buffered: 0, delivered: 8 })
  })

  it('and whose body fills its part of a small buffer, does not hold the others up', async () => {
    const { producer, clock, hung } = hanging(
      { buffer: { maxBytes: 65_536, onFull: 'dropNewest' }, batch: { lingerMs: 0 } },
      (records) => records.some(({ data }) => data.startsWith('y'))
    )
    producer.write('early')
    await clock.advance(100)
    producer.write('y'.repeat(20_000))
    await clock.advance(100)
    producer.write('later')
    await clock.advance(2_000)
    expect(hung).toHaveLength(1)
    expect(producer.stats()).toMatchObject({ delivered: 2, buffered: 1 })
  })
})

describe('a service that is merely slow', () => {
  it('gets few requests more than the limit allows', async () => {
    const { producer, clock, transport } = hanging({ batch: { maxRecords: 1, lingerMs: 0 } }, () => true)
    transport.answer(async (records) => stored(records))
    producer.write('early')
    await clock.advance(100)
    transport.answer(() => errorReply(503))
    producer.write('fails')
    await clock.advance(60_000)
    const before = transport.requests.length
    transport.answer(() => new Promise(() => {}))
    for (const line of lines(100)) producer.write(line)
    // A limit of one, and one more after 1, 3, 7 and 15 s at the earliest.
    await clock.advance(30_000 + 30_000)
    expect(transport.requests.length - before).toBeLessThanOrEqual(6)
    expect(transport.requests.length - before).toBeGreaterThan(1)
  })

  it('is known to be slow after some answers, and gets what the limit allows', async () => {
    const { producer, clock, transport } = hanging({ batch: { maxRecords: 1 } }, () => false, 4_000)
    for (let n = 0; n < 20; n++) {
      producer.write(`${n}`)
      await clock.advance(5_000)
    }
    transport.answer(() => errorReply(503))
    producer.write('fails')
    await clock.advance(300)
    let most = 0
    transport.answer((records) => {
      const { inFlight, window } = producer.stats()
      most = Math.max(most, inFlight - window)
      return new Promise((answer) => clock.timer(4_500, () => answer(stored(records))))
    })
    for (let n = 0; n < 40; n++) producer.write(`${n}`)
    await clock.advance(60_000)
    expect(most).toBe(0)
    expect(producer.stats()).toMatchObject({ buffered: 0, window: 8 })
  })
})

describe('credentials that are refused late', () => {
  it('are asked with one request at a time, and never five times before the circuit opens', async () => {
    const { producer, clock, transport } = open({ batch: { maxRecords: 1, lingerMs: 0 } })
    transport.answer(
      () =>
        new Promise((answer) => {
          clock.timer(20_000, () => answer(errorReply(401, { error_code: 'APIGW.0301', error_msg: 'no' })))
        })
    )
    for (const line of lines(100)) producer.write(line)
    await clock.advance(290_000)
    expect(transport.requests.length).toBeLessThan(5)
    expect(producer.stats()).toMatchObject({ buffered: 100 })
  })
})
