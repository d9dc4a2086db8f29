/** Figures and findings → text. */
import type { Figures, Finding } from './job.ts'

const TITLES = ['kind', 'inputs', 'inputs/s', 'slowest ms', '(index)', 'largest MiB', '(index)', 'failures']

/** A kind may have figures of several children; they are added up. */
export function table(figures: readonly Figures[], findings: readonly Finding[]): string {
  const kinds = [...new Set([...figures, ...findings].map(({ kind }) => kind))]
  const rows = kinds.map((kind) => {
    const own = figures.filter((each) => each.kind === kind)
    const inputs = own.reduce((sum, each) => sum + each.inputs, 0)
    const ms = own.reduce((sum, each) => sum + each.milliseconds, 0)
    const [slowest] = own.toSorted((a, b) => b.slowestMs - a.slowestMs)
    const [largest] = own.toSorted((a, b) => b.largestBytes - a.largestBytes)
    return [
      kind,
      inputs.toLocaleString('en-US'),
      Math.round(inputs / Math.max(ms / 1_000, 0.001)).toLocaleString('en-US'),
      (slowest?.slowestMs ?? 0).toFixed(1),
      `(${slowest?.slowestIndex ?? '-'})`,
      ((largest?.largestBytes ?? 0) / 1_048_576).toFixed(1),
      `(${largest?.largestIndex ?? '-'})`,
      String(findings.filter((each) => each.kind === kind).length)
    ]
  })
  const cells = [TITLES, ...rows]
  const widths = TITLES.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)))
  return cells
    .map((row) =>
      row
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)
        )
        .join('  ')
    )
    .join('\n')
}
