/** Numbers of streams → lines of a terminal, as many and as wide as it has. Pure. */
import { printable } from '@dis-logs/core'
import { count } from '../output.ts'
import { MEGABYTE } from '../stream/limits.ts'
import { fit, join, type Segment, type Style } from '../terminal/segments.ts'
import { gapBefore, shareRows } from './rows.ts'
import { type Paint, tableOf } from './table.ts'
import type { StreamView } from './view.ts'
import { megabytes, more, percent, rate, styleOf } from './words.ts'

/** Room that there is. */
export interface Room {
  readonly columns: number
  /** Lines; without an end where the page is printed and not shown. */
  readonly rows: number
  readonly paint: Paint
}

/** All streams, each with its partitions. What does not fit is counted. */
export function pageOf(streams: readonly StreamView[], { columns, paint, rows }: Room): string[] {
  const shares = shareRows(streams, rows)
  const left = streams.length - shares.length
  const lines = [
    ...shares.flatMap(({ rows: room, stream }, index) => [
      ...(gapBefore(shares, index) > 0 ? [''] : []),
      join(fit(headOf(stream), columns), paint),
      ...(room > 1 ? tableOf(stream, room - 1, columns, paint) : [])
    ]),
    ...(left > 0 ? [paint('dim', more(left, 'stream'))] : [])
  ]
  return lines.slice(0, rows)
}

function headOf(stream: StreamView): Segment[] {
  const active = stream.partitions.filter(({ status }) => status === 'ACTIVE').length
  const name = printable(stream.name)
  const status = printable(stream.status)
  const records = rate(stream.recordsPerSecond)
  return [
    piece(name, name, 10, 'bold'),
    ...(status === 'RUNNING' ? [] : [piece(status, status, 9, 'red')]),
    piece(printable(`${stream.type} ${stream.dataType}`), printable(stream.type), 2, 'dim'),
    piece(`${active} partition${active === 1 ? '' : 's'}`, `${active} part.`, 3, 'dim'),
    piece(`${records} records/s`, `${records} rec/s`, 8),
    piece(`${rate(stream.linesPerSecond)} lines/s`, `${rate(stream.linesPerSecond)} lines/s`, 4),
    piece(`${megabytes(stream)} MB/s`, `${megabytes(stream)} MB/s`, 6),
    ...limitOf(stream, active),
    ...stream.consumers.map(({ app, lag }) => {
      const behind = `${printable(app)} ${lag === null ? 'no checkpoint' : `${count(lag)} behind`}`
      return piece(behind, behind, 1, 'dim')
    })
  ]
}

/** `32% of 4,000/s or 4 MB/s` */
function limitOf({ limit, limitShare }: StreamView, active: number): Segment[] {
  if (limit === null) return []
  const records = count(limit.recordsPerSecond * active)
  const share = limitShare === null ? 'limit' : `${percent(limitShare)} of`
  const whole = `${share} ${records}/s or ${count((limit.bytesPerSecond * active) / MEGABYTE)} MB/s`
  return [piece(whole, percent(limitShare), 7, styleOf(limitShare))]
}

function piece(text: string, short: string, weight: number, style?: Style): Segment {
  return { text, short, weight, style }
}
