import { describe, expect, it } from 'vitest'
import { Books, LIFE } from './books.ts'
import { fieldsOf } from './lines.mjs'

const FACTS = { stream: 'storm', group: 'a', isOrdered: true, hasIds: false }

function booksOf(facts: Partial<typeof FACTS> = {}, ...names: string[]): Books {
  const books = new Books()
  for (const name of ['w', ...names]) {
    books.add({ ...FACTS, ...facts, name })
    books.begin(name, 0)
  }
  return books
}

const line = (n: number, { key = 'k', writer = 'w', stream = 'storm' } = {}) =>
  JSON.stringify(fieldsOf({ writer, stream, n, key, length: 40 }))
let places = 0
const take = (books: Books, stream: string, text: string) =>
  books.arrived(stream, Buffer.from(text), `0/${places++}`)
const arrive = (books: Books, ...numbers: number[]) => {
  for (const n of numbers) take(books, 'storm', line(n))
}

describe('the books', () => {
  it('find nothing where every settled line arrived once, in order', () => {
    const books = booksOf()
    arrive(books, 0, 1)
    take(books, 'storm', [line(2), line(3)].join('\n'))
    books.settled('w', 0, 4, 0)
    expect(books.figures()).toEqual([
      {
        group: 'a',
        settled: 4,
        arrived: 4,
        lost: 0,
        letters: 0,
        givenUp: 0,
        doubled: 0,
        repeated: 0,
        overtaken: 0,
        examples: []
      }
    ])
    expect(books).toMatchObject({ arrivals: 4, altered: 0, misdirected: 0, unknown: 0 })
  })

  it('find a lost line, and say which', () => {
    const books = booksOf()
    arrive(books, 0, 2)
    books.settled('w', 0, 3, 0)
    expect(books.figures()).toMatchObject([{ lost: 1, examples: ['w: 1 lines of life 0 from 1 on'] }])
  })

  it('do not miss a line that is not settled', () => {
    const books = booksOf()
    arrive(books, 0, 1, 2)
    books.settled('w', 0, 2, 0)
    expect(books.figures()).toMatchObject([{ settled: 2, arrived: 3, lost: 0 }])
  })

  it('take no more as given up than was told', () => {
    const books = booksOf()
    arrive(books, 0)
    books.settled('w', 0, 4, 2)
    expect(books.figures()).toMatchObject([{ lost: 1, givenUp: 2 }])
  })

  it('take a dead letter as settled, and its line for no other', () => {
    const books = booksOf()
    books.letter(line(1))
    books.letter(line(1))
    books.letter('{"not":"ours"}')
    arrive(books, 0)
    books.settled('w', 0, 3, 0)
    expect(books.figures()).toMatchObject([{ lost: 1, letters: 1 }])
  })

  it('find a doubled line, at once or much later', () => {
    const books = booksOf()
    arrive(books, 0, 0, 1, 2, 1)
    expect(books.figures()).toMatchObject([{ arrived: 3, doubled: 2, repeated: 0, overtaken: 0 }])
  })

  it('find no reason for a doubled line whose producer had read that it was stored', () => {
    const books = booksOf()
    books.arrived('storm', Buffer.from([line(0), line(1)].join('\n')), '0/a')
    books.arrived('storm', Buffer.from(line(2)), '0/b')
    books.receipts.read('p', ['0/a'])
    arrive(books, 1, 2)
    expect(books.figures()).toMatchObject([
      {
        doubled: 2,
        repeated: 1,
        examples: ['w: line 1 came again, and its producer knew that it was stored']
      }
    ])
  })

  it('find an overtaken line of a key, and no disorder between keys', () => {
    const books = booksOf()
    take(books, 'storm', line(5, { key: 'other' }))
    arrive(books, 0, 2, 1)
    expect(books.figures()).toMatchObject([{ overtaken: 1, examples: ['w: line 1 of key k came behind 2'] }])
  })

  it('find a line of an earlier life behind one of a later life with the same key', () => {
    const books = booksOf()
    books.begin('w', 1)
    arrive(books, LIFE, 0)
    expect(books.figures()).toMatchObject([{ overtaken: 1 }])
  })

  it('do not judge the order where none is promised', () => {
    const books = booksOf({ isOrdered: false })
    arrive(books, 1, 0)
    expect(books.figures()).toMatchObject([{ overtaken: 0 }])
  })

  it('excuse a line that was given up to the dead letters, and was stored all the same', () => {
    const books = booksOf()
    arrive(books, 2, 1)
    books.letter(line(1))
    expect(books.figures()).toMatchObject([{ overtaken: 0 }])
  })

  it('find a line with another text, of another stream, and of nobody', () => {
    const books = booksOf()
    take(books, 'storm', line(0).replace('größer', 'grosser').replace('soak', 'soap'))
    take(books, 'calm', line(1))
    take(books, 'storm', line(2, { writer: 'nobody' }))
    take(books, 'storm', 'half a li')
    expect(books).toMatchObject({ altered: 1, misdirected: 1, unknown: 2 })
  })

  it('know a line that was cut to the limit, and the line about dropped ones', () => {
    const books = booksOf()
    const whole = JSON.parse(line(0))
    const cut = { ...whole, z: `${whole.z.slice(0, 10)}…`, dis_truncated: { originalBytes: 1 } }
    take(books, 'storm', JSON.stringify(cut))
    take(books, 'storm', '{"dis_dropped":{"lines":7,"bytes":70}}')
    expect(books).toMatchObject({ altered: 0, unknown: 0, droppedInStream: 7, arrivals: 1 })
  })

  it('judge writers of one folder together, and others by themselves', () => {
    const books = booksOf({}, 'v')
    books.add({ ...FACTS, name: 'x', group: 'b' })
    books.begin('x', 0)
    books.settled('w', 0, 1, 0)
    books.settled('v', 0, 0, 1)
    books.settled('x', 0, 1, 0)
    expect(books.figures()).toMatchObject([
      { group: 'a', lost: 0, givenUp: 1 },
      { group: 'b', lost: 1, givenUp: 0 }
    ])
  })

  it('forget the keys of lives that are long over', () => {
    const books = booksOf()
    take(books, 'storm', line(5, { key: 'old' }))
    for (let life = 1; life < 30; life++) books.begin('w', life)
    take(books, 'storm', line(4, { key: 'old' }))
    expect(books.figures()).toMatchObject([{ overtaken: 0, arrived: 2 }])
  })
})
