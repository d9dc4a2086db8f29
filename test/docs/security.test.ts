import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { exists, promisesOf } from './promises.ts'
import { codeIn, tablesOf } from './tables.ts'

const ROOT = join(import.meta.dirname, '../..')
const THREATS = 'what could happen'

const threats = tablesOf('security.md').flatMap(({ columns, rows }) =>
  columns.includes(THREATS) ? rows : []
)
const tests = promisesOf('threats.txt')
const nameOf = (row: ReadonlyMap<string, string>): string => row.get(THREATS) ?? ''

describe('docs/security.md', () => {
  it('has a threat in each row of threats.txt, and the other way round', () => {
    expect(threats.map(nameOf)).toEqual([...tests.keys()])
    expect(threats.length).toBeGreaterThan(25)
  })

  it.each(threats.map((row) => [nameOf(row), row] as const))(
    'says what is done about it, and what remains: %s',
    (threat, row) => {
      expect([...row.values()].filter((cell) => cell === '')).toEqual([])
      const held = tests.get(threat) ?? []
      expect(held).not.toEqual([])
      expect(held.filter((test) => !exists(test) || test === '(explains)')).toEqual([])
      // The document names the files, for whoever wants to read them.
      expect(codeIn(row.get('held by') ?? '').sort()).toEqual(
        [...new Set(held.map((test) => test.split(': ')[0]))].sort()
      )
    }
  )
})

describe.each(['SECURITY.md', 'docs/security.md'])('%s', (file) => {
  const text = readFileSync(join(ROOT, file), 'utf8')

  it('leads to files that are there', () => {
    const links = [...text.matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)].map(([, link = '']) => link)
    expect(links.length).toBeGreaterThan(1)
    const broken = links.filter(
      (link) => !/^https:/.test(link) && !existsSync(join(ROOT, dirname(file), link))
    )
    expect(broken).toEqual([])
  })

  it('invents no address to write to', () => {
    expect(text).not.toMatch(/[\w.+-]+@[\w-]+\.\w+|mailto:/)
  })

  it('is found from the README', () => {
    expect(readFileSync(join(ROOT, 'README.md'), 'utf8')).toContain(`](${file})`)
  })
})
