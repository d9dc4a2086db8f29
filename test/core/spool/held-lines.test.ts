import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { LineStore } from '../../../packages/core/src/queue/line-store.ts'
import { HeldLines } from '../../../packages/core/src/spool/held-lines.ts'

const KEYED = 0

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

/** Without what other tests in this process left behind for the collector. */
function heapUsed(): number {
  collectGarbage()
  return process.memoryUsage().heapUsed
}

function build() {
  const store = new LineStore()
  const held = new HeldLines(store)
  const put = (text: string) => store.put(text, 0, 0)
  const texts = () => {
    const out: string[] = []
    for (let next = held.shift(); next !== undefined; next = held.shift())
      out.push(store.view(next.line).toString())
    return out
  }
  return { store, held, put, texts }
}

describe('lines that wait for the disk', () => {
  it('come out in the order in which they were written, what came back before the others', () => {
    const { held, put, texts } = build()
    for (const text of ['c', 'd']) held.push(put(text), KEYED, 'k')
    held.unshift(['a', 'b'].map((text) => ({ line: put(text), kind: KEYED, value: 'k' })))
    expect(texts()).toEqual(['a', 'b', 'c', 'd'])
    expect(held.isEmpty).toBe(true)
  })

  it('leave out those that reached their end meanwhile, also where a later line has the same number', () => {
    const { store, held, put, texts } = build()
    const first = put('first')
    held.push(first, KEYED, 'k')
    held.push(put('second'), KEYED, 'k')
    store.release(first)
    const again = put('third')
    expect(again).toBe(first)
    held.push(again, KEYED, 'k')
    expect(texts()).toEqual(['second', 'third'])
  })

  it('count their bytes, and none when there are none', () => {
    const { held, put } = build()
    held.push(put('x'.repeat(100)), KEYED, 'k')
    held.push(put('x'.repeat(100)), KEYED, 'k')
    const both = held.bytes
    held.shift()
    expect(held.bytes).toBe(both / 2)
    held.shift()
    expect(held.bytes).toBe(0)
  })

  it('take no more memory in a long failure than there are lines, whichever of them go', () => {
    const { store, held, put } = build()
    const line = put('stays')
    held.push(line, KEYED, 'k')
    const heapBefore = heapUsed()
    for (let n = 0; n < 1_000_000; n++) {
      const next = put('x')
      held.push(next, KEYED, 'k')
      store.release(next)
    }
    // A million entries of 48 bytes and their places would be more than this.
    expect(heapUsed() - heapBefore).toBeLessThan(40_000_000)
    expect(held.shift()?.line).toBe(line)
  })
})
