import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { MUTATIONS } from '../simulation/mutations.mjs'
import { codeIn, tablesOf } from './tables.ts'

const ROOT = join(import.meta.dirname, '../..')
const tables = tablesOf('verification.md')
const rowsWith = (column: string) =>
  tables.flatMap(({ columns, rows }) => (columns.includes(column) ? rows : []))
const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>
}

/** Folders that hold no tests of their own kind. */
const SAID_ELSEWHERE = ['test/fixtures']

describe('docs/verification.md', () => {
  const ways = rowsWith('what it tries')

  it('names folders that are there, and commands that exist', () => {
    expect(ways.length).toBeGreaterThan(12)
    for (const way of ways) {
      const folders = codeIn(way.get('where') ?? '')
      expect(folders.length).toBeGreaterThan(0)
      expect(folders.filter((folder) => !existsSync(join(ROOT, folder)))).toEqual([])
      const [command = ''] = codeIn(way.get('run by') ?? '')
      expect(scripts).toHaveProperty([/^pnpm ([\w:]+)/.exec(command)?.[1] ?? command])
    }
  })

  it('leaves out no folder of tests', () => {
    const named = ways.flatMap((way) => codeIn(way.get('where') ?? ''))
    const folders = readdirSync(join(ROOT, 'test'), { withFileTypes: true }).filter((entry) =>
      entry.isDirectory()
    )
    const missing = folders.map(({ name }) => `test/${name}`).filter((folder) => !named.includes(folder))
    expect(missing.sort()).toEqual(SAID_ELSEWHERE)
  })

  it('tells the story of each kept run, and has a test for each', () => {
    const kept = rowsWith('kept as').flatMap((row) => codeIn(row.get('kept as') ?? ''))
    expect(kept.filter((file) => !existsSync(join(ROOT, 'test', file)))).toEqual([])
    const runs = readdirSync(join(ROOT, 'test/simulation/kept')).map((name) => `simulation/kept/${name}`)
    expect(kept.filter((file) => file.startsWith('simulation/')).sort()).toEqual(runs.sort())
  })

  it('has a row for each fault that the judge is to find', () => {
    const found = rowsWith('after seeds').map((row) => row.get('fault'))
    expect(found.sort()).toEqual(MUTATIONS.map(({ name }) => name).sort())
  })

  it('is found from the README', () => {
    expect(readFileSync(join(ROOT, 'README.md'), 'utf8')).toContain('](docs/verification.md)')
  })
})
