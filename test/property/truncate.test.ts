import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { truncateLine } from '../../packages/core/src/record/truncate.ts'

// Brackets, quotes and the characters that take escapes or several bytes are what cutting can go wrong at.
const unit = fc.oneof(
  fc.constantFrom('{', '}', '[', ']', '"', '\\', ',', ':', '\n', 'é', '日', '🔑'),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 1 })
)
const value = fc.oneof(
  fc.jsonValue({ maxDepth: 6, stringUnit: 'binary' }),
  fc.array(unit, { maxLength: 150 }).map((units) => units.join('')),
  fc.nat(150).map((depth) => Array.from({ length: depth }).reduce<unknown>((inner) => [inner], 1))
)

/** True if `short` is `long` with its end missing: members, items or the end of a string. */
function isBeginning(short: unknown, long: unknown): boolean {
  if (typeof short === 'string' && typeof long === 'string') {
    return short === long || (short.endsWith('…') && long.startsWith(short.slice(0, -1)))
  }
  if (Array.isArray(short) && Array.isArray(long)) {
    return short.length <= long.length && short.every((item, index) => isBeginning(item, long[index]))
  }
  if (isObject(short) && isObject(long)) {
    return Object.entries(short).every(
      ([key, item]) => Object.hasOwn(long, key) && isBeginning(item, long[key])
    )
  }
  return Object.is(short, long)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** As writers do that keep to ASCII: other characters as one or two escapes. */
function escapeAll(text: string): string {
  return text.replace(/[^\n -~]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

describe('truncation', () => {
  it('turns any long JSON object into a shorter one with the same beginning', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ unit: 'binary' }), value),
        fc.integer({ min: 128, max: 400 }),
        fc.boolean(),
        fc.boolean(),
        (object, maxBytes, pretty, ascii) => {
          // Long enough to be cut wherever the interesting part ends.
          const text = JSON.stringify({ ...object, filler: 'f'.repeat(400) }, null, pretty ? 2 : 0)
          const line = Buffer.from(ascii ? escapeAll(text) : text)
          const short = truncateLine(line, maxBytes)
          expect(short.length).toBeLessThanOrEqual(maxBytes)
          const parsed: Record<string, unknown> = JSON.parse(short.toString('utf8'))
          expect(parsed['dis_truncated']).toEqual({ originalBytes: line.length })
          // A character that was cut in two would be read as this one, which the line may hold itself.
          if (!text.includes('\ufffd')) expect(short.toString('utf8')).not.toContain('\ufffd')
          const { dis_truncated: _, ...rest } = parsed
          expect(isBeginning(rest, JSON.parse(line.toString('utf8')))).toBe(true)
          // What was kept is the line's own text, up to what closes it and the mark.
          const [, kept = ''] =
            /^(\{.*?)…?"?[\]}]*,?"dis_truncated":\{"originalBytes":\d+\}\}$/s.exec(short.toString('utf8')) ??
            []
          expect(kept).not.toBe('')
          expect(line.toString('utf8').startsWith(kept)).toBe(true)
        }
      ),
      { numRuns: 3_000 }
    )
  }, 60_000)

  it('never exceeds the limit, whatever the bytes', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 500, maxLength: 900 }),
        fc.constantFrom('', '{', '{"a":"', '{"a":[1,', '{"a":"\\ud83d'),
        fc.integer({ min: 128, max: 499 }),
        (bytes, start, maxBytes) => {
          expect(
            truncateLine(Buffer.concat([Buffer.from(start), bytes]), maxBytes).length
          ).toBeLessThanOrEqual(maxBytes)
        }
      ),
      { numRuns: 5_000 }
    )
  })
})
