import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { GRACE_MS } from './app.ts'

const RECIPES = join(import.meta.dirname, 'recipes')
const docs = readFileSync(join(import.meta.dirname, '../../docs/frameworks.md'), 'utf8')

/** Blocks of code by the recipe that was named last before them. */
function blocksByRecipe(): Map<string, string[]> {
  const blocks = new Map<string, string[]>()
  let recipe = ''
  for (const [, link, block] of docs.matchAll(/\]\(\.\.\/test\/apps\/recipes\/([^)]+)\)|```js\n(.*?)```/gs)) {
    if (link !== undefined) {
      recipe = link
      blocks.set(recipe, blocks.get(recipe) ?? [])
    } else if (block !== undefined) blocks.get(recipe)?.push(block)
  }
  return blocks
}

/** Numbers of seconds in a comment such as `5 s for this, 8 s for that`. */
function seconds(comment = ''): number[] {
  return [...comment.matchAll(/(\d+) s\b/g)].map(([, digits]) => Number(digits))
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}

describe('docs/frameworks.md', () => {
  it('names each recipe, and shows some of it', () => {
    const blocks = blocksByRecipe()
    expect([...blocks.keys()].sort()).toEqual(readdirSync(RECIPES).sort())
    expect([...blocks].filter(([, shown]) => shown.length === 0)).toEqual([])
  })

  it.each([...blocksByRecipe()])('shows %s as it is tested', (recipe, shown) => {
    const text = readFileSync(join(RECIPES, recipe), 'utf8')
    for (const block of shown) expect(text).toContain(block)
  })

  it('gives a pod the time that its parts need, and the tests no more than that', () => {
    const [, comment, period] = /# (.+)\nterminationGracePeriodSeconds: (\d+)/.exec(docs) ?? []
    const [preStop = 0, server = 0, ...rest] = seconds(comment)
    expect(rest).toHaveLength(2)
    expect(Number(period)).toBe(sum([preStop, server, ...rest]))
    expect(GRACE_MS).toBe((Number(period) - preStop) * 1_000)
    for (const name of readdirSync(RECIPES)) {
      const [, cutOff] =
        /closeAllConnections\(\), (\d)_000/.exec(readFileSync(join(RECIPES, name), 'utf8')) ?? []
      if (cutOff !== undefined) expect(Number(cutOff)).toBeLessThanOrEqual(server)
    }
  })

  it('gives PM2 the patience that its recipe needs', () => {
    const config = readFileSync(join(RECIPES, 'ecosystem.config.cjs'), 'utf8')
    const [, comment, timeout = ''] = /\/\/ (.+?)\. .*\n\s+kill_timeout: ([\d_]+)/.exec(config) ?? []
    expect(Number(timeout.replaceAll('_', ''))).toBe(sum(seconds(comment)) * 1_000)
  })
})
