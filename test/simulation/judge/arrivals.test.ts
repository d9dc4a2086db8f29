import { describe, expect, it } from 'vitest'
import { Arrivals } from './arrivals.ts'
import { attemptOf, folderByHand, kindsOf, recordByHand, servedOf, sightingOf, writtenBy } from './by-hand.ts'
import { History } from './history.ts'

function world(options: Parameters<typeof recordByHand>[0] = {}) {
  const history = new History(false)
  const life = recordByHand(options)
  const arrivals = new Arrivals(history)
  const write = (key?: string) => writtenBy(life, history, key)
  return { history, life, arrivals, write }
}

describe('of lines that arrive the judge', () => {
  it('takes each once, in order, where it belongs', () => {
    const { history, life, arrivals, write } = world({ ordered: true })
    for (const line of [write(), write(), write('b')]) {
      arrivals.stored(line, servedOf(line), sightingOf(attemptOf(life, [line], line.n)))
    }
    expect(kindsOf(history)).toEqual([])
  })

  it('finds one in another stream', () => {
    const { history, life, arrivals, write } = world()
    const line = write()
    arrivals.stored(line, servedOf(line), sightingOf(attemptOf(life, [line], 1), { stream: 'audit' }))
    expect(kindsOf(history)).toEqual(['wrong stream'])
  })

  it.each([{ partitionKey: 'b' }, { partitionId: '0' }, { hashKey: '7' }])(
    'finds one that went by %o',
    (way) => {
      const { history, life, arrivals, write } = world()
      const line = write('a')
      arrivals.stored(line, { ...servedOf(line), ...way }, sightingOf(attemptOf(life, [line], 1)))
      expect(kindsOf(history)).toEqual(['wrong key'])
    }
  )

  it.each([
    { ordered: true, keys: ['a', 'a'], found: ['overtaken'] },
    { ordered: true, keys: ['a', 'b'], found: [] },
    { ordered: false, keys: ['a', 'a'], found: [] }
  ])(
    'finds an older line behind a younger one, by key and if order was asked for: %o',
    ({ ordered, keys, found }) => {
      const { history, life, arrivals, write } = world({ ordered })
      const [older, younger] = keys.map(write)
      for (const line of [younger, older]) {
        if (line !== undefined) arrivals.stored(line, servedOf(line), sightingOf(attemptOf(life, [line], 1)))
      }
      expect(kindsOf(history)).toEqual(found)
    }
  )

  it('takes no line for the older one whose write was still going on when a listener wrote the other', () => {
    const { history, life, arrivals, write } = world({ ordered: true })
    const [outer, inner] = [write(), write()]
    outer.isInterrupted = true
    for (const line of [inner, outer]) {
      arrivals.stored(line, servedOf(line), sightingOf(attemptOf(life, [line], 1)))
    }
    expect(kindsOf(history)).toEqual([])
  })

  it.each([
    { why: 'nobody could know', toldIn: undefined, sentIn: 9, found: [] },
    { why: 'it was on its way before that was known', toldIn: 5, sentIn: 4, found: [] },
    { why: 'its process knew', toldIn: 5, sentIn: 5, found: ['duplicated'] }
  ])('lets a line come again only if nobody knew of the first time: $why', ({ toldIn, sentIn, found }) => {
    const { history, life, arrivals, write } = world()
    const line = write()
    const first = attemptOf(life, [line], 1)
    arrivals.stored(line, servedOf(line), sightingOf(first))
    if (toldIn !== undefined)
      history.told(first, { lines: [line], notices: 0 }, 'stored', { now: 2, steps: toldIn })
    arrivals.stored(line, servedOf(line), sightingOf(attemptOf(life, [line], sentIn)))
    expect(kindsOf(history)).toEqual(found)
  })

  it.each([
    { loss: [], found: ['duplicated'] },
    { loss: [{ step: 6, at: 6 }], found: [] }
  ])('lets another process repeat what a power loss may have taken from the notes: %o', ({ loss, found }) => {
    const history = new History(false)
    const folder = folderByHand({ powerLosses: loss })
    const [first, second] = [recordByHand({}, folder), recordByHand({}, folder)]
    const arrivals = new Arrivals(history)
    const line = writtenBy(first, history)
    const attempt = attemptOf(first, [line], 1)
    arrivals.stored(line, servedOf(line), sightingOf(attempt))
    history.told(attempt, { lines: [line], notices: 0 }, 'stored', { now: 2, steps: 2 })
    arrivals.stored(line, servedOf(line), sightingOf(attemptOf(second, [line], 9)))
    expect(kindsOf(history)).toEqual(found)
  })
})
