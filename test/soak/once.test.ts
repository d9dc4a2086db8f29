import { describe, expect, it } from 'vitest'
import { fieldsOf } from './lines.mjs'
import { Once } from './once.ts'

const textOf = (n: number, id: string | undefined) => {
  const fields = fieldsOf({ writer: 'w', stream: 'storm', n, key: 'k', length: 40 })
  return JSON.stringify(id === undefined ? fields : { dis_id: id, ...fields })
}

/** Hands over records, each a list of a line's number and its id. */
function figuresOf(...records: (readonly (readonly [number, string?])[])[]) {
  const once = new Once()
  once.add('w')
  for (const record of records) {
    const data = Buffer.from(record.map(([n, id]) => textOf(n, id)).join('\n'))
    const lines = record.map(([n]) => ({ writer: 'w', n }))
    once.arrived('storm', data, lines)
  }
  const [figures] = once.figures()
  return figures
}

describe('a consumer that leaves out repeats', () => {
  it('gets each line once, though a record came again, or with other lines', () => {
    const [a, b, c] = [
      [0, 'one-producer.0'] as const,
      [1, 'one-producer.1'] as const,
      [2, 'one-producer.2'] as const
    ]
    expect(figuresOf([a, b], [a, b], [b, c])).toEqual({
      writer: 'w',
      arrived: 3,
      cameAgain: 3,
      got: 3,
      gotAgain: 0
    })
  })

  it('gets a line again that has another id, or none', () => {
    expect(figuresOf([[0, 'one-producer.0']], [[0, 'two-producer.0']])).toMatchObject({ gotAgain: 1 })
    expect(figuresOf([[0]], [[0]])).toMatchObject({ gotAgain: 1 })
  })

  it('lacks a line that has the id of another', () => {
    expect(figuresOf([[0, 'one-producer.0']], [[1, 'one-producer.0']])).toMatchObject({ arrived: 2, got: 1 })
  })
})
