import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { Ledger, PAST, UNCOUNTED } from '../../../packages/core/src/delivery/ledger.ts'

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

  it('keeps a line that nobody counts out of every count, wherever it goes', () => {
    const ledger = new Ledger()
    const before = ledger.totals()
    ledger.settle(UNCOUNTED, 'spooled')
    ledger.unsettle(UNCOUNTED)
    ledger.settle(UNCOUNTED, 'spooled')
    ledger.endSpooled(UNCOUNTED, 'delivered')
    ledger.settle(UNCOUNTED, 'dropped', 3)
    expect(ledger.totals()).toEqual(before)
  })

  it('counts a line of an earlier process as written and spooled until it ends', () => {
    const ledger = new Ledger()
    ledger.recover()
    expect(ledger.totals()).toMatchObject({ written: 1, spooled: 1 })
    ledger.endSpooled(PAST, 'delivered')
    expect(ledger.totals()).toMatchObject({ written: 1, spooled: 0, delivered: 1 })
    expect(ledger.recovered).toBe(1)
  })

  it('waits again in later flushes for a line that the disk has lost after its flush', () => {
    const ledger = new Ledger()
    const epoch = ledger.write()
    ledger.barrier(() => {})
    ledger.settle(epoch, 'spooled')
    ledger.unsettle(epoch)
    expect(ledger.totals()).toMatchObject({ spooled: 0, pending: 1 })
    ledger.settle(epoch, 'delivered')
    expect(ledger.totals()).toMatchObject({ delivered: 1, pending: 0 })
  })

  it('adds up at any time, whatever happens to lines, and tells each flush once', () => {
    const step = fc.oneof(
      fc.record({ write: fc.constant(true) }),
      fc.record({ flush: fc.constant(true) }),
      fc.record({
        line: fc.nat(),
        as: fc.constantFrom('delivered', 'rejected', 'dropped', 'spooled', 'lost')
      })
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const ledger = new Ledger()
        let open: number[] = []
        let onDisk: number[] = []
        let flushes = 0
        const told = vi.fn()
        for (const each of steps) {
          if ('write' in each) open.push(ledger.write())
          else if ('flush' in each) {
            flushes++
            ledger.barrier(told)
          } else if (each.as === 'lost') {
            const at = each.line % Math.max(1, onDisk.length)
            const epoch = onDisk[at]
            if (epoch === undefined) continue
            ledger.unsettle(epoch)
            onDisk = onDisk.filter((_, index) => index !== at)
            open.push(epoch)
          } else {
            const at = each.line % Math.max(1, open.length)
            const epoch = open[at]
            if (epoch === undefined) continue
            ledger.settle(epoch, each.as)
            open = open.filter((_, index) => index !== at)
            if (each.as === 'spooled') onDisk.push(epoch)
          }
          const { written, delivered, rejected, dropped, spooled, pending } = ledger.totals()
          expect(written).toBe(delivered + rejected + dropped + spooled + pending)
          expect([spooled, pending]).toEqual([onDisk.length, open.length])
        }
        for (const epoch of open) ledger.settle(epoch, 'delivered')
        expect(told).toHaveBeenCalledTimes(flushes)
      })
    )
  })
})
