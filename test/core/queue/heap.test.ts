import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Heap } from '../../../packages/core/src/queue/heap.ts'

/** Takes everything out. */
function drain<Item>(heap: Heap<Item>): Item[] {
  const items: Item[] = []
  for (let item = heap.pop(); item !== undefined; item = heap.pop()) items.push(item)
  return items
}

const keys = fc.array(fc.integer({ min: -50, max: 50 }), { maxLength: 200 })

describe('the heap', () => {
  it('gives items in the order of their numbers, as a sort does', () => {
    fc.assert(
      fc.property(keys, (numbers) => {
        const heap = new Heap<string>()
        for (const number of numbers) heap.push(number, String(number))
        expect(heap.size).toBe(numbers.length)
        expect(drain(heap).map(Number)).toEqual([...numbers].sort((a, b) => a - b))
        expect(heap.size).toBe(0)
      })
    )
  })

  it('agrees with a sorted array, whatever is pushed, taken, renewed and filtered in between', () => {
    const command = fc.oneof(
      fc.record({ do: fc.constantFrom('push', 'renew'), key: fc.integer({ min: -20, max: 20 }) }),
      fc.record({ do: fc.constantFrom('pop', 'filter'), key: fc.constant(0) })
    )
    fc.assert(
      fc.property(fc.array(command, { maxLength: 200 }), (commands) => {
        const heap = new Heap<{ readonly name: number; key: number }>()
        let model: { readonly name: number; key: number }[] = []
        for (const [name, { do: what, key }] of commands.entries()) {
          if (what === 'push') {
            const item = { name, key }
            heap.push(key, item)
            model.push(item)
          } else if (what === 'pop') {
            const item = heap.pop()
            model = model.filter((other) => other !== item)
          } else if (what === 'filter') {
            heap.filter((item) => item.name % 3 !== 0)
            model = model.filter((item) => item.name % 3 !== 0)
          } else {
            const { first } = heap
            if (first !== undefined) first.key = key
            heap.renew(key)
          }
          const smallest = Math.min(...model.map((item) => item.key))
          expect(heap.size).toBe(model.length)
          expect(heap.firstKey).toBe(smallest)
          expect(heap.first?.key ?? smallest).toBe(smallest)
        }
        expect(drain(heap).map((item) => item.key)).toEqual(
          model.map((item) => item.key).sort((a, b) => a - b)
        )
      })
    )
  })

  it('has no smallest number while it is empty', () => {
    const heap = new Heap<string>()
    heap.renew(1)
    expect(heap.pop()).toBeUndefined()
    expect(heap).toMatchObject({ size: 0, firstKey: Number.POSITIVE_INFINITY, first: undefined })
  })
})
