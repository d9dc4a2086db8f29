import { describe, expect, it, vi } from 'vitest'
import { Ledger } from '../../../packages/core/src/delivery/ledger.ts'

describe('the ledger', () => {
  it('adds up: written = delivered + rejected + dropped + spooled + pending', () => {
    const ledger = new Ledger()
    const epochs = Array.from({ length: 10 }, () => ledger.write())
    const fates = ['delivered', 'rejected', 'dropped', 'spooled'] as const
    for (const [index, fate] of fates.entries()) ledger.settle(epochs[index] ?? 0, fate)
    expect(ledger.totals()).toEqual({
      written: 10,
      delivered: 1,
      rejected: 1,
      dropped: 1,
      spooled: 1,
      pending: 6
    })
  })

  it('calls a barrier at once when nothing is open', () => {
    const done = vi.fn()
    new Ledger().barrier(done)
    expect(done).toHaveBeenCalledOnce()
  })

  it('lets a barrier wait for the lines before it and for no others', () => {
    const ledger = new Ledger()
    const before = ledger.write()
    const done = vi.fn()
    ledger.barrier(done)
    const after = ledger.write()
    ledger.settle(after, 'delivered')
    expect(done).not.toHaveBeenCalled()
    ledger.settle(before, 'delivered')
    expect(done).toHaveBeenCalledOnce()
  })

  it('calls concurrent barriers in the order they were set, each with everything before it', () => {
    const ledger = new Ledger()
    const order: number[] = []
    const epochs = [0, 1, 2].map((index) => {
      const epoch = ledger.write()
      ledger.barrier(() => order.push(index))
      return epoch
    })
    for (const epoch of [...epochs].reverse()) ledger.settle(epoch, 'delivered')
    expect(order).toEqual([0, 1, 2])
  })

  it('reports only what was written before the barrier', () => {
    const ledger = new Ledger()
    const first = ledger.write()
    const reports: unknown[] = []
    const epoch = ledger.barrier((report) => reports.push(report))
    const second = ledger.write()
    ledger.settle(second, 'delivered')
    expect(ledger.report(epoch)).toEqual({ delivered: 0, rejected: 0, dropped: 0, spooled: 0, pending: 1 })
    ledger.settle(first, 'dropped')
    expect(reports).toEqual([{ delivered: 0, rejected: 0, dropped: 1, spooled: 0, pending: 0 }])
  })

  it('refuses to settle a line twice once its epoch is closed', () => {
    const ledger = new Ledger()
    const epoch = ledger.write()
    ledger.barrier(() => {})
    ledger.settle(epoch, 'delivered')
    expect(() => ledger.settle(epoch, 'delivered')).toThrow('settled already')
  })
})
