import { describe, expect, it } from 'vitest'
import { Receipts } from './receipts.ts'

const lines = (...numbers: number[]) => numbers.map((n) => ({ writer: 'w', n }))

function receiptsAt() {
  const time = { now: 0 }
  const receipts = new Receipts(() => time.now)
  const known = (...numbers: number[]) => numbers.map((n) => receipts.has({ writer: 'w', n }))
  return { time, receipts, known }
}

describe('receipts', () => {
  it('are known for the lines of a record whose answer was read, whichever the judge hears of first', () => {
    const { receipts, known } = receiptsAt()
    receipts.stored('0/1', lines(1, 2))
    receipts.read('p', ['0/1', '0/2'])
    receipts.stored('0/2', lines(3))
    receipts.stored('0/3', lines(4))
    expect(known(1, 2, 3, 4)).toEqual([true, true, true, false])
    expect(receipts.records).toEqual({ stored: 3, read: 2 })
  })

  it('are forgotten with the process that may not have noted them, and no others', () => {
    const { time, receipts, known } = receiptsAt()
    receipts.stored('0/1', lines(1))
    receipts.stored('0/2', lines(2))
    receipts.stored('0/3', lines(3))
    receipts.read('p', ['0/1'])
    time.now = 100
    receipts.read('p', ['0/2', '0/4'])
    receipts.read('q', ['0/3'])
    receipts.forget('p', 50)
    receipts.stored('0/4', lines(4))
    expect(known(1, 2, 3, 4)).toEqual([true, false, true, false])
  })

  it('come too late after a minute', () => {
    const { time, receipts, known } = receiptsAt()
    receipts.stored('0/1', lines(1))
    receipts.read('p', ['0/2'])
    time.now = 60_001
    receipts.stored('0/3', lines(3))
    receipts.read('p', ['0/1'])
    receipts.stored('0/2', lines(2))
    expect(known(1, 2, 3)).toEqual([false, false, false])
  })
})
