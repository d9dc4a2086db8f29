import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { printable, printableLine } from '../../../packages/core/src/report/printable.ts'

/** From one code point to another. */
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => from + n)

describe('printable text', () => {
  it.each([
    ['C0', range(0x00, 0x1f)],
    ['DEL and C1', range(0x7f, 0x9f)],
    ['marks of direction', [0x200e, 0x200f, 0x061c]],
    ['embeddings and overrides', range(0x202a, 0x202e)],
    ['isolates', range(0x2066, 0x2069)],
    ['separators of lines and paragraphs', [0x2028, 0x2029]],
    ['no width', [0x00ad, 0x200b, 0x200c, 0x200d, 0x2060, 0xfeff, 0x3164, 0x180e]],
    ['tags', range(0xe0000, 0xe007f)],
    ['lone surrogates', [0xd800, 0xdbff, 0xdc00, 0xdfff]]
  ])('shows %s as JSON writes them, and no one of them is left', (_, codes) => {
    for (const code of codes) {
      const character = code > 0xffff ? String.fromCodePoint(code) : String.fromCharCode(code)
      const shown = printable(`a${character}b`)
      expect(shown).toMatch(/^a(\\u[0-9a-f]{4}|\\[tnr]){1,2}b$/)
      expect(JSON.parse(`"${shown}"`)).toBe(`a${character}b`)
    }
  })

  it('leaves letters, marks, emoji and backslashes alone', () => {
    const text = 'plain \\u001b "é" Ελλάδα 漢字 עברית العربية ✔️ 😀 é'
    expect(printable(text)).toBe(text)
  })

  it('keeps what the caller wants to keep', () => {
    expect(printable('a\tb\nc\r', '\t\n')).toBe('a\tb\nc\\r')
  })

  it('is the same when it is made twice, and JSON with the same value', () => {
    const units = fc.array(fc.integer({ min: 0, max: 0xffff })).map((all) => String.fromCharCode(...all))
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), units), (text) => {
        expect(printable(printable(text))).toBe(printable(text))
        expect(JSON.parse(printable(JSON.stringify({ [text]: text })))).toEqual({ [text]: text })
        expect(JSON.parse(printable(JSON.stringify([text], null, 2), '\n'))).toEqual([text])
      })
    )
  })

  it('of a message is one line', () => {
    expect(printableLine('a\r\n\t b\u2028c\u0085d')).toBe(String.raw`a b\u2028c\u0085d`)
  })
})
