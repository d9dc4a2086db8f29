import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LineSplitter } from '../../packages/cli/src/lines.ts'

function split(chunks: readonly Buffer[], maxBytes?: number): string[] {
  const splitter = new LineSplitter(maxBytes)
  const found: Buffer[] = []
  for (const chunk of chunks) found.push(...splitter.push(chunk))
  return [...found, ...splitter.end()].map((line) => line.toString('latin1'))
}

describe('lines', () => {
  it('are the same however the bytes are cut into chunks', () => {
    const bytes = fc.array(fc.constantFrom(0x61, 0xff, 0x0a, 0x0d), { maxLength: 40 })
    fc.assert(
      fc.property(bytes, fc.array(fc.nat(40), { maxLength: 5 }), (values, cuts) => {
        const whole = Buffer.from(values)
        const at = [0, ...cuts.sort((a, b) => a - b), whole.length]
        const chunks = at.slice(1).map((end, index) => whole.subarray(at[index], end))
        const parts = whole.toString('latin1').split('\n')
        const last = parts.pop() ?? ''
        const expected = [...parts.map((part) => part.replace(/\r$/, '')), last].filter((part) => part !== '')
        expect(split(chunks)).toEqual(expected)
      })
    )
  })

  it('keep a carriage return that is not part of a line end', () => {
    expect(split([Buffer.from('a\rb\r\nc\r')])).toEqual(['a\rb', 'c\r'])
  })

  it('are bounded, however long they are', () => {
    expect(split([Buffer.from('abc'), Buffer.from('def'), Buffer.from('ghi\nnext\n')], 4)).toEqual([
      'abcd',
      'next'
    ])
  })

  it('say how many bytes each has lost at that bound', () => {
    const splitter = new LineSplitter(4)
    const lost: [string, number][] = []
    for (const chunk of ['abc', 'def', 'ghi\nnext\nand mo', 're']) {
      for (const line of splitter.push(Buffer.from(chunk)))
        lost.push([line.toString(), splitter.takeLostBytes()])
    }
    for (const line of splitter.end()) lost.push([line.toString(), splitter.takeLostBytes()])
    expect(lost).toEqual([
      ['abcd', 5],
      ['next', 0],
      ['and ', 4]
    ])
  })
})
