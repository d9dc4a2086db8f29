import { expect, it } from 'vitest'
import { giveBack } from '../../packages/core/src/give-back.ts'
import { LineStore } from '../../packages/core/src/queue/line-store.ts'

const MIB = 1_048_576
const arrayBuffers = () => process.memoryUsage().arrayBuffers

it('memory that is given back is free at once, without a collection', () => {
  const arrays = Array.from({ length: 32 }, () => new Uint8Array(MIB).fill(1))
  const full = arrayBuffers()
  for (const array of arrays) giveBack(array)
  expect(full - arrayBuffers()).toBeGreaterThanOrEqual(32 * MIB)
  expect(arrays.map(({ length }) => length)).toEqual(arrays.map(() => 0))
})

it('a buffer that cannot be sent away is left alone', () => {
  const shared = new Uint8Array(new SharedArrayBuffer(16))
  expect(() => giveBack(shared)).not.toThrow()
  expect(shared).toHaveLength(16)
})

it('a burst leaves no memory behind when its lines are gone', () => {
  const store = new LineStore(64 * MIB)
  const line = 'x'.repeat(1_000)
  const lines = Array.from({ length: 60_000 }, () => store.put(line, 0, 0))
  const full = arrayBuffers()
  for (const id of lines) store.release(id)
  // Eight pages of 256 KB and four chunks of entries wait for the next lines.
  expect(full - arrayBuffers()).toBeGreaterThan(55 * MIB)
  expect(store.heldBytes).toBeLessThan(4 * MIB)
})
