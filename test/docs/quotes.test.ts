import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { figuresOf } from '../../bench/quotes/figures.mjs'
import { COST_TABLES, PLACES } from '../../bench/quotes/places.mjs'
import { withCells, withFigures } from '../../bench/quotes/quotes.mjs'

const { quoted, costs } = figuresOf(new URL('../../bench/results/', import.meta.url))
const read = (file: string) => readFileSync(join(import.meta.dirname, '../..', file), 'utf8')

// `node bench/quotes.mjs --write` mends what fails here.
it.each(PLACES)('$file quotes what was measured: $text', ({ file, text }) => {
  const page = read(file)
  expect(withFigures(page, text, quoted)).toBe(page)
})

it.each(COST_TABLES)('the table of costs in %s has what was measured', (file) => {
  const page = read(file)
  expect(withCells(page, costs)).toBe(page)
})
