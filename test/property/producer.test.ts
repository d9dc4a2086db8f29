import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { expectBalanced, type World, world } from '../core/producer/world.ts'
import { seeded } from '../fixtures/random.mjs'
import { ALL_MOODS, CLEAN_MOODS, expectOrder, Service, type Step, steps } from './service.ts'

/**
 * Random interleavings of writing, time, flushes and a service that changes its mind. A model of the service
 * keeps what it stored; the promises are checked after every step and at the end.
 */

const options = fc.record({
  ordered: fc.boolean(),
  aggregate: fc.constantFrom(false, { maxBytes: 1_024 }),
  batch: fc.record({
    maxRecords: fc.constantFrom(1, 3, 500),
    maxBytes: fc.constantFrom(1_024, 1_000_000),
    lingerMs: fc.constantFrom(0, 200)
  }),
  concurrency: fc.record({ max: fc.constantFrom(1, 8) }),
  buffer: fc.constantFrom({ maxBytes: 65_536, onFull: 'dropOldest' as const }, { maxBytes: 64 * 1024 ** 2 })
})

async function play(given: Parameters<typeof world>[0], plan: readonly Step[], seed: number) {
  const random = seeded(seed)
  const service = new Service(random)
  const world_ = world({ ...given, partitionKey: 'k' }, random)
  const { producer, clock, transport } = world_
  transport.answer((records) => service.answer(records))
  let n = 0
  const flushes: Promise<void>[] = []
  for (const step of plan) {
    switch (step.do) {
      case 'write':
        for (let line = 0; line < step.lines; line++)
          producer.write(JSON.stringify({ k: step.key, n: n++, pad: 'x'.repeat(n % 90) }))
        break
      case 'advance':
        await clock.advance(step.ms)
        break
      case 'mood':
        service.mood = step.mood
        break
      case 'flush': {
        const written = producer.stats().written
        flushes.push(
          producer.flush({ timeoutMs: step.timeoutMs }).then((report) => {
            const { delivered, rejected, dropped, spooled, pending } = report
            expect(delivered + rejected + dropped + spooled + pending).toBe(written)
          })
        )
        break
      }
      default:
        throw new Error('an unknown step')
    }
    expectBalanced(world_)
  }
  await leave(world_, service)
  await Promise.all(flushes)
  return { service, world: world_, written: n }
}

/** Lets the service recover, everything settle, and closes. */
async function leave({ producer, clock }: World, service: Service): Promise<void> {
  service.mood = 'good'
  await clock.advance(400_000)
  const closed = producer.close()
  await clock.advance(10_000)
  await closed
}

describe('any interleaving', () => {
  it('with clean failures delivers each line once or says what became of it', async () => {
    await fc.assert(
      fc.asyncProperty(options, steps(CLEAN_MOODS), fc.nat(), async (given, plan, seed) => {
        const { service, world: world_, written } = await play(given, plan, seed)
        const { delivered, rejected, dropped, buffered } = world_.producer.stats()
        expect(delivered + rejected + dropped).toBe(written)
        expect(buffered).toBe(0)
        expect(service.lines.length).toBe(delivered)
        expect(new Set(service.lines.map(({ n }) => n)).size).toBe(delivered)
        const told = world_.events.reduce((sum, { payload }) => {
          const lines: unknown = Reflect.get(Object(payload), 'lines')
          return sum + (typeof lines === 'number' ? lines : 0)
        }, 0)
        expect(told).toBe(rejected + dropped)
        if (given?.ordered) expectOrder(service)
      }),
      { numRuns: 300 }
    )
  }, 120_000)

  it('with answers that get lost loses nothing, and repeats only what was ambiguous', async () => {
    await fc.assert(
      fc.asyncProperty(options, steps(ALL_MOODS), fc.nat(), async (given, plan, seed) => {
        const { service, world: world_, written } = await play({ ...given, buffer: {} }, plan, seed)
        const { delivered, rejected, dropped, ambiguous } = world_.producer.stats()
        expect(dropped).toBe(0)
        expect(delivered + rejected).toBe(written)
        const unique = new Set(service.lines.map(({ n }) => n)).size
        expect(unique).toBeGreaterThanOrEqual(delivered)
        if (ambiguous === 0) expect(service.lines.length).toBe(unique)
      }),
      { numRuns: 300 }
    )
  }, 120_000)
})
