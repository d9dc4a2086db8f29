import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const RECIPES = join(import.meta.dirname, 'recipes')

/** Blocks of JavaScript in a page whose first line is a comment with the name of a file, by that name. */
function blocksOf(page: string): Map<string, string> {
  const text = readFileSync(join(import.meta.dirname, '../..', page), 'utf8')
  const blocks = text.matchAll(/^```js\n\/\/ (?<name>[\w-]+\.[cm]js)\n(?<code>.*?)^```$/gms)
  return new Map([...blocks].map(({ groups }) => [groups?.['name'] ?? '', groups?.['code'] ?? '']))
}

const pages = ['docs/tracing.md', 'packages/winston/README.md']
const blocks = new Map(pages.flatMap((page) => [...blocksOf(page)]))

describe('the recipes in the docs', () => {
  it('are all files that run in these tests, and the other way round', () => {
    expect([...blocks.keys()].toSorted()).toEqual(readdirSync(RECIPES).toSorted())
  })

  it.each([...blocks])('%s is the same text', (name, code) => {
    expect(code).toBe(readFileSync(join(RECIPES, name), 'utf8'))
  })

  it('are all blocks of docs/tracing.md', () => {
    const all = readFileSync(join(import.meta.dirname, '../../docs/tracing.md'), 'utf8').match(/^```\w+/gm)
    expect(all).toHaveLength(blocksOf('docs/tracing.md').size)
  })
})
