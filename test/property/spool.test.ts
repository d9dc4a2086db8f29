import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { expectBalanced, type World, world } from '../core/producer/world.ts'
import { seeded } from '../fixtures/random.mjs'
import { CLEAN_MOODS, expectOrder, Service, type Step, steps } from './service.ts'

/**
 * Several lives of a producer on one folder: each writes, meets a service that changes its mind, and is closed at
 * once, with whatever it still holds. The last life finds a good service and enough time.
 */

const options = fc.record({
  mode: fc.constantFrom('overflow' as const, 'always' as const),
  ordered: fc.boolean(),
  aggregate: fc.constantFrom(false, { maxBytes: 1_024 }),
  maxRecords: fc.constantFrom(3, 500),
  bufferBytes: fc.constantFrom(65_536, 1_048_576)
})

const lives = fc.array(steps(CLEAN_MOODS), { minLength: 1, maxLength: 3 })

function born(
  dir: string,
  {
    mode,
    ordered,
    aggregate,
    maxRecords,
    bufferBytes
  }: typeof options extends fc.Arbitrary<infer T> ? T : never,
  service: Service,
  random: () => number
): World {
  const life = world(
    {
      partitionKey: 'k',
      ordered,
      aggregate,
      batch: { maxRecords },
      buffer: { maxBytes: bufferBytes },
      spool: { dir, mode, fsync: 'never' }
    },
    random
  )
  life.transport.answer((records) => service.answer(records))
  return life
}

async function live(life: World, plan: readonly Step[], service: Service, write: (key: number) => string) {
  const { producer, clock } = life
  for (const step of plan) {
    if (step.do === 'write') for (let line = 0; line < step.lines; line++) producer.write(write(step.key))
    if (step.do === 'advance') await clock.advance(step.ms)
    if (step.do === 'mood') service.mood = step.mood
    if (step.do === 'flush') void producer.flush({ timeoutMs: step.timeoutMs })
    expectBalanced(life)
  }
}

/** Closes within `ms` of the life's own time. */
async function die({ producer, clock }: World, ms: number): Promise<void> {
  const closed = producer.close({ timeoutMs: ms })
  await clock.advance(ms)
  await closed
}

describe('with a spool, any number of lives', () => {
  it('delivers each line once, or says what became of it, in order per key where that is asked for', async () => {
    await fc.assert(
      fc.asyncProperty(options, lives, fc.nat(), async (given, plans, seed) => {
        const dir = mkdtempSync(join(tmpdir(), 'dis-logs-lives-'))
        const random = seeded(seed)
        const service = new Service(random)
        let n = 0
        let rejected = 0
        const write = (k: number) => JSON.stringify({ k, n: n++, pad: 'x'.repeat((n * 37) % 2_000) })
        try {
          for (const plan of plans) {
            const life = born(dir, given, service, random)
            await live(life, plan, service, write)
            await die(life, 0)
            expectBalanced(life)
            expect(life.producer.stats()).toMatchObject({ buffered: 0, dropped: 0, spoolDamaged: 0 })
            rejected += life.producer.stats().rejected
          }
          service.mood = 'good'
          const last = born(dir, given, service, random)
          await last.clock.advance(100)
          await die(last, 600_000)
          expect(last.producer.stats()).toMatchObject({ buffered: 0, dropped: 0, spooled: 0, spoolBytes: 0 })
          rejected += last.producer.stats().rejected
          const unique = new Set(service.lines.map((line) => line.n))
          // What was in flight when a life ended is sent again by the next: at least once, and counted.
          expect(unique.size + rejected).toBeGreaterThanOrEqual(n)
          expect(unique.size).toBeLessThanOrEqual(n)
          if (given.ordered && rejected === 0 && unique.size === service.lines.length) expectOrder(service)
        } finally {
          rmSync(dir, { recursive: true, force: true })
        }
      }),
      { numRuns: 200 }
    )
  }, 120_000)
})
