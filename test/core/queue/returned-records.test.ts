import { describe, expect, it } from 'vitest'
import { again, rejected, SPREAD, stored, TestQueue } from './builders.ts'

/** A keyed queue whose keys are known to lead to partitions of those names. */
function learned(partitionOfKey: Readonly<Record<string, string>>): TestQueue {
  const test = new TestQueue()
  for (const [key, partition] of Object.entries(partitionOfKey)) {
    test.put(key, 'first')
    test.answer(test.take(), stored(partition))
  }
  return test
}

const stats = (test: TestQueue, id: string) =>
  test.queue.partitionStats(test.clock.monotonic()).find(({ partitionId }) => partitionId === id)

describe('a partition that is known', () => {
  it('is blocked if it took nothing and failed, and nothing else is', async () => {
    const test = learned({ a: 'p1', b: 'p2' })
    test.put('a', 'a1')
    test.put('b', 'b1')
    const batch = test.take()
    test.answer(
      batch,
      test.texts(batch).map((text) => (text === 'a1' ? again('failed') : stored('p2')))
    )
    test.put('a', 'a2')
    test.put('b', 'b2')
    expect(test.takeTexts()).toEqual(['b2'])
    expect(test.queue.nextDueAt(0)).toBe(100)
    await test.at(100)
    expect(test.takeTexts()).toEqual(['a1', 'a2'])
  })

  it('waits twice as long each time that it fails, and briefly again after a success', async () => {
    const test = learned({ a: 'p1' })
    test.put('a', 'a1')
    const waits: number[] = []
    for (const verdict of [again('failed'), again('failed'), stored('p1'), again('failed')]) {
      test.answer(test.take(), verdict)
      if (verdict.kind === 'stored') test.put('a', 'a2')
      const now = test.clock.monotonic()
      const dueAt = test.queue.nextDueAt(now)
      waits.push(dueAt - now)
      await test.at(dueAt)
    }
    expect(waits).toEqual([100, 200, 0, 100])
  })

  it('goes on where one of its records fails and others are taken: that record waits by itself', async () => {
    const test = learned({ a: 'p1', b: 'p1' })
    test.put('a', 'bad', 'good')
    const batch = test.take()
    test.answer(batch, [again('failed'), stored('p1')])
    expect(test.isDue).toBe(false)
    test.put('a', 'later')
    test.put('b', 'other')
    expect(test.takeTexts()).toEqual(['later', 'other'])
    await test.at(100)
    expect(test.takeTexts()).toEqual(['bad'])
  })

  it('gets a rate where it is over its limit, and its records go again soon, without an attempt', async () => {
    const test = learned({ a: 'p1' })
    test.put('a', 'a1')
    const batch = test.take()
    const line = batch.line(0)
    test.answer(batch, again('throttled'))
    expect(stats(test, 'p1')).toMatchObject({ throttled: 1, limitPerSecond: 1_200 })
    expect(test.store.attempts(line)).toBe(0)
    const dueAt = test.queue.nextDueAt(0)
    expect(dueAt).toBeLessThanOrEqual(50)
    await test.at(dueAt)
    expect(test.takeTexts()).toEqual(['a1'])
  })

  it('is another one from now on for a key whose record was stored there', () => {
    const test = learned({ a: 'p1' })
    test.put('a', 'a1')
    test.answer(test.take(), stored('p2'))
    test.put('a', 'a2')
    test.answer(test.take(), stored(''))
    // The answer that does not say where counts for the last one known.
    expect([stats(test, 'p1')?.delivered, stats(test, 'p2')?.delivered]).toEqual([1, 2])
  })
})

describe('a lane whose partition is not known', () => {
  it('waits by itself, as a whole, and no other lane does', async () => {
    const test = new TestQueue()
    test.put('a', 'a1', 'a2')
    test.put('b', 'b1')
    const batch = test.take()
    test.answer(batch, [again('throttled'), again('throttled'), stored('p')])
    test.put('a', 'a3')
    test.put('c', 'c1')
    // The rate of all unknown lanes makes a pause.
    await test.at(60)
    expect(test.takeTexts()).toEqual(['c1'])
    await test.at(100)
    expect(test.takeTexts()).toEqual(['a1', 'a2', 'a3'])
  })

  it('waits five seconds at most for a limit', async () => {
    const test = new TestQueue()
    test.put('a', 'a1')
    let wait = 0
    for (let time = 0; time < 10; time++) {
      test.answer(test.take(), again('throttled'))
      wait = test.queue.nextDueAt(test.clock.monotonic()) - test.clock.monotonic()
      await test.at(test.clock.monotonic() + wait)
    }
    expect(wait).toBe(5_000)
  })

  it('is blocked once by several records that fail together', async () => {
    const test = new TestQueue()
    test.put('a', 'a1', 'a2', 'a3')
    test.answer(test.take(), again('failed'))
    expect(test.queue.nextDueAt(0)).toBe(100)
  })
})

