/** Codes that are in no table: the message may say that it is a limit; else they are tried again, and not for ever. */
import { describe, expect, it } from 'vitest'
import type { RejectedEvent } from '../../packages/core/src/index.ts'
import { type SentRecord, stored } from '../../packages/core/src/testing.ts'
import { expectBalanced, lines, type World, world } from '../core/producer/world.ts'
import { answerOf, refusal } from './service.ts'

/** Fails the records with these texts, or all. */
const failing =
  (error_code: string, error_message: string, isBad: (data: string) => boolean = () => true) =>
  (records: readonly SentRecord[]) =>
    answerOf(
      records.map(({ data }) =>
        isBad(data)
          ? { error_code, error_message }
          : { partition_id: 'shardId-0000000000', sequence_number: '1' }
      )
    )

const rejections = ({ events }: World): RejectedEvent[] =>
  events.filter(({ name }) => name === 'rejected').map(({ payload }) => payload as RejectedEvent)

describe('a record whose message says traffic control', () => {
  it.each([
    // The API page's own sample.
    ['DIS.xxxx', 'Exceeded traffic control limit'],
    ['DIS.4399', 'Exceeded traffic control limit.'],
    ['APIGW.0999', 'exceeded Traffic Control limit of partition shardId-0000000000'],
    ['4303', 'Exceeded traffic control limit']
  ])('is throttled, whatever the code: %s %s', async (code, message) => {
    const current = world({ retry: { maxAttempts: 2 } })
    const { producer, clock, transport } = current
    transport.answer(failing(code, message))
    for (const line of lines(5)) producer.write(line)
    await clock.advance(120_000)
    expect(producer.stats()).toMatchObject({ delivered: 0, rejected: 0, buffered: 5 })
    expect(producer.stats().throttledRecords).toBeGreaterThan(5)
    transport.answer((records) => stored(records))
    await clock.advance(10_000)
    expect(producer.stats()).toMatchObject({ delivered: 5, rejected: 0, buffered: 0 })
    expectBalanced(current)
  })

  it('is throttled also where the whole request is refused with it', async () => {
    const { producer, clock, transport } = world({ retry: { maxAttempts: 2 } })
    transport.answer(() =>
      refusal(400, { error_code: 'DIS.xxxx', error_msg: 'Exceeded traffic control limit' })
    )
    for (const line of lines(5)) producer.write(line)
    await clock.advance(60_000)
    expect(producer.stats()).toMatchObject({ rejected: 0, buffered: 5 })
    transport.answer((records) => stored(records))
    await clock.advance(60_000)
    expect(producer.stats()).toMatchObject({ delivered: 5, rejected: 0 })
  })
})

describe('a record with a code that nobody knows', () => {
  it.each([['DIS.9999'], ['DIS.4777'], ['APIGW.9999'], ['whatever']])(
    '(%s) is tried maxAttempts times, and then rejected with that code and the message',
    async (code) => {
      const current = world({ retry: { maxAttempts: 4 } })
      const { producer, clock, transport } = current
      transport.answer(failing(code, 'a word that is new', (data) => data === 'bad'))
      producer.write('bad')
      producer.write('good')
      await clock.advance(60_000)
      expect(transport.data.filter((data) => data === 'bad')).toHaveLength(4)
      expect(transport.data.filter((data) => data === 'good')).toHaveLength(1)
      expect(rejections(current)).toMatchObject([
        { code, message: expect.stringContaining('a word that is new'), lines: 1, attempts: 4, sample: 'bad' }
      ])
      expectBalanced(current)
    }
  )

  it('is delivered if the service takes it later', async () => {
    const { producer, clock, transport } = world({ retry: { maxAttempts: 4 } })
    let asked = 0
    transport.answer((records) =>
      ++asked < 4 ? failing('DIS.9999', 'a word that is new')(records) : stored(records)
    )
    for (const line of lines(3)) producer.write(line)
    await clock.advance(60_000)
    expect(producer.stats()).toMatchObject({ delivered: 3, rejected: 0 })
  })
})

describe('a record with a code that everybody knows', () => {
  it.each([['DIS.4302'], ['DIS.4319'], ['DIS.4200']])('(%s) is rejected at once', async (code) => {
    const current = world()
    const { producer, clock, transport } = current
    transport.answer(failing(code, 'no', (data) => data === 'bad'))
    producer.write('bad')
    producer.write('good')
    await clock.advance(10_000)
    expect(transport.requests).toHaveLength(1)
    expect(rejections(current)).toMatchObject([{ code, lines: 1, attempts: 1 }])
    expect(producer.stats()).toMatchObject({ delivered: 1, rejected: 1 })
  })
})
