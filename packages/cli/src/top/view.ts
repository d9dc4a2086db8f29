/** A look at a stream and its consumers → the numbers that `top` shows, in the form of its JSON. Pure. */
import type { ConsumerState } from '@dis-logs/core'
import { limitOf, type PartitionLimit, partitionsFilled } from '../stream/limits.ts'
import type { Look, PartitionRate } from '../stream/meter.ts'

/** A rate that is not known (yet) is `null`. */
export interface Rates {
  /** Records that came since the look before. */
  readonly records: number | null
  readonly recordsPerSecond: number | null
  readonly linesPerSecond: number | null
  readonly bytesPerSecond: number | null
  /** Part of the limit that is used, 0 to 1 or more: of records or of bytes, whichever is nearer. */
  readonly limitShare: number | null
}

/** A partition in numbers. */
export interface PartitionView extends Rates {
  readonly partitionId: string
  readonly status: string
  /** Part of the stream's records. */
  readonly streamShare: number | null
  /** True where bytes and lines are those of some of the records, multiplied. */
  readonly isEstimate: boolean
  /** Records that a consumer has not read, by its name; `null` where it has no checkpoint. */
  readonly lag: Readonly<Record<string, number | null>>
}

/** A stream in numbers; of all partitions that take records. */
export interface StreamView extends Rates {
  readonly name: string
  readonly status: string
  readonly type: string
  readonly dataType: string
  /** Of a partition; `null` for a type that is not known. */
  readonly limit: { readonly recordsPerSecond: number; readonly bytesPerSecond: number } | null
  /** `null` where it has no checkpoint at all. */
  readonly consumers: readonly { readonly app: string; readonly lag: number | null }[]
  readonly partitions: readonly PartitionView[]
}

/** What a consumer says of itself. */
export interface Consumer {
  readonly app: string
  readonly states: readonly ConsumerState[]
}

export function viewOf({ elapsedMs, partitions, stream }: Look, consumers: readonly Consumer[]): StreamView {
  const limit = limitOf(stream.streamType)
  const total = sum(partitions.map(({ records }) => records ?? 0))
  const views = partitions
    .filter((partition) => partition.status !== 'EXPIRED')
    .map((partition) => ({
      ...partitionView(partition, elapsedMs, limit),
      streamShare: partition.records === undefined || total === 0 ? null : partition.records / total,
      lag: Object.fromEntries(consumers.map((consumer) => [consumer.app, lagIn(partition, consumer)]))
    }))
  const active = views.filter(({ status }) => status === 'ACTIVE')
  const all = <T extends keyof Rates>(name: T) => sumOf(views.map((view) => view[name]))
  const recordsPerSecond = all('recordsPerSecond')
  const bytesPerSecond = all('bytesPerSecond')
  return {
    name: stream.streamName,
    status: stream.status,
    type: stream.streamType,
    dataType: stream.dataType,
    limit: limit === undefined ? null : { recordsPerSecond: limit.records, bytesPerSecond: limit.bytes },
    records: all('records'),
    recordsPerSecond,
    linesPerSecond: all('linesPerSecond'),
    bytesPerSecond,
    limitShare: shareOf(recordsPerSecond, bytesPerSecond, limit, active.length),
    consumers: consumers.map(({ app }) => ({ app, lag: knownSum(views.map(({ lag }) => lag[app] ?? null)) })),
    partitions: views
  }
}

function partitionView(
  { content, partitionId, records, status }: PartitionRate,
  elapsedMs: number | undefined,
  limit: PartitionLimit | undefined
): Omit<PartitionView, 'lag' | 'streamShare'> {
  const perSecond = (value: number | undefined) =>
    elapsedMs === undefined || value === undefined ? null : value / (elapsedMs / 1_000)
  const recordsPerSecond = perSecond(records)
  const bytesPerSecond = perSecond(content?.bytes)
  return {
    partitionId,
    status,
    records: records ?? null,
    recordsPerSecond,
    linesPerSecond: perSecond(content?.lines),
    bytesPerSecond,
    limitShare: shareOf(recordsPerSecond, bytesPerSecond, limit, 1),
    isEstimate: content?.isEstimate === true
  }
}

function shareOf(
  records: number | null,
  bytes: number | null,
  limit: PartitionLimit | undefined,
  partitions: number
): number | null {
  if (limit === undefined || records === null || partitions === 0) return null
  return partitionsFilled(records, bytes ?? 0, limit) / partitions
}

/** A consumer that lost records, because they were not kept so long, is behind by what is kept. */
function lagIn({ next, oldest = 0n, partitionId }: PartitionRate, { states }: Consumer): number | null {
  const read = states.find((state) => state.partitionId === partitionId)?.sequenceNumber
  if (next === undefined || read === undefined) return null
  const position = BigInt(read) + 1n
  const from = position < oldest ? oldest : position
  return next < from ? 0 : Number(next - from)
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

/** Unknown if one of them is. */
function sumOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null)
  return known.length < values.length || values.length === 0 ? null : sum(known)
}

function knownSum(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null)
  return known.length === 0 ? null : sum(known)
}
