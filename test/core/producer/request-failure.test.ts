import { describe, expect, it } from 'vitest'
import { stored } from '../../../packages/core/src/testing.ts'
import type { WireReply } from '../../../packages/core/src/wire/message.ts'
import { checkedWorlds, errorReply, lines } from './world.ts'

const open = checkedWorlds()

describe('a request that fails as a whole', () => {
  it.each<[string, () => WireReply]>([
    ['500', () => errorReply(500, { errorCode: 'DIS.5000', message: 'x' })],
    ['503 from a proxy', () => errorReply(503, '<html>')],
    ['429', () => errorReply(429, { error_code: 'APIGW.0308' })],
    [
      'a reset connection',
      () => ({ kind: 'failure', code: 'ECONNRESET', message: 'reset', ambiguous: true })
    ],
    ['an unreadable 200', () => ({ kind: 'answer', status: 200, headers: {}, body: Buffer.from('<html>') })],
    ['an empty 200', () => ({ kind: 'answer', status: 200, headers: {}, body: Buffer.alloc(0) })]
  ])('by %s is tried again until the outage ends, however long', async (_, reply) => {
    const { producer, clock, transport } = open({ retry: { maxAttempts: 2 } })
    transport.answer(reply)
    for (const line of lines(20)) producer.write(line)
    await clock.advance(600_000)
    expect(producer.stats()).toMatchObject({ delivered: 0, rejected: 0, buffered: 20 })
    transport.answer((records) => stored(records))
    await clock.advance(30_000)
    expect(producer.stats()).toMatchObject({ delivered: 20, buffered: 0 })
  })

  it('waits as long as Retry-After says', async () => {
    const { producer, clock, transport } = open()
    transport.answer(() => errorReply(429, {}, { 'retry-after': '7' }))
    producer.write('x')
    await clock.advance(200)
    expect(transport.requests).toHaveLength(1)
    transport.answer((records) => stored(records))
    await clock.advance(6_900)
    expect(transport.requests).toHaveLength(1)
    await clock.advance(200)
    expect(transport.requests).toHaveLength(2)
  })

  it('does not hammer: ten minutes of outage cost few requests', async () => {
    const { producer, clock, transport } = open()
    transport.answer(() => errorReply(503))
    for (const line of lines(5_000)) producer.write(line)
    await clock.advance(600_000)
    expect(transport.requests.length).toBeLessThan(80)
    expect(transport.requests.length).toBeGreaterThan(20)
  })

  it('by 413 is cut in halves until it fits; a single record that is too large is rejected', async () => {
    const { producer, clock, transport, events } = open({ batch: { maxRecords: 8 } })
    transport.answer((records) =>
      records.some((record) => record.data === 'giant') || records.length > 2
        ? errorReply(413, { error_code: 'APIGW.0201', error_msg: 'too large' })
        : stored(records)
    )
    for (const line of ['a', 'b', 'c', 'giant', 'd', 'e', 'f', 'g']) producer.write(line)
    await clock.advance(10_000)
    expect(producer.stats()).toMatchObject({ delivered: 7, rejected: 1, buffered: 0 })
    expect(events).toMatchObject([{ payload: { code: 'APIGW.0201', sample: 'giant' } }])
    expect(transport.requests.length).toBeLessThanOrEqual(9)
  })

  it('by 413 is cut inside a record that packs many lines, in order, down to the line that is too large', async () => {
    const { producer, clock, transport, events } = open({ aggregate: true, ordered: true })
    const arrived: string[] = []
    transport.answer((records) => {
      const texts = records.flatMap((record) => record.data.split('\n'))
      if (texts.includes('giant') || texts.length > 3)
        return errorReply(413, { error_code: 'APIGW.0201', error_msg: 'too large' })
      arrived.push(...texts)
      return stored(records)
    })
    const written = ['a', 'b', 'c', 'd', 'e', 'giant', 'f', 'g', 'h', 'i', 'j']
    for (const line of written) producer.write(line)
    await clock.advance(10_000)
    expect(arrived).toEqual(written.filter((line) => line !== 'giant'))
    expect(producer.stats()).toMatchObject({ delivered: 10, rejected: 1, buffered: 0 })
    expect(events).toMatchObject([{ payload: { code: 'APIGW.0201', lines: 1, sample: 'giant' } }])
  })

  it('that is refused for good rejects its lines with the code and how to mend it', async () => {
    const { producer, clock, transport, events, stderr } = open()
    transport.answer(() => errorReply(400, { errorCode: 'DIS.4301', message: 'The stream does not exist' }))
    for (const line of lines(3)) producer.write(line)
    await clock.advance(1_000)
    expect(events).toMatchObject([{ name: 'rejected', payload: { code: 'DIS.4301', lines: 3 } }])
    expect(stderr.join('')).toMatch(/3 log lines rejected: DIS\.4301: .*check streamName/)
  })
})
