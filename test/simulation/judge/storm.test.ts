import { describe, expect, it } from 'vitest'
import { recordByHand } from './by-hand.ts'
import { noteRequest, stormOf } from './storm.ts'

const RETRY = { baseMs: 1_000, maxMs: 1_000 }

describe('of requests that fail in a row the judge', () => {
  it.each([
    { waitMs: 500, found: false },
    { waitMs: 5, found: true }
  ])('finds those that come without a wait: $waitMs ms', ({ waitMs, found }) => {
    const life = recordByHand({ retry: RETRY, concurrency: { max: 1 } })
    for (let count = 0; count < 60; count++) noteRequest(life, count * waitMs, count * waitMs + 2, true)
    expect(stormOf(life) !== undefined).toBe(found)
  })

  it('takes no notice of them where answers come in between, or take long', () => {
    const life = recordByHand({ retry: RETRY, concurrency: { max: 1 } })
    for (let count = 0; count < 200; count++) {
      noteRequest(life, count, count + (count % 40 === 0 ? 1_000 : 1), count % 30 !== 0)
    }
    expect(stormOf(life)).toBeUndefined()
  })
})
