import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspectSpool } from '@dis-logs/core'
import { createLocalDis } from '@dis-logs/local'
import { describe, expect, it } from 'vitest'
import { codeIn, type Row, tablesOf } from '../docs/tables.ts'
import { arrivals, compare, optionsFor, STREAM } from '../e2e/arrivals.ts'
import { shareOf } from '../thorough.ts'
import { ARRANGEMENTS, run, type Version } from './child.ts'

const LINES = 1_000

/** The tables of docs/pino.md, by the version that they are about. */
const TABLES: readonly (readonly [Version, string])[] = [
  ['pino', 'Ways of ending'],
  ['pino-9', 'With pino 9']
]

const cells = TABLES.flatMap(([version, heading]) =>
  tablesOf('pino.md')
    .filter((table) => table.heading === heading)
    .flatMap(({ rows }) => rows.map((row) => ({ version, name: arrangementOf(row), row })))
)

function arrangementOf(row: Row): string {
  return codeIn(row.get('arrangement') ?? '')[0] ?? ''
}

/** What the cell of the table says, as it is found: ✓, – or spool. */
async function play(version: Version, name: string, ending: string): Promise<string> {
  const arrangement = ARRANGEMENTS.find((known) => known === name)
  if (arrangement === undefined) throw new Error(`docs/pino.md has an unknown arrangement, ${name}`)
  const dir = mkdtempSync(join(tmpdir(), 'dis-logs-pino-'))
  // So slow that a barrier which waits for nothing calls back long before.
  const dis = await createLocalDis({
    streams: [{ name: STREAM, partitions: 3 }],
    limits: false,
    faults: [{ kind: 'slow', delayMs: 300 }]
  })
  try {
    const options = optionsFor(dis, { spool: { dir, mode: 'overflow' } })
    const { code, stderr } = await run({ version, arrangement, options, lines: LINES, ending })
    const crashed = ending === 'uncaught exception'
    // After a flush the application kills itself, so that nothing is sent later.
    const expected = ending.includes('flush') || ending.includes('Of') ? null : crashed ? 1 : 0
    expect([ending, code, crashed ? '' : stderr.replace(/.*PINO_FLUSH.*\n/, '')]).toEqual([
      ending,
      expected,
      ''
    ])
    const { missing, repeated } = compare(await arrivals(dis), LINES)
    expect(repeated).toEqual([])
    if (missing.length === 0) return '✓'
    if (missing.length === LINES && expected === null) return '–'
    const { parts } = await inspectSpool(dir)
    expect(parts.reduce((sum, { lines }) => sum + lines, 0)).toBeGreaterThanOrEqual(missing.length)
    return 'spool'
  } finally {
    await dis.close()
    rmSync(dir, { recursive: true, force: true })
  }
}

describe('docs/pino.md', () => {
  it('has every arrangement', () => {
    const names = cells.filter(({ version }) => version === 'pino').map(({ name }) => name)
    expect(names).toEqual(ARRANGEMENTS)
  })

  it.each(shareOf(cells))(
    'says how it ends: $version, $name',
    async ({ version, name, row }) => {
      const says = [...row].filter(([column]) => column !== 'arrangement')
      const found = await Promise.all(
        says.map(async ([column]) => [column, await play(version, name, column.replaceAll('`', ''))] as const)
      )
      expect(found).toEqual(says)
    },
    60_000
  )
})
