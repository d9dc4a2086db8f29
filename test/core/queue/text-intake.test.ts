import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { OverflowPolicy } from '../../../packages/core/src/queue/buffer-limit.ts'
import { Intake, type SpoolDoor } from '../../../packages/core/src/queue/intake.ts'
import { createRouter, type Routing } from '../../../packages/core/src/record/route.ts'
import { KEYED, TestQueue } from './builders.ts'

const MIB = 1_048_576

interface Options {
  readonly routing?: Routing
  readonly maxBytes?: number
  readonly onFull?: OverflowPolicy
  readonly spool?: SpoolDoor
}

/** An intake with what it has told the books. */
function intakeOf({ routing = KEYED, maxBytes = 64 * MIB, onFull = 'block', spool }: Options = {}) {
  const test = new TestQueue({ routing, buffer: { maxBytes, onFull } })
  const { store, queue, clock } = test
  const books = { entered: 0, dropped: 0 }
  const intake = new Intake({
    clock,
    store,
    queue,
    settlement: {
      epoch: 1,
      enter: (lines = 1) => {
        books.entered += lines
        return 1
      },
      drop: (lines) => {
        books.dropped += lines.length
        for (const line of lines) store.release(line)
      },
      dropUnstored: () => {
        books.dropped++
      },
      rejectUnstored: () => {}
    },
    spool,
    routing,
    router: createRouter(routing, 'fallback'),
    shape: undefined,
    oversize: 'truncate',
    hostname: 'this-host'
  })
  /** All that waits, by route, with its bytes. */
  const waiting = () => [...queue.waiting()].map(({ line, kind, value }) => [kind, value, test.text(line)])
  return { ...test, test, intake, books, waiting, store, queue }
}

/** The same text, as a whole and line by line. */
function both(text: string, options: Options = {}) {
  const whole = intakeOf(options)
  const single = intakeOf(options)
  const answer = whole.intake.writeLines(text)
  const answers = text.split(/\r?\n/).flatMap((line) => (line === '' ? [] : [single.intake.write(line)]))
  return { whole, single, answer, last: answers.at(-1) ?? true }
}

const key = fc.constantFrom('a', 'a', 'a', 'a', 'b', 'é', '')
const filling = fc.constantFrom('x', 'x', 'x', 'ü', '日本', '\\n', '"', '\ud800', '😀')
const line = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .tuple(key, filling, fc.nat(300))
      .map(([k, fill, count]) => `{"k":"${k}","m":"${fill.repeat(count)}"}`)
  },
  { weight: 1, arbitrary: fc.constantFrom('', 'x', '{', '{"m":1}', '{"k":7}') }
)
const end = fc.constantFrom('\n', '\n', '\n', '\n', '\n\n')
const text = fc
  .tuple(fc.array(fc.tuple(line, end), { maxLength: 60 }), line)
  .map(([lines, rest]) => lines.map(([some, ending]) => some + ending).join('') + rest)

