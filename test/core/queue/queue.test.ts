import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Batch } from '../../../packages/core/src/queue/batch.ts'
import { ROUTE_KINDS } from '../../../packages/core/src/record/route.ts'
import { again, answer, cut, KEYED, rejected, SPREAD, stored, TestQueue } from './builders.ts'
import { PLAY_BYTES, play } from './play.ts'

/** Texts of what a queue holds at the end, in order. */
function restOf(test: TestQueue): string[] {
  return test.queue.takeRest().map(({ line }) => test.text(line))
}

describe('lines that are put', () => {
  it('come out when they are due, those of a key in order', async () => {
    const test = new TestQueue({ batch: { lingerMs: 100 } })
    test.put('a', 'a1', 'a2')
    expect(test.queue.take(99)).toBeUndefined()
    expect(test.queue.nextDueAt(0)).toBe(100)
    await test.at(100)
    expect(test.takeTexts()).toEqual(['a1', 'a2'])
    expect(test.queue.nextDueAt(100)).toBe(Number.POSITIVE_INFINITY)
  })

  it('from disk go where they went before', () => {
    const test = new TestQueue({ routing: SPREAD })
    test.queue.putRouted({ kind: ROUTE_KINDS.partitionKey, value: 'k' }, test.store.put('x', 0, 0))
    expect(test.take().route(0)).toEqual({ partitionKey: 'k' })
  })

  it('that wait can be looked at, with their routes, and stay', () => {
    const test = new TestQueue()
    test.put('a', 'a1', 'a2')
    test.put('b', 'b1')
    const waiting = [...test.queue.waiting()].map(({ line, value }) => `${value}:${test.text(line)}`)
    expect(waiting).toEqual(['a:a1', 'a:a2', 'b:b1'])
    expect(test.takeTexts()).toHaveLength(3)
    expect([...test.queue.waiting()]).toEqual([])
  })
})

describe('hurry', () => {
  it('ends the linger until each who asked for it is content, once', () => {
    const test = new TestQueue({ batch: { lingerMs: 100 } })
    test.put('a', 'a1')
    const [first, second] = [test.queue.hurry(), test.queue.hurry()]
    first()
    first()
    expect(test.isDue).toBe(true)
    second()
    expect(test.isDue).toBe(false)
  })

  it('is what a writer who waits for room gets', () => {
    const test = new TestQueue({ batch: { lingerMs: 100_000 }, buffer: { maxBytes: 16_384 } })
    test.put('a', 'x'.repeat(15_600))
    test.answer(test.take(), again('failed'))
    test.put('b', 'b1')
    expect(test.isDue).toBe(false)
    expect([test.queue.limit.admits(), test.isDue]).toEqual([false, true])
  })
})

describe('bodies in flight', () => {
  it('take a quarter of the buffer at most, and what is too much waits for an answer', () => {
    const test = new TestQueue({ buffer: { maxBytes: 100_000 }, batch: { maxBytes: 10_000 } })
    test.put('a', ...Array.from({ length: 6 }, () => 'x'.repeat(9_000)))
    const batches: Batch[] = []
    for (let batch = test.queue.take(0); batch !== undefined; batch = test.queue.take(0)) batches.push(batch)
    // 12,000 bytes of Base64 each.
    expect(batches).toHaveLength(3)
    expect(test.queue.hasRoomInFlight(0)).toBe(false)
    for (const batch of batches) test.answer(batch, stored('p'))
    expect(test.queue.hasRoomInFlight(0)).toBe(true)
    expect(test.isDue).toBe(true)
  })

  it('hold no other back while they are late', () => {
    const test = new TestQueue({ buffer: { maxBytes: 10_000 } })
    test.put('a', 'x'.repeat(5_000))
    const late = test.take()
    test.put('b', 'b1')
    expect(test.queue.take(100)).toBeUndefined()
    expect(test.queue.hasRoomInFlight(late.bodyBytes)).toBe(true)
    expect(test.queue.take(100, late.bodyBytes)?.records).toBe(1)
  })
})

describe('the end of waits', () => {
  it('lets everything be tried at once, and keeps later waits short until it is over', async () => {
    const test = new TestQueue()
    const calmDown = test.queue.endWaits(0)
    test.put('a', 'a1')
    for (let time = 0; time < 8; time++) {
      test.answer(test.take(), again('failed'))
      const dueAt = test.queue.nextDueAt(test.clock.monotonic())
      expect(dueAt - test.clock.monotonic()).toBeLessThanOrEqual(1_000)
      await test.at(dueAt)
    }
    calmDown()
    test.answer(test.take(), again('failed'))
    expect(test.queue.nextDueAt(test.clock.monotonic()) - test.clock.monotonic()).toBe(10_000)
    test.queue.endWaits(test.clock.monotonic())
    expect(test.takeTexts()).toEqual(['a1'])
  })
})

