import { describe, expect, it } from 'vitest'
import { stored } from '../../../packages/core/src/testing.ts'
import { checkedWorlds, errorReply, lines } from './world.ts'

const open = checkedWorlds()

describe('refused credentials', () => {
  it('are tried at most three times before the circuit opens, then every five minutes; nothing is lost', async () => {
    const { producer, clock, transport, events, stderr } = open()
    transport.answer(() => errorReply(441, { errorCode: 'DIS.4114', message: 'token expired' }))
    for (const line of lines(5_000)) producer.write(line)
    await clock.advance(60_000)
    expect(transport.requests).toHaveLength(3)
    await clock.advance(600_000)
    expect(transport.requests).toHaveLength(5)
    expect(events).toMatchObject([{ name: 'warning', payload: { code: 'DIS.4114' } }])
    expect(stderr).toHaveLength(1)
    transport.answer((records) => stored(records))
    await clock.advance(310_000)
    expect(producer.stats()).toMatchObject({ delivered: 5_000, buffered: 0 })
  })

  it('are asked for again where that can help, and the new ones are used at once', async () => {
    let issued = 0
    const { producer, clock, transport } = open({ credentials: async () => ({ token: `T${++issued}` }) })
    transport.answer((records, request) =>
      request.headers['X-Auth-Token'] === 'T1' ? errorReply(441, { errorCode: 'DIS.4114' }) : stored(records)
    )
    producer.write('x')
    await clock.advance(300)
    expect(producer.stats()).toMatchObject({ delivered: 1 })
    expect(transport.requests).toHaveLength(2)
  })

  it('from a function that fails are an outage like any other', async () => {
    let works = false
    const { producer, clock } = open({
      credentials: () => {
        if (!works) throw new Error('vault is sealed')
        return { token: 'T' }
      }
    })
    producer.write('x')
    await clock.advance(60_000)
    expect(producer.stats()).toMatchObject({ buffered: 1 })
    works = true
    await clock.advance(60_000)
    expect(producer.stats()).toMatchObject({ delivered: 1 })
  })
})

describe('credentials that are refused while other answers come from in front of the check', () => {
  it.each([
    ['413 of a gateway', 413, { error_code: 'APIGW.0201', error_msg: 'too large' }],
    ['400 of a proxy', 400, {}]
  ])('are asked as rarely: a %s says nothing about them', async (_, status, body) => {
    const { producer, clock, transport } = open({ batch: { maxRecords: 4, lingerMs: 0 } })
    let refused = 0
    // Of two requests one is answered before anybody looks at the credentials.
    transport.answer((records) => {
      if (records.length > 2 || transport.requests.length % 2 === 0) return errorReply(status, body)
      refused++
      return errorReply(401, { error_code: 'APIGW.0301', error_msg: 'no' })
    })
    for (const line of lines(400)) producer.write(line)
    await clock.advance(290_000)
    expect(refused).toBeGreaterThan(0)
    expect(refused).toBeLessThan(5)
    transport.answer((records) => stored(records))
    await clock.advance(600_000)
    expect(producer.stats().buffered).toBe(0)
  })
})