describe('a text of many lines', () => {
  it.each<[string, Options]>([
    ['plenty of room', {}],
    ['a buffer that it fills', { maxBytes: 400_000 }],
    ['a buffer that drops the oldest', { maxBytes: 400_000, onFull: 'dropOldest' }],
    ['a buffer that drops the newest', { maxBytes: 400_000, onFull: 'dropNewest' }],
    ['one partition for all', { routing: { kind: 'constant', partitionId: '0' } }],
    ['a function for its key', { routing: { kind: 'function', keyOf: (some) => some.at(-3) } }]
  ])('is taken as line by line, with %s', (_, options) => {
    fc.assert(
      fc.property(text, (given) => {
        // So often that it is taken as a whole at first, and does not fit any more at last.
        const { whole, single, answer, last } = both(
          `${given}\n`.repeat(options.maxBytes === undefined ? 2 : 80),
          options
        )
        expect(whole.waiting()).toEqual(single.waiting())
        expect(whole.books).toEqual(single.books)
        expect(answer).toBe(last)
        expect([whole.store.lines, whole.store.bytes]).toEqual([single.store.lines, single.store.bytes])
        expect(whole.queue.limit.use.countedBytes).toBe(single.queue.limit.use.countedBytes)
      }),
      { numRuns: 50 }
    )
  })

  it('keeps all of its lines over many pages, and lets go of them', () => {
    const lines = Array.from(
      { length: 20_000 },
      (_, index) => `{"k":"${index % 7}","n":${index},"m":"${'日'.repeat(index % 50)}"}`
    )
    const { whole, single } = both(`${lines.join('\n')}\n`)
    expect(whole.waiting()).toEqual(single.waiting())
    expect(whole.store.heldBytes).toBeLessThan(single.store.heldBytes * 1.2)
    while (whole.store.lines > 0) whole.test.answer(whole.test.take(), { kind: 'stored', partitionId: '0' })
    expect(whole.store.bytes).toBe(0)
    expect(whole.queue.limit.use.countedBytes).toBeLessThan(10_000)
  })

  it('with lines that stay, among others that leave, holds no more than these', () => {
    const { test, intake, store } = intakeOf({ routing: { kind: 'function', keyOf: (some) => some[0] } })
    const lines = Array.from(
      { length: 40_000 },
      (_, index) => (index % 100 === 0 ? 's' : 'l') + 'x'.repeat(99)
    )
    intake.writeLines(`${lines.join('\n')}\n`)
    const batches = Array.from({ length: 4_000 }, () => test.take())
    for (const batch of batches) {
      const verdicts = Array.from({ length: batch.records }, (_, record) =>
        test.text(batch.line(record)).startsWith('s')
          ? ({ kind: 'again', cause: 'request', without: [] } as const)
          : ({ kind: 'stored', partitionId: '0' } as const)
      )
      test.answer(batch, verdicts)
    }
    expect(store.lines).toBe(400)
    expect(store.heldBytes).toBeLessThan(4 * MIB)
  })

  it('with carriage returns, without an end, or too long for a page is taken line by line', () => {
    const long = `{"k":"a","m":"${'x'.repeat(200_000)}"}`
    const { whole, single } = both(`{"k":"a"}\r\n${long}\n{"k":"b"}\r\nlast`)
    expect(whole.waiting()).toEqual(single.waiting())
    expect(whole.waiting()).toHaveLength(4)
  })

  it('goes past a spool that lies aside, and by it, line by line, from when lines wait there', () => {
    const asked: string[] = []
    const spool = {
      isAside: true,
      hasRoom: true,
      take: (some: string | Uint8Array) => asked.push(String(some)) > 0,
      admit: () => {}
    }
    const { intake, waiting } = intakeOf({ spool })
    const lines = Array.from({ length: 30 }, (_, index) => `{"k":"a","n":${index},"m":"${'x'.repeat(100)}"}`)
    intake.writeLines(`${lines.join('\n')}\n`)
    expect(asked).toEqual([])
    expect(waiting().map(([, , text]) => text)).toEqual(lines)
    spool.isAside = false
    intake.writeLines(`${lines.join('\n')}\n`)
    expect(asked).toEqual(lines)
    expect(waiting()).toHaveLength(30)
  })

  it('keeps its lines whole if the function for keys writes a line itself', () => {
    const made: { intake?: Intake } = {}
    const keyOf = (some: string) => {
      if (some.startsWith('outer')) made.intake?.writeLines(`inner ${'y'.repeat(9_000)}\nx\n`)
      return 'k'
    }
    const { intake, waiting } = intakeOf({ routing: { kind: 'function', keyOf } })
    made.intake = intake
    const lines = Array.from({ length: 40 }, (_, index) => `outer ${index} ${'x'.repeat(200)}`)
    intake.writeLines(`${lines.join('\n')}\n`)
    expect(waiting().flatMap(([, , text]) => (text?.toString().startsWith('outer') ? [text] : []))).toEqual(
      lines
    )
    expect(waiting()).toHaveLength(120)
  })

  it('is dropped after the end', () => {
    const { intake, books } = intakeOf()
    intake.close()
    expect(intake.writeLines('a\nb\nc')).toBe(false)
    expect(books).toEqual({ entered: 0, dropped: 3 })
  })
})
