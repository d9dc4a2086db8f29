import { describe, expect, it } from 'vitest'
import { Ledger, PAST } from '../../../packages/core/src/delivery/ledger.ts'
import { Settlement } from '../../../packages/core/src/delivery/settlement.ts'
import type { Rejection } from '../../../packages/core/src/delivery/verdict.ts'
import { Batch } from '../../../packages/core/src/queue/batch.ts'
import { LineStore } from '../../../packages/core/src/queue/line-store.ts'
import type { DeadLetter } from '../../../packages/core/src/record/dead-letter.ts'
import { again, answer, cut, laneOf, rejected, stored } from '../queue/builders.ts'

const CODE = { code: 'DIS.4301', message: 'no stream', cure: 'look' }

/** A settlement, and everything that it told others. */
function settlementOf({ hasDeadLetters = true } = {}) {
  const store = new LineStore()
  const ledger = new Ledger()
  const letters: string[] = []
  const told: object[] = []
  const missing: number[] = []
  const settlement = new Settlement({
    store,
    ledger,
    reporter: { rejected: (event) => told.push(event), dropped: (event) => told.push(event) },
    deadLetters: hasDeadLetters
      ? {
          write: ({ line, code, attempts }: DeadLetter) =>
            letters.push(`${Buffer.from(line).toString()} ${code} ${attempts}`)
        }
      : undefined,
    dropNotice: { count: (_, lines) => missing.push(lines) }
  })
  const enter = (text: string, spoolId?: number): number => store.put(text, 0, settlement.enter(), spoolId)
  /** A batch with a record for each list of texts. */
  const batchOf = (...records: readonly (readonly string[])[]): Batch => {
    const batch = new Batch()
    for (const texts of records) {
      for (const text of texts) batch.add(enter(text), text.length)
      batch.endRecord(laneOf(store, 'k'))
    }
    return batch
  }
  return { store, ledger, settlement, letters, told, missing, enter, batchOf }
}

describe('a verdict', () => {
  it('settles stored records line by line, and frees them', () => {
    const { settlement, batchOf, ledger, store } = settlementOf()
    settlement.apply(batchOf(['a', 'bb'], ['ccc']), answer([stored('p'), again('failed')]))
    expect(ledger.totals()).toMatchObject({ written: 3, delivered: 2, pending: 1 })
    expect(store.lines).toBe(1)
    expect(settlement.deliveredBytes).toBe(3)
  })

  it('rejects what is given up: a dead letter for each line, one report for all', () => {
    const { settlement, batchOf, ledger, letters, told } = settlementOf()
    const batch = batchOf(['a', 'bb'], ['ccc'])
    const rejection: Rejection = { ...CODE, lines: [batch.line(0), batch.line(2)], records: [0, 1] }
    settlement.apply(batch, answer([again('failed'), rejected()], { rejections: [rejection] }))
    expect(letters).toEqual(['a DIS.4301 1', 'ccc DIS.4301 1'])
    expect(told).toEqual([{ ...CODE, lines: 2, attempts: 1, partitionKey: 'k', sample: 'a' }])
    expect(ledger.totals()).toMatchObject({ rejected: 2, pending: 1 })
  })

  it('counts attempts with the last one, of each line its own', () => {
    const { settlement, batchOf, letters, store } = settlementOf()
    const batch = batchOf(['young', 'old'])
    store.countAttempt(batch.line(1))
    store.countAttempt(batch.line(1))
    const rejection: Rejection = { ...CODE, lines: [batch.line(0), batch.line(1)], records: [0, 0] }
    settlement.apply(batch, answer([rejected()], { rejections: [rejection] }))
    expect(letters).toEqual(['young DIS.4301 1', 'old DIS.4301 3'])
  })

  it('settles nothing if the batch is cut', () => {
    const { settlement, batchOf, ledger, store } = settlementOf()
    settlement.apply(batchOf(['a', 'b']), cut('size'))
    expect(ledger.totals()).toMatchObject({ pending: 2 })
    expect(store.lines).toBe(2)
  })

  it('adds up what it counts', () => {
    const { settlement, batchOf } = settlementOf()
    const counts = { retried: 1, throttled: 2, ambiguous: 1 } as const
    for (let time = 0; time < 2; time++) {
      settlement.apply(batchOf(['a']), answer([again('request')], { counts }))
    }
    expect(settlement).toMatchObject({ retried: 2, throttled: 4, ambiguous: 2 })
  })
})

