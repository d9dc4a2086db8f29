import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { escapeNewlines, unescapeNewlines } from '../../../packages/core/src/record/newlines.ts'

describe('a line with newlines', () => {
  it('is one line that a person can read, and comes back', () => {
    const line = 'Error: C:\\new\n    at f (a.js:1)\n'
    const escaped = String(escapeNewlines(line))
    expect(escaped).toBe('\x1e\x1fError: C:\\\\new\\n    at f (a.js:1)\\n')
    expect(unescapeNewlines(escaped)).toBe(line)
  })

  it('of any text comes back from any packing, and holds no newline on the way', () => {
    // Letters that could be taken for one another.
    const letters = fc.constantFrom('\n', '\\', 'n', '\x1e', '\x1f', '\x1e\x1f', '"', '😀', 'a', '\r')
    const text = fc.array(letters).map((parts) => parts.join(''))
    fc.assert(
      fc.property(fc.array(text, { minLength: 1 }), (lines) => {
        const packed = lines.map((line) => String(escapeNewlines(line))).join('\n')
        expect(packed.split('\n').map(unescapeNewlines)).toEqual(lines)
      })
    )
  })

  it('of any bytes is the same as of text, and keeps what is not UTF-8', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(0x0a, 0x5c, 0x6e, 0x1e, 0x1f, 0xff, 0x61)), (codes) => {
        const escaped = Buffer.from(escapeNewlines(Uint8Array.from(codes)))
        expect(escaped.includes(0x0a)).toBe(false)
        expect(Buffer.from(unescapeNewlines(escaped.toString('latin1')), 'latin1')).toEqual(
          Buffer.from(codes)
        )
      })
    )
  })
})

describe('a line without newlines', () => {
  it.each(['{"stack":"Error\\n    at f"}', 'C:\\new', 'n', ''])('stays the very same: %j', (line) => {
    expect(escapeNewlines(line)).toBe(line)
    const bytes = Buffer.from(line)
    expect(escapeNewlines(bytes)).toBe(bytes)
    expect(unescapeNewlines(line)).toBe(line)
  })
})

describe('a line that was cut within an escape', () => {
  it('gives what is left', () => {
    expect(unescapeNewlines('\x1e\x1fa\\nb\\…[truncated]')).toBe('a\nb\\…[truncated]')
  })
})
