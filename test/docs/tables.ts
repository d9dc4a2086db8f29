import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A row of a table in a Markdown file: its cells by the names of their columns. */
export type Row = ReadonlyMap<string, string>

export interface Table {
  /** The nearest heading above. */
  readonly heading: string
  readonly columns: readonly string[]
  readonly rows: readonly Row[]
}

/** Every table of a file under `docs/`. */
export function tablesOf(file: string): Table[] {
  const lines = readFileSync(join(import.meta.dirname, '../../docs', file), 'utf8').split('\n')
  const tables: Table[] = []
  let heading = ''
  for (const [index, line] of lines.entries()) {
    if (line.startsWith('#')) heading = line.replace(/^#+ /, '')
    if (!/^\|[ :|-]+\|$/.test(line)) continue
    const columns = cellsOf(lines[index - 1] ?? '')
    const end = lines.findIndex((later, at) => at > index && !later.startsWith('|'))
    const rows = lines.slice(index + 1, end < 0 ? undefined : end).map((row) => {
      const cells = cellsOf(row)
      return new Map(columns.map((column, at) => [column, cells[at] ?? '']))
    })
    tables.push({ heading, columns, rows })
  }
  return tables
}

export function cellsOf(line: string): string[] {
  return line
    .replace(/^\|/, '')
    .replace(/\|\s*$/, '')
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim())
}

/** What stands between backticks, in order. */
export function codeIn(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code)
}
