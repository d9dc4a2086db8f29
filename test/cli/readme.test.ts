import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { partitionsWanted } from '../../packages/cli/src/doctor/advice.ts'
import { limitOf } from '../../packages/cli/src/stream/limits.ts'

const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8')

describe('README.md', () => {
  it('has as many partitions for a rate as doctor reckons', () => {
    const limit = limitOf('COMMON') ?? { records: 0, bytes: 0 }
    const rows = [...readme.matchAll(/^\| +([\d,]+) \| +(\d+) \| +(\d+) \|$/gm)].map((row) =>
      row.slice(1).map((cell) => Number(cell.replaceAll(',', '')))
    )
    expect(rows).toHaveLength(4)
    for (const [linesPerSecond = 0, plain, packed] of rows) {
      const demand = { linesPerSecond, bytesPerLine: 250, from: '' }
      const wanted = [partitionsWanted(demand, limit, false), partitionsWanted(demand, limit, true)]
      expect([linesPerSecond, ...wanted]).toEqual([linesPerSecond, plain, packed])
    }
  })

  it('never takes the npm name of another author', () => {
    expect(readme).not.toMatch(/npx (-y )?dis-logs/)
  })
})
