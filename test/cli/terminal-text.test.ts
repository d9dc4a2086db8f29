import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { terminalText } from '../../packages/cli/src/tail/terminal-text.ts'
import { hostileIn } from './hostile.ts'

describe('the text of a record for a terminal', () => {
  it('does nothing there, whatever the bytes are, and loses none of them', () => {
    // Mostly bytes that begin or go on with a letter of UTF-8: chance alone makes few of those.
    const byte = fc.oneof(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 0x7f, max: 0xf5 }))
    fc.assert(
      fc.property(fc.array(byte, { maxLength: 60 }), (bytes) => {
        const shown = terminalText(Buffer.from(bytes))
        expect(hostileIn(shown.replaceAll('\t', ''))).toEqual([])
        // Written back, it is what it was. Without backslashes of its own there is one way to read it.
        if (!bytes.includes(0x5c)) expect([...read(shown)]).toEqual(bytes)
      }),
      { numRuns: 2_000 }
    )
  })

  it('is the text itself where nothing acts or hides', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        if (hostileIn(text).length > 0 || /[\p{Cf}\p{Default_Ignorable_Code_Point}]/u.test(text)) return
        expect(terminalText(Buffer.from(text))).toBe(text)
      })
    )
  })
})

/** What was shown → the bytes. */
function read(shown: string): Buffer {
  const parts = shown.split(/((?:\\u[0-9a-f]{4})+|\\x[0-9a-f]{2}|\\[tnr])/)
  return Buffer.concat(
    parts.map((part) => {
      if (part.startsWith('\\x')) return Buffer.from(part.slice(2), 'hex')
      if (part.startsWith('\\')) return Buffer.from(String(JSON.parse(`"${part}"`)))
      return Buffer.from(part)
    })
  )
}
