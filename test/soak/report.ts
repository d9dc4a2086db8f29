/** The end of the history: what each application did, what became of its lines, and each promise with its figure. */
import type { Application } from './application.ts'
import type { Books, GroupFigures } from './books.ts'
import type { Verdict } from './promises.ts'

/** All that the report is made of. */
export interface Findings {
  readonly seed: number
  readonly command: string
  readonly seconds: number
  readonly applications: readonly Application[]
  readonly strikes: ReadonlyMap<string, number>
  readonly serverRestarts: number
  readonly books: Books
  readonly groups: readonly GroupFigures[]
  readonly verdicts: readonly Verdict[]
  readonly judgePeakRss: number
}

const MIB = 1_048_576

export function reportOf(findings: Findings): string {
  const { seed, command, seconds, verdicts, books, judgePeakRss } = findings
  const broken = verdicts.filter(({ isKept }) => !isKept)
  const lines = [
    '',
    `seed ${seed}, ${Math.round(seconds)} s. Again: ${command}`,
    '',
    ...table([
      [
        'application',
        'kind',
        'lives',
        'killed',
        'delivered',
        'rejected',
        'dropped',
        'found in spool',
        'throttled',
        'ambiguous',
        'blocked',
        'longest stall',
        'peak memory'
      ],
      ...findings.applications.map(rowOf)
    ]),
    '',
    ...table([
      ['lines of', 'settled', 'arrived', 'lost', 'dead letters', 'given up', 'doubled', 'overtaken'],
      ...findings.groups.map((each) => [
        each.group,
        ...[
          each.settled,
          each.arrived,
          each.lost,
          each.letters,
          each.givenUp,
          each.doubled,
          each.overtaken
        ].map(String)
      ])
    ]),
    '',
    `faults: ${[...findings.strikes]
      .map(([name, times]) => `${name} ${times}`)
      .sort()
      .join(', ')}; server restarts ${findings.serverRestarts}`,
    `warnings: ${warningsOf(findings.applications)}`,
    `lines that the streams say were dropped: ${books.droppedInStream}; memory of the soak itself: ${Math.round(judgePeakRss / MIB)} MiB`,
    '',
    ...table([
      ['promise', 'judged', 'figure'],
      ...verdicts.map(({ promise, isKept, figure }) => [promise, isKept ? 'kept' : 'BROKEN', figure])
    ]),
    '',
    ...broken.flatMap(({ name, breaches, examples }) => [
      `${name}: broken ${breaches} times`,
      ...examples.map((text) => `  ${text}`)
    ]),
    broken.length === 0
      ? 'every promise was kept'
      : `${broken.length} PROMISES BROKE: ${broken.map(({ name }) => name).join(', ')}`
  ]
  return lines.join('\n')
}

function rowOf({ plan, lives, kills, accounts: { sums } }: Application): string[] {
  return [
    `${plan.name} (${plan.stream}, ${plan.isOrdered ? 'ordered, ' : ''}spool ${plan.spool})`,
    plan.kind,
    ...[
      lives,
      kills,
      sums.delivered,
      sums.rejected,
      sums.dropped,
      sums.recovered,
      sums.throttledRecords,
      sums.ambiguous
    ].map(String),
    `${(sums.blockedMs / 1_000).toFixed(1)} s`,
    `${sums.worstStallMs} ms`,
    `${Math.round(sums.peakRss / MIB)} MiB`
  ]
}

function warningsOf(applications: readonly Application[]): string {
  const all = new Map<string, number>()
  for (const { warnings } of applications)
    for (const [code, times] of warnings) all.set(code, (all.get(code) ?? 0) + times)
  return (
    [...all]
      .map(([code, times]) => `${code} ${times}`)
      .sort()
      .join(', ') || 'none'
  )
}

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length))
  )
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd()
  )
}