describe('a record without a key', () => {
  it('waits apart if it fails, and later ones go on', async () => {
    const test = new TestQueue({ routing: SPREAD })
    test.put('', 'x1', 'x2')
    test.answer(test.take(), [again('failed'), stored('p')])
    test.put('', 'x3')
    expect(test.takeTexts()).toEqual(['x3'])
    await test.at(100)
    expect(test.takeTexts()).toEqual(['x1'])
  })

  it('goes again with the others if it was over a limit: it meets another partition next time', async () => {
    const test = new TestQueue({ routing: SPREAD })
    test.put('', 'x1', 'x2')
    test.answer(test.take(), [again('throttled'), stored('p')])
    test.put('', 'x3')
    await test.at(60)
    expect(test.takeTexts()).toEqual(['x1', 'x3'])
  })

  it('counts where it was stored, also among neighbours that went elsewhere', () => {
    const test = new TestQueue({ routing: SPREAD })
    test.put('', 'x1', 'x2', 'x3', 'x4')
    test.answer(test.take(), ['p1', 'p2', 'p2', 'p1'].map(stored))
    expect([stats(test, 'p1')?.delivered, stats(test, 'p2')?.delivered]).toEqual([2, 2])
  })

  it('keeps its lane apart as often as it fails, and leaves nothing behind at its end', async () => {
    const test = new TestQueue({ routing: SPREAD, buffer: { maxBytes: 65_536 } })
    const free = () => {
      let bytes = 0
      while (test.queue.limit.fits(bytes + 1)) bytes++
      return bytes
    }
    test.put('', 'warm')
    test.answer(test.take(), stored('p'))
    const before = free()
    for (const end of [stored('p'), rejected('failed')]) {
      test.put('', 'x')
      for (let time = 0; time < 4; time++) {
        test.answer(test.take(), again('failed'))
        await test.at(test.queue.nextDueAt(test.clock.monotonic()))
      }
      const batch = test.take()
      expect(test.store.attempts(batch.line(0))).toBe(4)
      test.answer(batch, end)
      expect(free()).toBe(before)
    }
  })
})

describe('a record that goes again', () => {
  it.each(['request', 'unanswered', 'throttled'] as const)(
    'for %s keeps the attempts of its lines',
    async (cause) => {
      const test = learned({ a: 'p1' })
      test.put('a', 'a1')
      test.answer(test.take(), again(cause))
      await test.at(10_000)
      expect(test.store.attempts(test.take().line(0))).toBe(0)
    }
  )

  it('for its request alone is due at once: when the next request starts is not for the queue to say', () => {
    const test = learned({ a: 'p1' })
    test.put('a', 'a1', 'a2')
    test.answer(test.take(), again('request'))
    expect(test.takeTexts()).toEqual(['a1', 'a2'])
  })

  it('stands before later lines of its lane, in its old order', () => {
    const test = new TestQueue({ batch: { aggregateBytes: 8 } })
    test.put('a', 'a1', 'a2', 'a3', 'a4')
    const batch = test.take()
    test.put('a', 'a5')
    test.answer(batch, again('request'))
    expect(test.takeTexts()).toEqual(['a1,a2,a3', 'a4,a5'])
  })

  it('leaves out those of its lines that are given up, which lose no attempt either', async () => {
    const test = new TestQueue({ batch: { aggregateBytes: 100 } })
    test.put('a', 'a1', 'a2', 'a3')
    const batch = test.take()
    test.answer(batch, again('failed', batch.line(1)))
    await test.at(100)
    const next = test.take()
    expect(test.texts(next)).toEqual(['a1,a3'])
    expect([test.store.attempts(next.line(0)), test.store.attempts(next.line(1))]).toEqual([1, 1])
  })

  it('keeps its lane, with all that follows, where the order counts', async () => {
    const test = new TestQueue({ batch: { ordered: true } })
    test.put('a', 'a1', 'a2')
    test.put('b', 'b1')
    test.answer(test.take(), [again('failed'), stored('p')])
    expect(test.isDue).toBe(false)
    await test.at(100)
    expect(test.takeTexts()).toEqual(['a1'])
  })
})
