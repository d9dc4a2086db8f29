import type { DisOptions } from '../../packages/core/src/index.ts'
import { expectBalanced, type World, world } from '../core/producer/world.ts'
import { keyedLine, keyOf, offer, uuid } from './load.ts'
import { partitionOf, type RecordFailure, Service, type ServiceOptions } from './service.ts'

export const PARTITIONS: number = 20
/** The partition that is in trouble. */
export const BAD: number = 7
const PER_SECOND = 2_500
const SECONDS = 8
// What was written last may linger, and takes a round trip.
const GRACE_MS = 1_200

/** Never rejects, so that a line that is not delivered still waits. */
export const PATIENT: DisOptions = { retry: { maxAttempts: 1_000 } }

export interface Run {
  /** Delivered share of the lines that do not lead to the bad partition. */
  readonly others: number
  /** Lines that lead to it; without keys: one in twenty. */
  readonly bad: number
  readonly offered: readonly string[]
  readonly service: Service
  readonly current: World
}

/** Eight seconds of 2,500 lines a second into a stream of twenty partitions. */
export async function load(
  options: DisOptions,
  serviceOptions: ServiceOptions,
  keyFor: (index: number) => string = uuid
): Promise<Run> {
  const current = world({ partitionKey: 'k', ...PATIENT, ...options })
  const { clock, producer, transport } = current
  const service = new Service(clock, { partitions: PARTITIONS, ...serviceOptions }).serve(transport)
  const line = (index: number) => keyedLine(keyFor(index), index)
  const offered = await offer(current, { perSecond: PER_SECOND, seconds: SECONDS, line })
  await clock.advance(GRACE_MS + 2 * (serviceOptions.latencyMs ?? 0))
  expectBalanced(current)
  if (producer.stats().written !== PER_SECOND * SECONDS) throw new Error('not all was written')
  const isOther = (text: string) =>
    !text.includes('dis_dropped') && partitionOf(keyOf(text), PARTITIONS) !== BAD
  const others = offered.filter(isOther).length
  const share =
    // A line without a key belongs to no partition: one in twenty may be unlucky.
    options.partitionKey === null
      ? service.arrived.length / (offered.length * (1 - 1 / PARTITIONS))
      : service.arrived.filter(isOther).length / others
  const bad = options.partitionKey === null ? offered.length / PARTITIONS : offered.length - others
  return { others: share, bad, offered, service, current }
}

/** The bad partition answers that for each of its records. */
export function failing(code: string): ServiceOptions {
  return { fails: (partition) => (partition === BAD ? { code } : undefined) }
}

/** Limits of partitions as token buckets that hold a second's worth; infinite: none. */
export function limits(
  now: () => number,
  perSecond: (partition: number) => number
): (partition: number) => RecordFailure | undefined {
  const buckets = new Map<number, { tokens: number; at: number }>()
  return (partition) => {
    const limit = perSecond(partition)
    if (limit === Number.POSITIVE_INFINITY) return undefined
    const bucket = buckets.get(partition) ?? { tokens: limit, at: now() }
    buckets.set(partition, bucket)
    bucket.tokens = Math.min(limit, bucket.tokens + ((now() - bucket.at) * limit) / 1_000)
    bucket.at = now()
    if (bucket.tokens < 1) return { code: 'DIS.4303', message: 'Exceeded traffic control limit' }
    bucket.tokens--
    return undefined
  }
}
