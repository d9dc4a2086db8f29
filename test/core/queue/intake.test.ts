import { describe, expect, it } from 'vitest'
import { UNCOUNTED } from '../../../packages/core/src/delivery/ledger.ts'
import { MAX_RECORD_BYTES } from '../../../packages/core/src/limits.ts'
import type { OverflowPolicy } from '../../../packages/core/src/queue/buffer-limit.ts'
import { Intake, type SpoolDoor } from '../../../packages/core/src/queue/intake.ts'
import { createRouter } from '../../../packages/core/src/record/route.ts'
import { KEYED, TestQueue } from './builders.ts'

interface Options {
  readonly maxBytes?: number
  readonly onFull?: OverflowPolicy
  readonly oversize?: 'truncate' | 'reject'
  readonly spool?: SpoolDoor
}

function intakeOf({
  maxBytes = 16 * 1_048_576,
  onFull = 'block',
  oversize = 'truncate',
  spool
}: Options = {}) {
  const test = new TestQueue({ buffer: { maxBytes, onFull }, batch: { maxBytes: 2 * 1_048_576 } })
  /** What the books were told, in order. */
  const books: string[] = []
  const { store } = test
  const intake = new Intake({
    clock: test.clock,
    store,
    queue: test.queue,
    settlement: {
      epoch: 3,
      enter: () => 3,
      drop: (lines, reason) => {
        for (const line of lines) {
          books.push(`dropped ${test.text(line).slice(0, 2)}: ${reason}`)
          store.release(line)
        }
      },
      dropUnstored: (bytes, reason) => books.push(`dropped ${bytes} B: ${reason}`),
      rejectUnstored: (line, { code }) => books.push(`rejected ${line.length} B: ${code}`)
    },
    spool,
    routing: KEYED,
    router: createRouter(KEYED, 'fallback'),
    shape: undefined,
    oversize,
    hostname: 'this-host'
  })
  return { ...test, test, intake, books }
}

describe('a line that is written', () => {
  it('goes to the lane of its key, as text or as bytes', () => {
    const { intake, test } = intakeOf()
    expect(intake.write('{"k":"a"}')).toBe(true)
    expect(intake.write(Buffer.from('{"k":"b"}'))).toBe(true)
    intake.write('no key')
    const batch = test.take()
    expect([0, 1, 2].map((record) => batch.route(record))).toEqual([
      { partitionKey: 'a' },
      { partitionKey: 'b' },
      { partitionKey: 'fallback' }
    ])
    expect(test.store.epoch(batch.line(0))).toBe(3)
  })

  it.each<[unknown, string]>([
    [{ a: 1 }, '{"a":1}'],
    [42, '42'],
    [10n, '10'],
    [true, 'true'],
    [{ toJSON: () => undefined }, '{}'],
    [{ a: 1n }, '{"a":"1"}'],
    [
      {
        toJSON() {
          throw new Error('no')
        },
        toString() {
          throw new Error('no')
        }
      },
      '{}'
    ]
  ])('is turned into text if it is none: %o', (value, text) => {
    const { intake, test } = intakeOf()
    Reflect.apply(intake.write, intake, [value])
    expect(test.takeTexts()).toEqual([text])
  })

  it.each<unknown>(['', new Uint8Array(), null, undefined])('is nothing if it is empty: %o', (value) => {
    const { intake, test, books } = intakeOf()
    expect(Reflect.apply(intake.write, intake, [value])).toBe(true)
    expect([test.isDue, books]).toEqual([false, []])
    intake.close()
    expect(Reflect.apply(intake.write, intake, [value])).toBe(false)
  })

  it('is dropped and counted after the end', () => {
    const { intake, test, books } = intakeOf()
    intake.close()
    expect(intake.write('grüße')).toBe(false)
    expect([test.isDue, books]).toEqual([false, ['dropped 7 B: closed']])
  })
})

describe('a line above the record limit', () => {
  it('is measured in bytes, and fits exactly', () => {
    const { intake, test } = intakeOf()
    intake.write('x'.repeat(MAX_RECORD_BYTES))
    expect(intake.oversized).toBe(0)
    expect(test.take().bytes).toBe(MAX_RECORD_BYTES)
  })

  it('is cut to it by default, without breaking a character', () => {
    const { intake, test } = intakeOf()
    intake.write('ü'.repeat(MAX_RECORD_BYTES / 2 + 1))
    expect(intake.oversized).toBe(1)
    const batch = test.take()
    expect(batch.bytes).toBeLessThanOrEqual(MAX_RECORD_BYTES)
    expect(test.text(batch.line(0))).not.toContain('\ufffd')
  })

  it('is rejected if that is chosen', () => {
    const { intake, test, books } = intakeOf({ oversize: 'reject' })
    expect(intake.write('x'.repeat(MAX_RECORD_BYTES + 1))).toBe(true)
    expect([test.isDue, books]).toEqual([false, [`rejected ${MAX_RECORD_BYTES + 1} B: OVERSIZE`]])
  })
})

describe('a full buffer', () => {
  const lines = ['1', '2', '3', '4'].map((name) => name.repeat(5_000))

  it.each<[OverflowPolicy, boolean[], string[]]>([
    ['block', [true, true, true, false], []],
    ['dropNewest', [true, true, true, true], ['dropped 5000 B: buffer-full']],
    ['dropOldest', [true, true, true, true], ['dropped 11: buffer-full']]
  ])('does what the policy says: %s', (onFull, answers, told) => {
    const { intake, books } = intakeOf({ onFull, maxBytes: 17_000 })
    expect(lines.map((line) => intake.write(line))).toEqual(answers)
    expect(books).toEqual(told)
  })

  it.each(['dropNewest', 'dropOldest'] as const)('measures a line in bytes: %s', (onFull) => {
    const { intake, books } = intakeOf({ onFull, maxBytes: 17_000 })
    for (let count = 0; count < 2; count++) intake.write('日'.repeat(4_000))
    expect(books).toHaveLength(1)
  })

  it('drops the newest line where all older ones are in flight', () => {
    const { intake, test, books } = intakeOf({ onFull: 'dropOldest', maxBytes: 20_000 })
    intake.write('x'.repeat(8_000))
    test.take()
    expect(intake.write('y'.repeat(5_000))).toBe(true)
    expect(books).toEqual(['dropped 5000 B: buffer-full'])
  })
})

describe('a spool', () => {
  it('takes lines that are for the disk, and is told of those that are in memory alone', () => {
    const told: string[] = []
    const spool = {
      take: (_: string | Uint8Array, key: string) => {
        told.push(`take ${key}`)
        return key === 'disk'
      },
      admit: (_: number, key: string) => told.push(`admit ${key}`),
      isAside: false,
      hasRoom: true
    }
    const { intake, test } = intakeOf({ spool })
    expect(intake.write('{"k":"disk"}')).toBe(true)
    expect(intake.write('{"k":"a"}')).toBe(true)
    expect(told).toEqual(['take disk', 'take a', 'admit a'])
    expect(test.store.lines).toBe(1)
  })
})

describe('the notice of lines that are missing', () => {
  it('is a line of the stream that nobody counts', () => {
    const { intake, test, books } = intakeOf()
    intake.writeDropNotice({ lines: 3, bytes: 90, why: 'the buffer was full' })
    const batch = test.take()
    expect(JSON.parse(test.text(batch.line(0)))).toMatchObject({ dis_dropped: { lines: 3, bytes: 90 } })
    expect(test.store.epoch(batch.line(0))).toBe(UNCOUNTED)
    expect(books).toEqual([])
  })
})
