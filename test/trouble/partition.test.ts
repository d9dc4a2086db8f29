/** A partition is the unit of trouble: what one of them does slows no other. */
import { describe, expect, it } from 'vitest'
import type { DisOptions } from '../../packages/core/src/index.ts'
import { expectBalanced, world } from '../core/producer/world.ts'
import { keyedLine, keyOf, offer, uuid } from './load.ts'
import { partitionOf, Service, type ServiceOptions } from './service.ts'

const PARTITIONS = 20
const BAD = 7
const PER_SECOND = 5_000
const SECONDS = 8
// What was written last may linger, and takes a round trip.
const GRACE_MS = 1_200

interface Run {
  /** Delivered share of the lines that do not lead to the bad partition. */
  readonly others: number
}

async function run(
  options: DisOptions,
  service: ServiceOptions,
  keyFor: (index: number) => string = uuid
): Promise<Run> {
  const current = world({ partitionKey: 'k', ...options })
  const { clock, producer, transport } = current
  const { arrived } = new Service(clock, { partitions: PARTITIONS, ...service }).serve(transport)
  const line = (index: number) => keyedLine(keyFor(index), index)
  const offered = await offer(current, { perSecond: PER_SECOND, seconds: SECONDS, line })
  await clock.advance(GRACE_MS)
  expectBalanced(current)
  expect(producer.stats().written).toBe(PER_SECOND * SECONDS)
  const isOther = (text: string) => partitionOf(keyOf(text), PARTITIONS) !== BAD
  // A line without a key belongs to no partition: one in twenty may be unlucky.
  const share =
    options.partitionKey === null
      ? arrived.length / (offered.length * (1 - 1 / PARTITIONS))
      : arrived.filter(isOther).length / offered.filter(isOther).length
  return { others: share }
}

const failing = (code: string): ServiceOptions => ({
  fails: (partition) => (partition === BAD ? { code } : undefined)
})

const CODES = ['DIS.5000', 'DIS.4303'] as const
// Never rejected, so that a line that is not delivered still waits.
const patient: DisOptions = { retry: { maxAttempts: 1_000 } }
const someKeys = (index: number) => uuid(index % 300)

describe.each(CODES)(
  'one of twenty partitions answers %s for its records; the others take their lines',
  (code) => {
    it.each<[string, DisOptions, ((index: number) => string)?]>([
      ['without keys', { partitionKey: null }],
      ['of keys that are never seen twice', {}],
      ['of keys that are never seen twice, ordered', { ordered: true }],
      ['of keys that are never seen twice, packed', { aggregate: true }],
      ['of a few hundred keys', {}, someKeys],
      ['of a few hundred keys, packed', { aggregate: true }, someKeys],
      ['of a few hundred keys, packed and ordered', { aggregate: true, ordered: true }, someKeys],
      ['without keys, packed', { partitionKey: null, aggregate: true }]
    ])('%s', async (_, options, keyFor) => {
      const { others } = await run({ ...patient, ...options }, failing(code), keyFor)
      expect(others).toBeGreaterThanOrEqual(0.97)
    })
  }
)
