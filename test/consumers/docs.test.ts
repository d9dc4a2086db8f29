import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readStream } from '@dis-logs/core/reader'
import { describe, expect, it } from 'vitest'
import { codeIn, tablesOf } from '../docs/tables.ts'

const ROOT = join(import.meta.dirname, '../..')
const RECIPES = join(import.meta.dirname, 'recipes')
const docs = readFileSync(join(ROOT, 'docs/consumers.md'), 'utf8')

/** The recipe that a comment names, and the code below it. */
const shown = [...docs.matchAll(/<!-- (\S+) -->\s+```js\n(.*?)```/gs)].map(
  ([, recipe = '', code = '']) => [recipe, code] as const
)

describe('docs/consumers.md', () => {
  it('shows each recipe', () => {
    expect(shown.map(([recipe]) => recipe).sort()).toEqual(readdirSync(RECIPES).sort())
  })

  it.each(shown)('shows %s as it is tested', (recipe, code) => {
    expect(readFileSync(join(RECIPES, recipe), 'utf8')).toContain(code)
  })

  it('shows the beginning of the FunctionGraph example', () => {
    const text = readFileSync(join(ROOT, 'examples/functiongraph-consumer/index.js'), 'utf8')
    const blocks = [...docs.matchAll(/```js\n(.*?)```/gs)].map(([, code = '']) => code)
    const rest = blocks.filter((code) => !shown.some(([, own]) => own === code))
    expect(rest).toHaveLength(1)
    for (const code of rest) expect(text).toContain(code)
  })

  it('has every option of readStream, and no other', () => {
    const rows = tablesOf('consumers.md').find(({ columns }) => columns[0] === 'option')?.rows ?? []
    const own = rows.flatMap((row) => codeIn(row.get('option') ?? ''))
    const connection = rows
      .filter((row) => row.get('option') === 'of a connection')
      .flatMap((row) => codeIn(row.get('') ?? ''))
    const names = { aggregate: true }
    const refusal = () => readStream(names as never)
    let allowed: string[] = []
    try {
      refusal()
    } catch (error) {
      allowed = /allowed here: (.*)$/.exec(String(error))?.[1]?.split(', ') ?? []
    }
    expect(allowed.length).toBeGreaterThan(10)
    expect([...own, ...connection].sort()).toEqual(allowed.sort())
  })
})
