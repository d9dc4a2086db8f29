/** Partitions of a stream → a table, with as many columns as there is room for. Pure. */
import { printable } from '@dis-logs/core'
import { count } from '../output.ts'
import type { Style } from '../terminal/segments.ts'
import type { PartitionView, StreamView } from './view.ts'
import { megabytes, more, percent, rate, styleOf } from './words.ts'

export type Paint = (style: Style, text: string) => string

interface Column {
  readonly title: string
  readonly short: string
  /** What has the lowest goes first where there is no room. */
  readonly weight: number
  readonly isText?: boolean
  cell(partition: PartitionView): string
}

const BAR = 10
const GAP = '  '

const COLUMNS: readonly Column[] = [
  {
    title: 'PARTITION',
    short: 'PART',
    weight: 10,
    isText: true,
    cell: ({ partitionId, status }) => `${shortId(partitionId)}${status === 'ACTIVE' ? '' : ` ${status}`}`
  },
  { title: 'RECORDS/S', short: 'REC/S', weight: 8, cell: ({ recordsPerSecond }) => rate(recordsPerSecond) },
  {
    title: 'LINES/S',
    short: 'LINES/S',
    weight: 4,
    cell: ({ isEstimate, linesPerSecond }) => about(rate(linesPerSecond), isEstimate)
  },
  {
    title: 'MB/S',
    short: 'MB/S',
    weight: 5,
    cell: (partition) => about(megabytes(partition), partition.isEstimate)
  },
  { title: 'OF LIMIT', short: 'LIMIT', weight: 7, cell: ({ limitShare }) => percent(limitShare) },
  { title: '', short: '', weight: 1, isText: true, cell: ({ limitShare }) => bar(limitShare) },
  { title: 'OF STREAM', short: 'SHARE', weight: 3, cell: ({ streamShare }) => percent(streamShare) }
]

/** Titles and partitions in so many lines. Where there are more partitions, the busiest are shown, and the others counted. */
export function tableOf(stream: StreamView, room: number, columns: number, paint: Paint): string[] {
  const fits = room > stream.partitions.length
  const partitions = fits ? stream.partitions : busiest(stream.partitions, room - 2)
  const left = stream.partitions.length - partitions.length
  const [titles, ...cells] = textOf(stream, partitions, columns)
  return [
    paint('dim', titles ?? ''),
    ...cells.map((line, index) => {
      const style = styleOf(partitions[index]?.limitShare ?? null)
      return style === undefined ? line : paint(style, line)
    }),
    ...(left > 0 ? [paint('dim', more(left, 'partition'))] : [])
  ]
}

function busiest(partitions: readonly PartitionView[], room: number): PartitionView[] {
  return [...partitions]
    .sort((one, other) => (other.limitShare ?? 0) - (one.limitShare ?? 0))
    .slice(0, Math.max(0, room))
}

function textOf(stream: StreamView, partitions: readonly PartitionView[], columns: number): string[] {
  const kept = [...COLUMNS, ...stream.consumers.map(({ app }, index) => lagColumn(app, index))]
  const rows = (isShort: boolean) => [
    kept.map(({ short, title }) => (isShort ? short : title)),
    ...partitions.map((partition) => kept.map(({ cell }) => printable(cell(partition))))
  ]
  let cells = rows(false)
  while (kept.length > 1 && widthOf(cells) > columns) {
    // Short titles cost less than a column of numbers.
    cells = rows(true)
    if (widthOf(cells) <= columns) break
    const weights = kept.map(({ weight }) => weight)
    kept.splice(weights.lastIndexOf(Math.min(...weights)), 1)
    cells = rows(false)
  }
  const widths = widthsOf(cells)
  return cells.map((row) =>
    row
      .map((cell, at) => {
        const width = widths[at] ?? 0
        return kept[at]?.isText === true ? cell.padEnd(width) : cell.padStart(width)
      })
      .join(GAP)
      .trimEnd()
      .slice(0, columns)
  )
}

function lagColumn(app: string, index: number): Column {
  return {
    title: `LAG ${printable(app)}`,
    short: printable(app).slice(0, 8),
    weight: index === 0 ? 6 : 2,
    cell: ({ lag }) => (lag[app] == null ? '-' : count(lag[app]))
  }
}

function widthsOf(cells: readonly (readonly string[])[]): number[] {
  return (cells[0] ?? []).map((_, at) => Math.max(...cells.map((row) => row[at]?.length ?? 0)))
}

function widthOf(cells: readonly (readonly string[])[]): number {
  const widths = widthsOf(cells)
  return widths.reduce((total, width) => total + width, 0) + GAP.length * (widths.length - 1)
}

/** `shardId-0000000007` → `7` */
function shortId(partitionId: string): string {
  return partitionId.replace(/^shardId-0*(?=\d)/, '')
}

function about(text: string, isEstimate: boolean): string {
  return isEstimate && text !== '-' ? `~${text}` : text
}

function bar(share: number | null): string {
  const done = Math.min(BAR, Math.round((share ?? 0) * BAR))
  return `${'█'.repeat(done)}${'░'.repeat(BAR - done)}`
}
