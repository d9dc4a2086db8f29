import { describe, expect, it } from 'vitest'
import { Repeats } from '../../../packages/core/src/reader/repeats.ts'
import { LineIds } from '../../../packages/core/src/record/line-id.ts'
import { escapeNewlines } from '../../../packages/core/src/record/newlines.ts'

const A = 'producer-AAA'
const B = 'producer-BBB'

function line(producer: string, sequence: number): string {
  return `{"dis_id":"${producer}.${sequence}","n":${sequence}}`
}

function without(repeats: Repeats, ...lines: string[]): string[] | undefined {
  return repeats
    .without(Buffer.from(lines.join('\n')))
    ?.toString()
    .split('\n')
}

describe('repeats', () => {
  it('are lines with an id that was there before', () => {
    const repeats = new Repeats()
    expect(without(repeats, line(A, 0), line(A, 1))).toHaveLength(2)
    expect(without(repeats, line(A, 1), line(A, 2), line(B, 1))).toEqual([line(A, 2), line(B, 1)])
    expect(without(repeats, line(A, 0), line(A, 2))).toBeUndefined()
    expect(repeats.count).toBe(3)
  })

  it('are found within a record, too', () => {
    expect(without(new Repeats(), line(A, 7), line(A, 7))).toEqual([line(A, 7)])
  })

  it('are none without an id, and the data is the very same then', () => {
    const repeats = new Repeats()
    const data = Buffer.from('plain\nplain\n\n{"a":1}\n{"a":1}')
    expect(repeats.without(data)).toBe(data)
    expect(repeats.without(data)).toBe(data)
    const empty = Buffer.alloc(0)
    expect(repeats.without(empty)).toBe(empty)
    expect(repeats.count).toBe(0)
  })

  it('are found where a line holds newlines', () => {
    const repeats = new Repeats()
    const data = Buffer.from(escapeNewlines(new LineIds(A).mark('{\n"a":1}')))
    expect(repeats.without(data)).toBe(data)
    expect(repeats.without(data)).toBeUndefined()
  })

  it('are told from lines that come in any order', () => {
    const repeats = new Repeats()
    const sequences = Array.from({ length: 5_000 }, (_, n) => (n * 1_237) % 5_000)
    for (const sequence of sequences) expect(without(repeats, line(A, sequence))).toHaveLength(1)
    for (const sequence of sequences) expect(without(repeats, line(A, sequence))).toBeUndefined()
  })

  it('of lines that were only noted are left out', () => {
    const repeats = new Repeats()
    repeats.note(Buffer.from(line(A, 0)))
    expect(repeats.count).toBe(0)
    expect(without(repeats, line(A, 0))).toBeUndefined()
  })

  it('pass where the window has gone on: never the other way round', () => {
    const repeats = new Repeats(2)
    for (const producer of [A, B, 'producer-CCC']) expect(without(repeats, line(producer, 0))).toHaveLength(1)
    // Looked at last: the third one, and then the first again.
    expect(without(repeats, line('producer-CCC', 0))).toBeUndefined()
    expect(without(repeats, line(A, 0))).toHaveLength(1)
    expect(without(repeats, line(B, 1))).toHaveLength(1)
    expect(without(repeats, line(A, 0))).toBeUndefined()
  })
})
