/**
 * `pnpm bench:quotes`: the figures that README and docs quote, in both languages, against bench/results. Run it after a bench whose
 * results are kept: it says which sentences are no longer true, and `--write` mends them.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { readFlags } from './measure/flags.mjs'
import { figuresOf } from './quotes/figures.mjs'
import { COST_TABLES, PLACES } from './quotes/places.mjs'
import { withCells, withFigures } from './quotes/quotes.mjs'

const flags = readFlags('pnpm bench:quotes -- are the figures in README and docs those of bench/results?', {
  write: { default: false, about: 'put them there' }
})

const root = new URL('..', import.meta.url)
const { quoted, costs } = figuresOf(new URL('results/', import.meta.url))
/** @type {[file: string, what: string, put: (text: string) => string][]} */
const changes = [
  ...PLACES.map(
    ({ file, text }) => /** @type {const} */ ([file, text, (before) => withFigures(before, text, quoted)])
  ),
  ...COST_TABLES.map(
    (file) => /** @type {const} */ ([file, 'the table of costs', (before) => withCells(before, costs)])
  )
]
let differ = 0
for (const [file, what, put] of changes) {
  const url = new URL(file, root)
  const before = readFileSync(url, 'utf8')
  const after = put(before)
  if (after === before) continue
  differ++
  console.log(`${file}: ${what.replace(/\{([^}]+)\}/g, (_, name) => quoted[name])}`)
  if (flags.write) writeFileSync(url, after)
}
console.log(
  differ === 0
    ? 'all figures are those of bench/results'
    : `${differ} ${flags.write ? 'written' : 'differ; --write puts them there'}`
)
process.exit(differ > 0 && !flags.write ? 1 : 0)
