import { describe, expect, it } from 'vitest'
import { stored } from '../../../packages/core/src/testing.ts'
import { lines, world } from './world.ts'

describe('after lines were dropped', () => {
  it('the stream itself says how many, once lines get through again', async () => {
    const { producer, clock, transport } = world({ buffer: { maxBytes: 65_536, onFull: 'dropNewest' } })
    let isDown = true
    transport.answer((records) =>
      isDown ? { kind: 'failure', code: 'ECONNREFUSED', message: 'down', ambiguous: false } : stored(records)
    )
    for (let n = 0; n < 200; n++) producer.write(`${n} ${'x'.repeat(1_000)}`)
    await clock.advance(1_000)
    const { dropped } = producer.stats()
    expect(dropped).toBeGreaterThan(100)
    isDown = false
    transport.batches.length = 0
    await clock.advance(60_000)
    const notices = transport.data
      .filter((data) => data.includes('dis_dropped'))
      .map((data) => JSON.parse(data))
    expect(notices).toEqual([
      {
        level: 'warn',
        time: expect.any(String),
        hostname: 'this-host',
        msg: `${dropped} log lines dropped before this one: the buffer was full`,
        dis_dropped: { lines: dropped, bytes: expect.any(Number) }
      }
    ])
    // The notice is ours: it is in no count of the user's lines.
    expect(producer.stats()).toMatchObject({ written: 200, delivered: 200 - dropped, dropped, buffered: 0 })
    await producer.close()
  })
})

describe('a clock that is wrong', () => {
  const refusal = (serverTime: number) => ({
    kind: 'answer' as const,
    status: 441,
    headers: { date: new Date(serverTime).toUTCString() },
    body: Buffer.from('{"errorCode":"DIS.4105","message":"Request expired"}')
  })

  it('is corrected by the Date header: one refused request, one warning, nothing lost', async () => {
    const { producer, clock, transport, events } = world({
      credentials: { accessKey: 'AK', secretKey: 'SK' }
    })
    const serverTime = () => clock.now() + 20 * 60_000
    const dates: string[] = []
    transport.answer((records, { headers }) => {
      dates.push(headers['x-sdk-date'] ?? headers['X-Sdk-Date'] ?? '')
      return dates.length === 1 ? refusal(serverTime()) : stored(records)
    })
    for (const line of lines(5)) producer.write(line)
    await clock.advance(300)
    expect(producer.stats()).toMatchObject({ delivered: 5, attempts: 2 })
    expect(events).toMatchObject([
      { name: 'warning', payload: { code: 'CLOCK', message: expect.stringContaining('1200 s') } }
    ])
    const [first = '', second = ''] = dates
    expect(Number(second.slice(9, 13)) - Number(first.slice(9, 13))).not.toBe(0)
    await producer.close()
  })

  it('is corrected once: two clocks that go on disagreeing count as a refusal', async () => {
    const { producer, clock, transport } = world({ credentials: { accessKey: 'AK', secretKey: 'SK' } })
    let asked = 0
    transport.answer(() => refusal(clock.now() + ++asked * 3_600_000))
    for (const line of lines(5)) producer.write(line)
    await clock.advance(60_000)
    expect(producer.stats()).toMatchObject({ buffered: 5, attempts: 4 })
  })

  it('is corrected again when it jumps back before a request was accepted', async () => {
    const { producer, clock, transport } = world({ credentials: { accessKey: 'AK', secretKey: 'SK' } })
    const signedAt = (date = '') => {
      return Date.parse(date.replace(/^(.{4})(..)(..)T(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6Z'))
    }
    const serverTime = () => 1_735_787_045_000 + clock.monotonic() - begun
    const begun = clock.monotonic()
    transport.answer((records, { headers }) => {
      if (Math.abs(signedAt(headers['X-Sdk-Date']) - serverTime()) > 900_000) return refusal(serverTime())
      if (transport.requests.length > 2) return stored(records)
      // The request with the right time meets a bad network; meanwhile the clock is set right.
      clock.jump(-3_600_000)
      return { kind: 'failure', code: 'NETWORK_RESET', message: 'reset', ambiguous: true }
    })
    clock.jump(3_600_000)
    for (const line of lines(5)) producer.write(line)
    await clock.advance(60_000)
    expect(producer.stats()).toMatchObject({ delivered: 5, attempts: 4 })
    await producer.close()
  })
})
