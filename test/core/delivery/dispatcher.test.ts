import { describe, expect, it } from 'vitest'
import { Dispatcher } from '../../../packages/core/src/delivery/dispatcher.ts'
import { Ledger } from '../../../packages/core/src/delivery/ledger.ts'
import { ServiceHealth } from '../../../packages/core/src/delivery/service-health.ts'
import { Settlement } from '../../../packages/core/src/delivery/settlement.ts'
import type { Batch } from '../../../packages/core/src/queue/batch.ts'
import type { MissingLines } from '../../../packages/core/src/report/drop-notice.ts'
import type { Outcome } from '../../../packages/core/src/wire/outcome.ts'
import { TestQueue } from '../queue/builders.ts'

type Answer = (outcome: Outcome) => void

const BUSY: Outcome = {
  kind: 'retry',
  action: 'retry',
  code: 'HTTP 503',
  message: 'busy',
  cure: '',
  ambiguous: false,
  retryAfterMs: undefined
}

const delivered = (records: number): Outcome => ({
  kind: 'delivered',
  results: Array.from({ length: records }, () => ({ kind: 'stored', partitionId: 'p' }))
})

/** A dispatcher whose requests are answered by the test. */
function dispatcherOf({ lingerMs = 0, maxRecords = 1, fails = false } = {}) {
  const test = new TestQueue({ batch: { lingerMs, maxRecords } })
  const { clock, store, queue } = test
  const ledger = new Ledger()
  const told: string[] = []
  const requests: { readonly text: string; readonly answer: Answer }[] = []
  const settlement = new Settlement({
    store,
    ledger,
    reporter: { rejected: ({ code }) => told.push(code), dropped: () => {} },
    deadLetters: undefined,
    dropNotice: { count: () => {} }
  })
  const health = new ServiceHealth({
    clock,
    policy: { maxConcurrency: 8, baseMs: 100, maxMs: 10_000, probeIntervalMs: 300_000 },
    credentials: { refresh: async () => false },
    correctClock: () => 0,
    warn: ({ code }) => told.push(code)
  })
  const send = (batch: Batch): Promise<Outcome> => {
    if (fails) throw new Error('a bug')
    return new Promise((answer) => requests.push({ text: test.texts(batch).join(), answer }))
  }
  let missing: MissingLines | undefined
  const dispatcher = new Dispatcher({
    clock,
    store,
    queue,
    sender: { send } as never,
    settlement,
    health,
    retry: { maxAttempts: 3, maxAgeMs: null },
    spool: { refill: () => told.push('refill'), noteSettled: () => told.push('noted') },
    intake: { writeDropNotice: ({ lines }) => told.push(`${lines} are missing`) },
    dropNotice: {
      takeDue: () => {
        const taken = missing
        missing = undefined
        return taken
      }
    },
    warn: ({ code }) => told.push(code),
    settled: () => told.push('settled')
  })
  const write = (...texts: readonly string[]): void => {
    for (const text of texts) queue.put('k', store.put(text, clock.monotonic(), ledger.write()))
    dispatcher.wake()
  }
  /** Answers request `index`, and lets what follows happen. */
  const answer = async (index: number, outcome: Outcome = delivered(1)): Promise<void> => {
    requests[index]?.answer(outcome)
    await clock.advance(0)
  }
  const drop = (lines: number): void => {
    missing = { lines, bytes: 1, why: 'the buffer was full' }
  }
  return { test, clock, queue, ledger, told, requests, health, dispatcher, write, answer, drop }
}

describe('the dispatcher', () => {
  it('sends what is due after the current run of code, one request first, and more with each success', async () => {
    const { clock, requests, write, answer } = dispatcherOf()
    write('1', '2', '3', '4')
    expect(requests).toHaveLength(0)
    await clock.advance(0)
    expect(requests.map(({ text }) => text)).toEqual(['1'])
    await answer(0)
    expect(requests.map(({ text }) => text)).toEqual(['1', '2', '3'])
  })

  it('has one timer however many lines wait, and none when nothing does', async () => {
    const { clock, requests, write } = dispatcherOf({ lingerMs: 100, maxRecords: 10 })
    await clock.advance(0)
    expect(clock.timers).toBe(0)
    for (const text of ['1', '2', '3']) {
      write(text)
      await clock.advance(10)
      expect(clock.timers).toBe(1)
    }
    await clock.advance(70)
    expect(requests.map(({ text }) => text)).toEqual(['1,2,3'])
    expect(clock.timers).toBe(0)
  })

  it('settles what an answer settles, notes it on disk, and tells that there may be room', async () => {
    const { clock, ledger, told, write, answer } = dispatcherOf()
    write('1')
    await clock.advance(0)
    told.length = 0
    await answer(0)
    expect(ledger.totals()).toMatchObject({ delivered: 1, pending: 0 })
    expect(told).toEqual(['noted', 'settled', 'refill'])
  })

  it('sends again what failed, after a wait', async () => {
    const { clock, requests, write, answer } = dispatcherOf()
    write('1')
    await clock.advance(0)
    await answer(0, BUSY)
    await clock.advance(99)
    expect(requests).toHaveLength(1)
    await clock.advance(1)
    expect(requests.map(({ text }) => text)).toEqual(['1', '1'])
  })

  it('tries everything at once when waits end', async () => {
    const { clock, requests, write, answer, dispatcher } = dispatcherOf({ lingerMs: 60_000 })
    write('1')
    dispatcher.endWaits()
    await clock.advance(0)
    await answer(0, BUSY)
    expect(requests).toHaveLength(1)
    dispatcher.endWaits()
    await clock.advance(0)
    expect(requests).toHaveLength(2)
  })

  it('tells of lines that are missing once the service works', async () => {
    const { clock, told, write, answer, drop } = dispatcherOf()
    drop(7)
    write('1')
    await clock.advance(0)
    await answer(0, BUSY)
    expect(told).not.toContain('7 are missing')
    await clock.advance(100)
    await answer(1)
    expect(told.filter((each) => each === '7 are missing')).toHaveLength(1)
  })

  it('starts nothing after it was stopped, and ignores answers that come later', async () => {
    const { clock, ledger, queue, requests, write, answer, dispatcher } = dispatcherOf()
    write('1', '2')
    await clock.advance(0)
    dispatcher.stop()
    expect(queue.takeRest()).toHaveLength(2)
    await answer(0)
    write('3')
    await clock.advance(60_000)
    expect(requests).toHaveLength(1)
    expect(ledger.totals()).toMatchObject({ delivered: 0, pending: 3 })
    expect(clock.timers).toBe(0)
  })

  it('turns a bug of its own into a warning, and not into a rejection of the application', async () => {
    const { clock, told, write } = dispatcherOf({ fails: true })
    write('1')
    await clock.advance(0)
    expect(told).toContain('BUG')
  })
})
