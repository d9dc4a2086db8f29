import { describe, expect, it } from 'vitest'
import { kindsOf, recordByHand, writtenBy } from './by-hand.ts'
import { History } from './history.ts'

const withId = (text: string, number: number) => text.replace('{', `{"dis_id":"abcdefgh-_12.${number}",`)

/** What the judge finds when two lines of a life arrive, one after the other, in records as the function says. */
function found(lineId: boolean, arrivals: (one: string, two: string) => readonly string[]): string[] {
  const history = new History(false)
  const life = recordByHand({ lineId })
  const [one, two] = [writtenBy(life, history), writtenBy(life, history)]
  for (const data of arrivals(one.text, two.text)) history.cargoOf(data, 1)
  return kindsOf(history)
}

describe('the id of a line', () => {
  it('is its own, and the same each time', () => {
    expect(found(true, (one, two) => [withId(one, 0), withId(two, 1), withId(one, 0)])).toEqual([])
    expect(found(false, (one, two) => [one, two, one])).toEqual([])
  })

  it('is missed where it is wanted, and found where it is not', () => {
    expect(found(true, (one) => [one])).toEqual(['wrong id'])
    expect(found(false, (one) => [withId(one, 0)])).toEqual(['wrong id'])
  })

  it('is another one the next time, or that of another line', () => {
    expect(found(true, (one) => [withId(one, 0), withId(one, 1)])).toEqual(['wrong id'])
    expect(found(true, (one, two) => [withId(one, 0), withId(two, 0)])).toEqual(['wrong id'])
  })
})
