/** A key that fills its partition while others have room is told, with the two cures. */
import { describe, expect, it } from 'vitest'
import type { DisOptions, WarningEvent } from '../../packages/core/src/index.ts'
import { type World, world } from '../core/producer/world.ts'
import { keyedLine, offer } from './load.ts'
import { partitionOf, Service } from './service.ts'

const PARTITIONS = 8
const HOT = 'tenant-0815'

const hotKeys = ({ events }: World): WarningEvent[] =>
  events
    .filter(({ name }) => name === 'warning')
    .map(({ payload }) => payload as WarningEvent)
    .filter(({ code }) => code === 'HOT_KEY')

interface Scene {
  /** Records a second that a partition takes. */
  readonly limit: number
  /** Lines a second. */
  readonly offered: number
  readonly seconds: number
  readonly partitions?: number
  readonly keyFor: (index: number) => string
  readonly options?: DisOptions
}

async function run({
  limit,
  offered,
  seconds,
  partitions = PARTITIONS,
  keyFor,
  options
}: Scene): Promise<World> {
  const current = world({
    partitionKey: 'k',
    buffer: { maxBytes: 8 * 1_048_576, onFull: 'dropOldest' },
    ...options
  })
  const { clock, transport } = current
  // A bucket that holds a second's worth, for each partition.
  const buckets = Array.from({ length: partitions }, () => ({ tokens: limit, at: clock.monotonic() }))
  const service = new Service(clock, {
    partitions,
    fails: (partition) => {
      const bucket = buckets[partition]
      if (bucket === undefined) return undefined
      const now = clock.monotonic()
      bucket.tokens = Math.min(limit, bucket.tokens + ((now - bucket.at) * limit) / 1_000)
      bucket.at = now
      if (bucket.tokens < 1) return { code: 'DIS.4303', message: 'Exceeded traffic control limit' }
      bucket.tokens--
      return undefined
    }
  }).serve(transport)
  await offer(current, { perSecond: offered, seconds, line: (index) => keyedLine(keyFor(index), index) })
  expect(service.arrived.length).toBeGreaterThan(0)
  return current
}

// Nine of ten lines; the others go to the other partitions.
const coldKeys = Array.from({ length: 1_000 }, (_, index) => `key-${index}`).filter(
  (key) => partitionOf(key, PARTITIONS) !== partitionOf(HOT, PARTITIONS)
)
const mostlyHot = (index: number): string =>
  index % 10 === 0 ? (coldKeys[index % coldKeys.length] ?? '') : HOT

describe('a key that gets nine of ten lines, three times what its partition takes', () => {
  it('is told with its name, its share and the cures, within half a minute', async () => {
    const current = await run({ limit: 1_000, offered: 3_333, seconds: 30, keyFor: mostlyHot })
    expect(hotKeys(current)).toHaveLength(1)
    const [warning] = hotKeys(current)
    expect(warning?.message).toContain(HOT)
    expect(warning?.message).toMatch(/\b(8[5-9]|9[0-5])(\.\d+)? ?%/)
    expect(warning?.cure).toMatch(/aggregate/)
    expect(warning?.cure).toMatch(/partitionKey|key/)
    expect(current.stderr.join('')).toMatch(/HOT_KEY: .*tenant-0815.* — .*aggregate/)
  })

  it('is told again, but at most once in ten minutes', async () => {
    const current = await run({ limit: 60, offered: 200, seconds: 590, keyFor: mostlyHot })
    expect(hotKeys(current)).toHaveLength(1)
    const later = await run({ limit: 60, offered: 200, seconds: 1_250, keyFor: mostlyHot })
    expect(hotKeys(later).length).toBeGreaterThanOrEqual(2)
    expect(hotKeys(later).length).toBeLessThanOrEqual(3)
  })

  it('is told also with ordered: true', async () => {
    const options: DisOptions = { ordered: true, batch: { lingerMs: 0 } }
    // One record of a key a round trip: 200 a second with 5 ms.
    const current = await run({ limit: 60, offered: 200, seconds: 60, keyFor: mostlyHot, options })
    expect(hotKeys(current)).toHaveLength(1)
  })
})

describe('no key is told of', () => {
  it.each<[string, Scene]>([
    [
      'where all partitions have three times what they take',
      { limit: 100, offered: 2_400, seconds: 60, keyFor: (index) => `key-${index % 800}` }
    ],
    [
      'where keys are never seen twice and all partitions have too much',
      { limit: 100, offered: 2_400, seconds: 30, keyFor: (index) => `key-${index}`, options: { buffer: {} } }
    ],
    ['where the partition takes it', { limit: 1_000, offered: 900, seconds: 30, keyFor: mostlyHot }],
    [
      'where the stream has one partition',
      { limit: 100, offered: 300, seconds: 60, partitions: 1, keyFor: mostlyHot }
    ],
    [
      'where there are no keys',
      { limit: 20, offered: 300, seconds: 60, keyFor: mostlyHot, options: { partitionKey: null } }
    ]
  ])('%s', async (_, scene) => {
    const current = await run(scene)
    expect(current.producer.stats().delivered).toBeGreaterThan(0)
    expect(hotKeys(current)).toEqual([])
  })
})
