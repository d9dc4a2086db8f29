/** A partition that was in trouble gets what waited for it, and a stream at its limit is kept full. */
import { describe, expect, it } from 'vitest'
import type { DisOptions } from '../../packages/core/src/index.ts'
import { expectBalanced, world } from '../core/producer/world.ts'
import { keyedLine, keyOf, offer, uuid } from './load.ts'
import { BAD, limits, load, PARTITIONS, PATIENT } from './partitions.ts'
import { Service } from './service.ts'

const someKeys = (index: number) => uuid(index % 300)

describe.each([['DIS.5000'], ['DIS.4303']])('a partition that answered %s for eight seconds', (code) => {
  it.each<[string, DisOptions, ((index: number) => string)?]>([
    ['without keys', { partitionKey: null }],
    ['of keys that are never seen twice', {}],
    ['of a few hundred keys, ordered and packed', { ordered: true, aggregate: true }, someKeys],
    ['of a few hundred keys', {}, someKeys]
  ])('gets all that waited, soon after its recovery: %s', async (_, options, keyFor) => {
    let isBad = true
    const { current, offered, service } = await load(
      { retry: { maxAttempts: 1_000, maxMs: 2_000 }, ...options },
      { fails: (partition) => (isBad && partition === BAD ? { code } : undefined) },
      keyFor
    )
    // A record without a key goes to another partition when it is sent again.
    if (options.partitionKey !== null) expect(current.producer.stats().buffered).toBeGreaterThan(0)
    isBad = false
    // Longer than any backoff, and long enough for a pace to grow.
    await current.clock.advance(5_000)
    expect(service.arrived).toHaveLength(offered.length)
    expect(new Set(service.arrived).size).toBe(offered.length)
    expectBalanced(current)
    if (options.ordered !== true) return
    expect(byKey(service.arrived)).toEqual(byKey(offered))
  })
})

describe('a partition that takes a fifth of what is meant for it', () => {
  it.each<[string, DisOptions, ((index: number) => string)?]>([
    ['of keys that are never seen twice', {}],
    ['of a few hundred keys', {}, someKeys]
  ])('takes that, and the others take theirs: %s', async (_, options, keyFor) => {
    const current = world({ partitionKey: 'k', ...PATIENT, ...options })
    const fails = limits(
      () => current.clock.monotonic(),
      (partition) => (partition === BAD ? 50 : Number.POSITIVE_INFINITY)
    )
    const service = new Service(current.clock, { partitions: PARTITIONS, fails }).serve(current.transport)
    const key = keyFor ?? uuid
    const offered = await offer(current, { perSecond: 5_000, seconds: 10, line: (n) => keyedLine(key(n), n) })
    await current.clock.advance(1_200)
    const isBad = (line: string) => service.partitionOf({ data: line, partition_key: keyOf(line) }) === BAD
    const share =
      service.arrived.filter((line) => !isBad(line)).length / offered.filter((line) => !isBad(line)).length
    expect(share).toBeGreaterThanOrEqual(0.97)
    // A second's worth at the start, and then the rate.
    expect(service.arrived.filter(isBad).length).toBeGreaterThanOrEqual(0.8 * 50 * 11)
  })
})

describe('a stream that is offered five times what it takes', () => {
  it.each<[string, DisOptions]>([
    ['without keys', { partitionKey: null }],
    ['of keys that are never seen twice', {}]
  ])('is kept full, and turns little away: %s', async (_, options) => {
    const LIMIT = 50
    const current = world({
      partitionKey: 'k',
      buffer: { maxBytes: 2 * 1_048_576, onFull: 'dropNewest' },
      ...options
    })
    const { clock, producer, transport } = current
    const service = new Service(clock, {
      partitions: PARTITIONS,
      latencyMs: 50,
      fails: limits(
        () => clock.monotonic(),
        () => LIMIT
      )
    }).serve(transport)
    const perSecond = 5 * LIMIT * PARTITIONS
    const line = (index: number) => keyedLine(uuid(index), index)
    await offer(current, { perSecond, seconds: 20, line })
    const [arrived, throttled] = [service.arrived.length, producer.stats().throttledRecords]
    await offer(current, { perSecond, seconds: 20, line: (index) => line(1_000_000 + index) })
    const taken = service.arrived.length - arrived
    const turnedAway = producer.stats().throttledRecords - throttled
    expect(taken / (20 * LIMIT * PARTITIONS), 'goodput').toBeGreaterThanOrEqual(0.85)
    expect(turnedAway / (taken + turnedAway), 'turned away').toBeLessThanOrEqual(0.2)
  })
})

/** Lines of each key, in order. */
function byKey(lines: readonly string[]): Map<string, string[]> {
  const found = new Map<string, string[]>()
  for (const line of lines) {
    const key = keyOf(line)
    const known = found.get(key)
    if (known === undefined) found.set(key, [line])
    else known.push(line)
  }
  return found
}
