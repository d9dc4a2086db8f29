import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { MUTATIONS } from './mutations.mjs'

describe('the faults that the judge is to find', () => {
  it.each(MUTATIONS.map(({ name, ...mutation }) => [name, mutation] as const))(
    '%s: its text stands in the sources, once, and is changed',
    (_, { file, find, replace }) => {
      const code = readFileSync(new URL(`../../packages/core/src/${file}`, import.meta.url), 'utf8')
      expect(code.split(find).length - 1).toBe(1)
      expect(replace).not.toBe(find)
    }
  )

  it('are 25 at least, with a name each', () => {
    expect(new Set(MUTATIONS.map(({ name }) => name)).size).toBe(MUTATIONS.length)
    expect(MUTATIONS.length).toBeGreaterThanOrEqual(25)
  })
})