describe('a batch that is cut', () => {
  it('goes in parts before anything else', () => {
    const test = new TestQueue()
    test.put('a', 'a1', 'a2', 'a3')
    const batch = test.take()
    test.put('b', 'b1')
    test.apply(batch, cut('size'))
    expect(test.isDue).toBe(true)
    expect([test.takeTexts(), test.takeTexts(), test.takeTexts()]).toEqual([['a1', 'a2'], ['a3'], ['b1']])
  })

  it('of one record goes one part after the other', () => {
    const test = new TestQueue({ batch: { aggregateBytes: 100 } })
    test.put('a', 'a1', 'a2', 'a3', 'a4')
    test.apply(test.take(), cut('size'))
    const first = test.take()
    expect(test.texts(first)).toEqual(['a1,a2'])
    expect(test.isDue).toBe(false)
    test.answer(first, stored('p'))
    expect(test.takeTexts()).toEqual(['a3,a4'])
  })

  it.each([true, false])(
    'puts its rest back behind a first part that goes again (ordered: %s)',
    async (ordered) => {
      const test = new TestQueue({ batch: { aggregateBytes: 100, ordered } })
      test.put('a', 'a1', 'a2', 'a3', 'a4')
      test.apply(test.take(), cut('size'))
      const first = test.take()
      test.put('a', 'a5')
      test.apply(first, cut('size'))
      test.answer(test.take(), again('request'))
      expect(test.takeTexts()).toEqual(['a1,a2,a3,a4,a5'])
    }
  )

  it('leaves no record outstanding when all parts are settled, however often they are cut', () => {
    const test = new TestQueue({ batch: { aggregateBytes: 100, ordered: true } })
    test.put('a', ...Array.from({ length: 8 }, (_, line) => `${line}`))
    for (let batch = test.queue.take(0); batch !== undefined; batch = test.queue.take(0)) {
      if (batch.isDivisible) test.apply(batch, cut('content'))
      else test.apply(batch, answer([rejected()], { isContentRefused: true }))
    }
    expect(test.store.lines).toBe(0)
    test.put('a', 'next')
    expect(test.takeTexts()).toEqual(['next'])
  })
})

describe('evict', () => {
  const full = (onFull: 'dropOldest' | 'block') => {
    return new TestQueue({ buffer: { maxBytes: 16_384, onFull }, batch: { lingerMs: 1e6 } })
  }
  const evicted = (test: TestQueue, bytes: number) =>
    test.queue.evict(bytes).map((line) => test.text(line).slice(0, 2))

  it('gives up the oldest lines of all lanes, a little more than is missing', async () => {
    const test = full('dropOldest')
    for (const [at, key] of ['b', 'a', 'b', 'a', 'c'].entries()) {
      await test.at(at + 1)
      test.put(key, `${key}${at}`.padEnd(2_000))
    }
    expect(evicted(test, 1_000)).toEqual([])
    expect(evicted(test, 7_000)).toEqual(['b0', 'a1'])
  })

  it('gives up nothing with another policy', () => {
    const test = full('block')
    test.put('a', 'a1')
    expect(test.queue.evict(1e6)).toEqual([])
  })

  it('leaves lines that are in flight, and takes those that wait for their time', async () => {
    const test = full('dropOldest')
    test.put('a', 'a1')
    test.queue.hurry()
    test.answer(test.take(), again('failed'))
    test.put('b', 'b1')
    const flying = test.take()
    test.put('a', 'a2')
    expect(evicted(test, 1e6)).toEqual(['a1', 'a2'])
    await test.at(10_000)
    expect(test.queue.take(10_000)).toBeUndefined()
    expect(test.texts(flying)).toEqual(['b1'])
    test.put('a', 'a3')
    expect(test.takeTexts()).toEqual(['a3'])
  })
})

describe('the rest at the end', () => {
  it('is all there is: in flight, cut and waiting, the lines of a key in order', () => {
    const test = new TestQueue({ batch: { aggregateBytes: 5, maxRecords: 1, ordered: true } })
    test.put('a', 'a1', 'a2', 'a3')
    test.put('b', 'b1', 'b2')
    test.apply(test.take(), cut('size'))
    const first = test.take()
    const second = test.take()
    expect([test.texts(first), test.texts(second)]).toEqual([['a1'], ['b1,b2']])
    const rest = restOf(test)
    expect([...rest].sort()).toEqual(['a1', 'a2', 'a3', 'b1', 'b2'])
    expect(rest.filter((text) => text.startsWith('a'))).toEqual(['a1', 'a2', 'a3'])
    expect([test.queue.awaits(first), test.queue.awaits(second)]).toEqual([false, false])
  })

  it('leaves an empty queue, from which nothing can be taken', () => {
    const test = new TestQueue({ routing: KEYED })
    test.put('a', 'a1')
    test.put('b', 'b1')
    expect(restOf(test)).toEqual(['a1', 'b1'])
    expect(restOf(test)).toEqual([])
    expect(test.queue.nextDueAt(0)).toBe(Number.POSITIVE_INFINITY)
    expect(test.queue.take(0)).toBeUndefined()
  })
})

describe('whatever happens', () => {
  const verdicts = ['stored', 'throttled', 'failed', 'unanswered', 'request', 'rejected', 'cut'] as const
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.record({ put: fc.constantFrom('a', 'b', 'c') }) },
    { weight: 3, arbitrary: fc.record({ take: fc.constant(true) }) },
    {
      weight: 4,
      arbitrary: fc.record({
        batch: fc.nat(),
        verdicts: fc.array(fc.constantFrom(...verdicts), { minLength: 1 })
      })
    },
    { weight: 2, arbitrary: fc.record({ ms: fc.nat({ max: 400 }) }) },
    { weight: 1, arbitrary: fc.record({ evict: fc.nat({ max: 16_384 }) }) }
  )

  it.each([
    [false, 0, KEYED],
    [false, 0, SPREAD],
    [true, 0, KEYED],
    [true, 6, KEYED],
    [true, 6, SPREAD]
  ])(
    'no line is lost or doubled (ordered: %s, aggregateBytes: %d, %j)',
    async (ordered, aggregateBytes, routing) => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 120, size: 'max' }), async (steps) => {
          const test = new TestQueue({
            routing,
            buffer: { maxBytes: PLAY_BYTES, onFull: 'dropOldest' },
            batch: { ordered, aggregateBytes, maxRecords: 4 }
          })
          await play(test, steps, routing === SPREAD, ordered)
        }),
        { numRuns: 60 }
      )
    }
  )
})
