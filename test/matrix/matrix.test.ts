/** What `pnpm matrix` wrote into docs/runtimes.md. The matrix itself takes minutes, and is no part of `pnpm test`. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { codeIn, tablesOf } from '../docs/tables.ts'
import { NAMES } from './names.mjs'
import { withRow } from './table.mjs'

describe('the table of the last run', () => {
  const text = readFileSync(new URL('../../docs/runtimes.md', import.meta.url), 'utf8')
  const row = { name: 'bun', version: '9.9', tried: 20, failed: 0, day: '2099-01-01' }

  it('has a row for all that the matrix tries, with what it was tried with, and when', () => {
    const rows = tablesOf('runtimes.md').flatMap((table) =>
      table.columns.includes('last run') ? table.rows : []
    )
    expect(rows.flatMap((row) => codeIn(row.get('what') ?? ''))).toEqual(NAMES)
    for (const row of rows) {
      expect(row.get('tried with')).toMatch(/\d+\.\d+/)
      expect(row.get('result')).toMatch(/^(all \d+ work|\d+ of \d+ fail)$/)
      expect(row.get('last run')).toMatch(/^\d{4}-\d\d-\d\d$/)
    }
  })

  it('gets the row of a new run in the place of the former one, and keeps the others', () => {
    const changed = withRow(text, NAMES, row)
    expect(changed).toMatch(/^\| `bun` +\| 9\.9 +\| all 20 work +\| 2099-01-01 \|$/m)
    expect(changed.match(/^\| `/gm)).toHaveLength(NAMES.length)
    expect(withRow(changed, NAMES, row)).toBe(changed)
    const names = (from: string) => [...from.matchAll(/^\| (`[^`]+`)/gm)].map(([, name]) => name)
    expect(names(changed)).toEqual(names(text))
  })

  it('says how many fail, and loses the row of what is not tried any more', () => {
    const changed = withRow(text, ['deno', 'bun'], { ...row, failed: 3 })
    expect(changed).toMatch(/^\| `bun` +\| 9\.9 +\| 3 of 20 fail +\| 2099-01-01 \|$/m)
    expect([...changed.matchAll(/^\| `([^`]+)`/gm)].map(([, name]) => name)).toEqual(['deno', 'bun'])
  })

  it('is not written where there is no place for it', () => {
    expect(() => withRow('# Runtimes\n', NAMES, row)).toThrow('there is no table between')
  })
})
