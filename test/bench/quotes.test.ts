import { describe, expect, it } from 'vitest'
import { PLACES } from '../../bench/quotes/places.mjs'
import { withCells, withFigures } from '../../bench/quotes/quotes.mjs'

const FIGURES = { ratio: '0.25', peak: '1,234', less: '-0.1' }

describe('a figure in a sentence', () => {
  it('is put where its name stands, and nothing else of the text changes', () => {
    const text = 'At 1,000 lines it takes 0.33 × the CPU,\nand 2,539 MB; others take 0.33 times 2,539.'
    expect(withFigures(text, '{ratio} × the CPU, and {peak} MB', FIGURES)).toBe(
      'At 1,000 lines it takes 0.25 × the CPU,\nand 1,234 MB; others take 0.33 times 2,539.'
    )
  })

  it('may be below zero, and need no space beside Chinese', () => {
    expect(withFigures('多占用一个核的 1.2%（`a.b`）', '核的 {less}%（`a.b`）', FIGURES)).toBe(
      '多占用一个核的 -0.1%（`a.b`）'
    )
    expect(withFigures('多占用一个核的 -0.1%', '核的 {ratio}%', FIGURES)).toBe('多占用一个核的 0.25%')
  })

  it('is the whole number, not the end of a longer one', () => {
    expect(withFigures('takes 10.33 × of it', '{ratio} × of', FIGURES)).toBe('takes 0.25 × of it')
  })

  it('stands there once, and has a name that is known', () => {
    expect(() => withFigures('nothing', '{ratio} × the', FIGURES)).toThrow('0 times, not once: {ratio} × the')
    expect(() => withFigures('1 × the, 2 × the', '{ratio} × the', FIGURES)).toThrow('2 times, not once')
    expect(() => withFigures('1 × the', '{other} × the', FIGURES)).toThrow('no figure is called other')
  })
})

describe('the cells of a table', () => {
  const table = [
    'before',
    '',
    '| a       |    b |    c |',
    '| --- | -: | -: |',
    '| one     |  1.0 |    – |',
    '| _more:_ |      |      |',
    '| two     |  2.0 |  900 |',
    '',
    '| other | 3 |'
  ]

  it('are put row by row, without the rows that are headings, as wide as before', () => {
    const [head, rest] = [table.slice(0, 4), table.slice(7)]
    expect(
      withCells(table.join('\n'), [
        ['1.5', '–'],
        ['2.5', '70']
      ]).split('\n')
    ).toEqual([
      ...head,
      '| one     |  1.5 |    – |',
      '| _more:_ |      |      |',
      '| two     |  2.5 |   70 |',
      ...rest
    ])
  })

  it('are as many as there are rows', () => {
    expect(() => withCells(table.join('\n'), [['1.5', '–']])).toThrow('the table has 2 rows, not 1')
  })
})

it('README and docs quote each figure in both languages', () => {
  const namesIn = (isChinese: boolean) =>
    PLACES.filter(({ file }) => file.includes('zh') === isChinese).flatMap(
      ({ text }) => text.match(/\{[^}]+\}/g) ?? []
    )
  expect(namesIn(true)).toEqual(namesIn(false))
})