describe('lines that are dropped', () => {
  it('are counted, and told once for all, to the notice for the stream, too', () => {
    const { settlement, enter, ledger, told, missing, store } = settlementOf()
    settlement.drop([enter('a'), enter('bb')], 'buffer-full')
    settlement.dropUnstored(10, 'closed')
    settlement.drop([], 'buffer-full')
    expect(told).toEqual([
      { reason: 'buffer-full', lines: 2, bytes: 3 },
      { reason: 'closed', lines: 1, bytes: 10 }
    ])
    expect(missing).toEqual([2, 1])
    expect(ledger.totals()).toMatchObject({ written: 3, dropped: 3, pending: 0 })
    expect(store.lines).toBe(0)
  })
})

describe('lines that are rejected without an answer', () => {
  it('are those that were never taken', () => {
    const { settlement, ledger, letters, told } = settlementOf()
    const event = { ...CODE, lines: 1, attempts: 0, partitionKey: null, sample: 'x' }
    settlement.rejectUnstored(Buffer.from('large'), event)
    expect([letters, told]).toEqual([['large DIS.4301 0'], [event]])
    expect(ledger.totals()).toMatchObject({ written: 1, rejected: 1 })
  })

  it('are those that are left at the end, with the attempts that they had', () => {
    const { settlement, enter, letters, told, ledger, store } = settlementOf()
    const rest = ['a', 'b'].map((text) => ({ line: enter(text), route: { partitionId: '7' } }))
    store.countAttempt(rest[1]?.line ?? -1)
    settlement.rejectRest(rest, CODE)
    settlement.rejectRest([], CODE)
    expect(letters).toEqual(['a DIS.4301 0', 'b DIS.4301 1'])
    expect(told).toMatchObject([{ lines: 2, partitionKey: null, sample: 'a' }])
    expect(ledger.totals()).toMatchObject({ rejected: 2, pending: 0 })
  })

  it('are counted also without a file for them', () => {
    const { settlement, enter, ledger } = settlementOf({ hasDeadLetters: false })
    settlement.rejectRest([{ line: enter('a'), route: { spread: true } }], CODE)
    expect(ledger.totals()).toMatchObject({ rejected: 1, pending: 0 })
  })

  it('show a sample that is short, and a part of no character', () => {
    const { settlement, enter, told } = settlementOf()
    settlement.rejectRest([{ line: enter('ü'.repeat(9_000)), route: { spread: true } }], CODE)
    expect(told).toMatchObject([{ sample: 'ü'.repeat(1_024) }])
  })
})

describe('a line on disk', () => {
  it('is spooled once it is safe, and delivered later; its id is told once', () => {
    const { settlement, store, ledger } = settlementOf()
    const epoch = settlement.enter()
    settlement.spooled(epoch, 1)
    expect(ledger.totals()).toMatchObject({ spooled: 1, pending: 0 })
    const batch = new Batch()
    batch.add(store.put('a', 0, epoch, 0), 1)
    batch.endRecord(laneOf(store, 'k'))
    settlement.apply(batch, answer([stored('p')]))
    expect(ledger.totals()).toMatchObject({ spooled: 0, delivered: 1 })
    expect([settlement.takeSettledOnDisk(), settlement.takeSettledOnDisk()]).toEqual([[0], []])
  })

  it('is buffered again if the disk lost it', () => {
    const { settlement, ledger } = settlementOf()
    const epoch = settlement.enter()
    settlement.spooled(epoch, 1)
    settlement.unspooled(epoch)
    expect(ledger.totals()).toMatchObject({ spooled: 0, pending: 1 })
  })

  it('of an earlier process is written and spooled when it is read', () => {
    const { settlement, ledger } = settlementOf()
    expect(settlement.recovered()).toBe(PAST)
    expect(ledger.totals()).toMatchObject({ written: 1, spooled: 1 })
    settlement.dropSpooled(PAST)
    expect(ledger.totals()).toMatchObject({ spooled: 0, dropped: 1 })
  })

  it('is missing in the stream if the disk was full', () => {
    const { settlement, told, missing } = settlementOf()
    settlement.reportDroppedOnDisk('spool-full', 4, 40)
    expect([told, missing]).toEqual([[{ reason: 'spool-full', lines: 4, bytes: 40 }], [4]])
  })
})
