import { EventEmitter } from 'node:events'
import { StringDecoder } from 'node:string_decoder'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { Feed, type Ring } from '../../../packages/core/src/worker/feed.ts'
import { FrameReader } from '../../../packages/core/src/worker/frames.ts'

const aheadBytes = 4 * 1_048_576

/** Keeps what it gets, and has as much room as the test says. */
class ScriptedRing extends EventEmitter implements Ring {
  readonly chunks: Buffer[] = []
  destroyed = false
  hasRoom = true

  write(bytes: Buffer): boolean {
    this.chunks.push(bytes)
    return this.hasRoom
  }
}

/** What the other side makes of the bytes, cut into pieces of `size`. */
function read(chunks: readonly Buffer[], size: number): string[] {
  const bytes = Buffer.concat(chunks)
  const decoder = new StringDecoder('utf8')
  const lines: string[] = []
  const frames = new FrameReader({
    line: (line) => void lines.push(line),
    run: (text, count) => {
      const own = text.split('\n')
      // The text ends with a newline.
      expect(own.pop()).toBe('')
      expect(own).toHaveLength(count)
      expect(text).not.toContain('\r\n')
      lines.push(...own)
    }
  })
  for (let at = 0; at < bytes.length; at += size) frames.push(decoder.write(bytes.subarray(at, at + size)))
  return lines
}

function feedInto(ring: Ring): Feed {
  return new Feed({ ring, taken: () => 0, aheadBytes, drained: () => {} })
}

describe('the way into the ring', () => {
  it('keeps every line as it is, whatever is in it and wherever it is cut', () => {
    const line = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.constantFrom('1:', '*1,2:', '日志 🔑', 'two\nlines', 'at the end\n', '\n', 'carriage return\r', '')
    )
    fc.assert(
      fc.property(fc.array(line, { maxLength: 50 }), fc.integer({ min: 1, max: 300 }), (lines, size) => {
        const ring = new ScriptedRing()
        const feed = feedInto(ring)
        for (const [index, one] of lines.entries()) {
          feed.write(one)
          if (index % 7 === 0) feed.flush()
        }
        feed.flush()
        expect(read(ring.chunks, size)).toEqual(lines)
      })
    )
  })

  it('takes lines of more than a chunk, and of any number of digits', () => {
    const lines = [9, 10, 99, 100, 65_535, 65_536, 300_000].map((length) => 'é'.repeat(length))
    const ring = new ScriptedRing()
    const feed = feedInto(ring)
    for (const line of lines) feed.write(line)
    feed.flush()
    expect(read(ring.chunks, 10_000)).toEqual(lines)
  })

  it('hands lines of several turns over together, within 5 ms, without being told', () => {
    vi.useFakeTimers()
    const ring = new ScriptedRing()
    const feed = feedInto(ring)
    for (let round = 1; round <= 3; round++) {
      for (let turn = 0; turn < 4; turn++) {
        feed.write('a line')
        vi.advanceTimersByTime(1)
        expect(ring.chunks).toHaveLength(round - 1)
      }
      vi.advanceTimersByTime(1)
      expect(ring.chunks).toHaveLength(round)
    }
    expect(read(ring.chunks, 10)).toHaveLength(12)
    vi.useRealTimers()
  })

  it('does not wait with a long text', () => {
    const ring = new ScriptedRing()
    const feed = feedInto(ring)
    for (let index = 0; index < 1_000; index++) feed.write('x'.repeat(99))
    expect(ring.chunks).toHaveLength(3)
  })

  it('keeps the order of long and short lines, also behind a thread that is gone', () => {
    const ring = new ScriptedRing()
    const feed = feedInto(ring)
    const lines = ['a', 'b'.repeat(40_000), 'c', 'd'.repeat(40_000), 'e']
    for (const line of lines) feed.write(line)
    feed.flush()
    expect(read(ring.chunks, 10_000)).toEqual(lines)
    ring.destroyed = true
    for (const line of lines) feed.write(line)
    expect(ring.chunks).toHaveLength(5)
    expect(feed.untaken()).toEqual([...lines, ...lines])
  })

  /** A feed behind a full ring that has said so. */
  function full() {
    const ring = new ScriptedRing()
    ring.hasRoom = false
    const drained = vi.fn()
    const feed = new Feed({ ring, taken: () => 0, aheadBytes, drained })
    let taken = 0
    while (feed.write('x'.repeat(1_000))) taken++
    expect(taken).toBeGreaterThan(4_000)
    expect(taken).toBeLessThan(4_500)
    return { ring, feed, drained }
  }

  it('says that there is no room 4 MiB after the ring, and when there is some', () => {
    const { feed, drained, ring } = full()
    expect(drained).not.toHaveBeenCalled()
    ring.emit('drain')
    expect(drained).toHaveBeenCalledTimes(1)
    expect(feed.write('x')).toBe(true)
    ring.emit('drain')
    expect(drained).toHaveBeenCalledTimes(1)
  })

  it('needs no drain if the ring takes more before it says so', () => {
    const { feed, drained, ring } = full()
    ring.hasRoom = true
    feed.write('x')
    feed.flush()
    expect(drained).toHaveBeenCalledTimes(1)
  })

  it('gives back exactly the lines that were not taken, wherever they are', () => {
    const few = fc.array(fc.string({ unit: 'binary', maxLength: 30 }), { minLength: 1, maxLength: 60 })
    fc.assert(
      fc.property(few, fc.nat(), fc.integer({ min: 1, max: 9 }), (lines, seed, every) => {
        const ring = new ScriptedRing()
        let taken = 0
        const feed = new Feed({ ring, taken: () => taken, aheadBytes, drained: () => {} })
        for (const [index, line] of lines.entries()) {
          feed.write(line)
          if (index % every === 0) feed.flush()
          if (index === seed % lines.length) taken = Math.min(index, seed % 40)
        }
        expect(feed.untaken()).toEqual(lines.slice(taken))
      })
    )
  })

  it('forgets what is taken, so that nothing is held twice', () => {
    const ring = new ScriptedRing()
    let taken = 0
    const feed = new Feed({ ring, taken: () => taken, aheadBytes, drained: () => {} })
    for (let round = 0; round < 100; round++) {
      feed.write('x'.repeat(1_000))
      feed.flush()
      taken = round
    }
    expect(feed.untakenBytes()).toBeLessThan(2_100)
  })
})
