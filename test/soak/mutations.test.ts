import { describe, expect, it } from 'vitest'
import { Books } from './books.ts'
import { fieldsOf } from './lines.mjs'
import { MUTATIONS, type Mutation, Spoiler } from './mutations.ts'
import type { Told } from './told.ts'

/** Ten lines that arrive as they should, through a spoiler, and what the books find then. */
function judged(mutation: Mutation | undefined) {
  const books = new Books()
  books.add({ name: 'p0', stream: 'calm', group: 'p0', isOrdered: true, hasIds: true })
  books.begin('p0', 0)
  const spoiler = new Spoiler(mutation)
  for (let n = 0; n < 10; n++) {
    const fields = fieldsOf({ writer: 'p0', stream: 'calm', n, key: 'k', length: 90 })
    const line = JSON.stringify({ dis_id: `one-producer.${n}`, ...fields })
    spoiler.arrived('calm', Buffer.from(line), `0/${n}`, (...record) => books.arrived(...record))
  }
  books.settled('p0', 0, 10, 0)
  const [figures] = books.figures()
  const { lost, doubled, overtaken } = figures ?? {}
  const { altered, misdirected, once } = books
  const [{ gotAgain } = { gotAgain: undefined }] = once.figures()
  return { lost, doubled, gotAgain, overtaken, altered, misdirected }
}

const NOTHING = { lost: 0, doubled: 0, gotAgain: 0, overtaken: 0, altered: 0, misdirected: 0 }

describe('a judge that can fail', () => {
  it('finds nothing that was not spoiled', () => {
    expect(judged(undefined)).toEqual(NOTHING)
  })

  it.each(['lost', 'doubled', 'overtaken', 'altered', 'misdirected'] as const)(
    'finds a line that is %s',
    (mutation) => {
      expect(judged(mutation)).toEqual({ ...NOTHING, [mutation]: 1 })
    }
  )

  it('finds a line that came again with another id', () => {
    expect(judged('renamed')).toEqual({ ...NOTHING, doubled: 1, gotAgain: 1 })
  })

  it('is told of something else by each other mutation', () => {
    const stats = {
      written: 1,
      delivered: 1,
      rejected: 0,
      dropped: 0,
      spooled: 0,
      buffered: 0,
      recovered: 0,
      spoolDamaged: 0,
      attempts: 1,
      retriedRecords: 0,
      throttledRecords: 0,
      ambiguous: 0,
      records: 1
    }
    const told: Told = {
      kind: 'stats',
      stats,
      wasCalm: true,
      logged: 1,
      blockedMs: 0,
      stallMs: 0,
      rss: 1
    }
    const spoils = (mutation: Mutation) => {
      const spoiler = new Spoiler(mutation)
      return spoiler.extraRefusals > 0 || JSON.stringify(spoiler.told(told)) !== JSON.stringify(told)
    }
    expect(MUTATIONS.filter(spoils)).toEqual(['miscounted', 'unbounded', 'hammering', 'stalled'])
  })
})
