/** What waits in a spool, in words. */
import type { SpoolInspection, SpoolPart, SpoolTarget } from '@dis-logs/core'
import { bytesInWords, count, durationInWords, lines, table } from '../output.ts'

/** The stream's name, or its id where it has no other. */
export function streamOf(target: SpoolTarget): string {
  return target.streamName || target.streamId
}

/** `app-logs at https://dis.cn-north-4.myhuaweicloud.com` */
export function describeTarget(target: SpoolTarget): string {
  return `${streamOf(target)} at ${target.origin}`
}

/** The process that wrote the lines: `web-1:4711`. */
export function writerOf({ writer, owner }: SpoolPart): string {
  return writer === undefined ? owner.id : `${writer.host}:${writer.pid}`
}

const TITLES = [
  'STREAM',
  'WRITTEN BY',
  'OWNER',
  '>LINES',
  '>BYTES',
  '>OLDEST',
  '>DAMAGED',
  'ROUTED BY',
  'FOR'
]

/** A row for each part; `nowMs`: ms since the epoch, for the ages. */
export function partsTable(parts: readonly SpoolPart[], nowMs: number): string[] {
  const rows = parts.map((part) => [
    part.target === undefined ? 'not named' : streamOf(part.target),
    writerOf(part),
    part.owner.state,
    count(part.lines),
    bytesInWords(part.bytes),
    part.oldestAt === undefined ? '-' : durationInWords(nowMs - part.oldestAt),
    part.damaged === 0 ? '-' : count(part.damaged),
    part.routes.join(', ') || '-',
    placeOf(part)
  ])
  return table(TITLES, rows)
}

function placeOf({ target, isOlderFormat }: SpoolPart): string {
  if (target !== undefined) return [target.origin, target.projectId].filter(Boolean).join(', project ')
  return isOlderFormat ? 'older format' : '-'
}

/** `2 parts, 12,348 lines, 3.4 MiB` */
export function totals({ parts }: SpoolInspection): string {
  const of = (field: 'lines' | 'bytes') => parts.reduce((sum, part) => sum + part[field], 0)
  return `${partsInWords(parts.length)}, ${lines(of('lines'))}, ${bytesInWords(of('bytes'))}`
}

/** `1 part`, `2 parts` */
export function partsInWords(parts: number): string {
  return `${count(parts)} part${parts === 1 ? '' : 's'}`
}

/** `1 damaged place`, `2 damaged places` */
export function placesInWords(places: number): string {
  return `${count(places)} damaged place${places === 1 ? '' : 's'}`
}

/** What to do about a file that was set aside. */
export const SET_ASIDE_CURE: string = 'look at it and at the disk, then delete it'
