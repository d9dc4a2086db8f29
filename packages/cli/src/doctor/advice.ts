/** What comes, against what the stream takes → the options for it. Pure. */
import type { StreamInfo } from '@dis-logs/core'
import { count } from '../output.ts'
import { limitOf, type PartitionLimit, partitionsFilled } from '../stream/limits.ts'
import { type Check, failed, passed, skipped } from './check.ts'

/** Lines that come, or will. */
export interface Demand {
  readonly linesPerSecond: number
  readonly bytesPerLine: number
  /** How it is known, in words. */
  readonly from: string
}

/** Keys never spread evenly, and rates have peaks. */
const USABLE_SHARE = 0.8
/** What a packed record holds by default. */
const PACKED_BYTES = 50_000
/** Packing costs consumers something: it has to save more than that. */
const WORTH_PACKING = 0.9
/** Of the default buffer: lines, and what each costs beside its bytes. */
const BUFFER_BYTES = 67_108_864
const BYTES_BESIDE_A_LINE = 100
const SHORT_OUTAGE_S = 60

/** Whether `aggregate` would leave whole what is made of the stream. */
export type Packing = 'yes' | 'no' | 'unknown'

export function advise(stream: StreamInfo, demand: Demand | string, packing: Packing): Check {
  const name = 'options'
  const limit = limitOf(stream.streamType)
  if (typeof demand === 'string') return skipped(name, demand)
  if (limit === undefined) return skipped(name, `nobody knows the limits of type ${stream.streamType}`)
  const partitions = stream.partitions.filter(({ status }) => status === 'ACTIVE').length
  const plain = partitionsFor(demand, limit, false)
  const packed = partitionsFor(demand, limit, true)
  // Long lines fill the bytes of a partition before its records, packed or not.
  const packs = packing !== 'no' && plain > partitions * USABLE_SHARE && packed < plain * WORTH_PACKING
  const needed = packs ? packed : plain
  const facts = factsOf(demand, partitions, plain, packs ? packed : undefined)
  const tips = tipsOf(demand, limit, packs)
  const doubt = packing === 'unknown' ? ' if no dump task is broken by it' : ''
  if (needed <= partitions * USABLE_SHARE) {
    const recommended = packs ? `{ aggregate: true }${doubt}` : 'the defaults'
    return passed(name, [facts, `recommended: ${recommended}`, ...tips].join('; '))
  }
  const wanted = withRoom(needed)
  const also = packs ? `set aggregate: true${doubt}, and ` : ''
  return failed(
    name,
    [facts, ...tips].join('; '),
    `${also}add partitions: ${count(wanted)} leave room for peaks and uneven keys`
  )
}

/** How many partitions a stream should have for it. */
export function partitionsWanted(demand: Demand, limit: PartitionLimit, isPacked: boolean): number {
  return withRoom(partitionsFor(demand, limit, isPacked))
}

function withRoom(needed: number): number {
  return Math.ceil(needed / USABLE_SHARE)
}

/** How many partitions it would fill, as a broken number. */
function partitionsFor(demand: Demand, limit: PartitionLimit, isPacked: boolean): number {
  const { bytesPerLine, linesPerSecond } = demand
  // A newline stands between packed lines.
  const bytes = linesPerSecond * (bytesPerLine + (isPacked ? 1 : 0))
  const records = isPacked ? bytes / Math.max(PACKED_BYTES, bytesPerLine) : linesPerSecond
  return partitionsFilled(records, bytes, limit)
}

function factsOf(demand: Demand, partitions: number, plain: number, packed: number | undefined): string {
  const { bytesPerLine, from, linesPerSecond } = demand
  const share = (needed: number) => `${count((needed / partitions) * 100)}%`
  const rate = `${count(linesPerSecond)} lines/s of ${count(bytesPerLine)} bytes (${from})`
  const alone = `take ${share(plain)} of what the stream takes`
  return `${rate} ${alone}${packed === undefined ? '' : `, packed ${share(packed)}`}`
}

function tipsOf(demand: Demand, limit: PartitionLimit, packs: boolean): string[] {
  const { bytesPerLine, linesPerSecond } = demand
  const ofAll = partitionsFor(demand, limit, packs)
  const perPartition = Math.floor(linesPerSecond / ofAll)
  const seconds = BUFFER_BYTES / (linesPerSecond * (bytesPerLine + BYTES_BESIDE_A_LINE))
  return [
    ...(ofAll > USABLE_SHARE
      ? [
          `a key goes to one partition, which takes ${count(perPartition)} lines/s: a host that logs more needs a partitionKey with more values, or null`
        ]
      : []),
    ...(seconds < SHORT_OUTAGE_S
      ? [
          `in an outage the buffer of a process that logs all of it is full after ${count(seconds)} s: a spool holds more`
        ]
      : [])
  ]
}
