import { describe, expect, it } from 'vitest'
import { stored } from '../../../packages/core/src/testing.ts'
import { checkedWorlds, lines } from './world.ts'

const open = checkedWorlds()

describe('a transport that throws', () => {
  it('is told as a BUG with its cure; the lines are kept, counted and sent later', async () => {
    const { producer, clock, transport, events, stderr } = open()
    transport.answer(() => {
      throw new TypeError('this.request is not a function')
    })
    for (const line of lines(20)) producer.write(line)
    await clock.advance(60_000)
    expect(producer.stats()).toMatchObject({
      written: 20,
      delivered: 0,
      rejected: 0,
      dropped: 0,
      buffered: 20
    })
    expect(transport.requests.length).toBeGreaterThan(2)
    const warnings = events.filter(({ name }) => name === 'warning').map(({ payload }) => payload)
    expect(warnings).toMatchObject([
      {
        code: 'BUG',
        message: expect.stringContaining('this.request is not a function'),
        cure: expect.stringContaining('report')
      }
    ])
    expect(stderr.join('')).toMatch(/^\[dis-logs\] BUG: .*this\.request is not a function/)

    transport.answer((records) => stored(records))
    await clock.advance(60_000)
    expect(producer.stats()).toMatchObject({ delivered: 20, buffered: 0 })
  })
})
