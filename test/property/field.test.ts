import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compileFieldReader } from '../../packages/core/src/record/field.ts'

/** What JSON.parse says about the same question. */
function reference(line: string, paths: readonly string[]): string | undefined {
  const root: unknown = JSON.parse(line)
  if (typeof root !== 'object' || root === null || Array.isArray(root)) return undefined
  for (const path of paths) {
    const nested = path.split('.').reduce<unknown>((at, name) => member(at, name), root)
    for (const value of [nested, member(root, path)]) {
      const text = asText(value)
      if (text !== undefined) return text
    }
  }
  return undefined
}

function member(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  return Object.getOwnPropertyDescriptor(value, name)?.value
}

function asText(value: unknown): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined
}

const NAMES = [
  'hostname',
  'host',
  'a',
  'a.b',
  'b',
  'tenant',
  'id',
  'na"me',
  'sl/ash',
  'back\\slash',
  'new\\nline',
  'new\nline',
  'ключ',
  '🔑',
  '',
  '__proto__',
  ',',
  'a,b',
  ':',
  '\u0001'
]
const PATHS = [
  ['hostname'],
  ['tenant.id'],
  ['a.b'],
  ['a.b.hostname', 'host'],
  ['na"me'],
  ['sl/ash'],
  ['back\\slash'],
  ['new\\nline'],
  ['ключ'],
  ['🔑'],
  ['__proto__'],
  ['a.a.a'],
  [',', ':'],
  ['a,b', 'id'],
  ['\u0001', 'id']
]

const space = fc.constantFrom('', '', '', ' ', '\n\t', '  \r')

/** JSON text of a string, with some of its characters spelled as escapes although they need none. */
const jsonString = (value: fc.Arbitrary<string>) =>
  fc.tuple(value, fc.array(fc.nat(12), { maxLength: 6 })).map(([text, escapes]) => {
    const units = Array.from({ length: text.length }, (_, index) => {
      if (!escapes.includes(index)) return JSON.stringify(text[index]).slice(1, -1)
      if (text[index] === '/') return '\\/'
      return `\\u${text.charCodeAt(index).toString(16).padStart(4, '0')}`
    })
    return `"${units.join('')}"`
  })

// Values that look like what is searched for.
const trap = fc.constantFrom(
  'hostname',
  '"hostname":"x"',
  '{"hostname":1}',
  '\\"hostname\\":',
  'a.b',
  '}',
  ']',
  '"',
  '\\',
  'x',
  ''
)
const key = jsonString(
  fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom(...NAMES) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary' }) }
  )
)
const number = fc.oneof(
  fc.constantFrom('0', '-0', '1e3', '1.50', '-12.5E-2', '123456789012345678901'),
  fc.integer().map(String)
)
const text = jsonString(fc.oneof(trap, fc.string({ unit: 'binary' })))

const { object } = fc.letrec<{ value: string; object: string; array: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    text,
    number,
    fc.constantFrom('true', 'false', 'null'),
    tie('object'),
    tie('array')
  ),
  array: fc
    .tuple(space, fc.array(tie('value'), { maxLength: 3 }))
    .map(([gap, items]) => `[${gap}${items.join(`${gap},${gap}`)}${gap}]`),
  object: fc
    .tuple(space, fc.array(fc.tuple(key, tie('value')), { maxLength: 6 }))
    .map(
      ([gap, members]) =>
        `${gap}{${gap}${members.map(([name, value]) => `${name}${gap}:${gap}${value}${gap}`).join(`,${gap}`)}}${gap}`
    )
}))

/**
 * Objects in which hardly anything but the two names occurs, as keys, values and items, among brackets in
 * and out of strings. Most have no escape at all: those are the lines that are searched rather than walked.
 */
const plainText = fc.constantFrom(
  'hostname',
  'id',
  'hostname',
  '{',
  '}',
  '[',
  ']',
  ':',
  ',',
  ' ',
  'x{',
  '',
  'name'
)
const denseKeys = ['hostname', 'id', 'hostname', 'id', 'x', '{', '', 'myhostname', '\\"hostname', ':1,']
const dense = fc.letrec<{ value: string; object: string; array: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    { weight: 6, arbitrary: plainText.map((word) => `"${word}"`) },
    { weight: 1, arbitrary: fc.constantFrom('1', 'null', '"\\n"', '"\\""', '"\\\\"', '"\\\\\\"{"') },
    { weight: 2, arbitrary: tie('object') },
    { weight: 2, arbitrary: tie('array') }
  ),
  array: fc
    .tuple(space, fc.array(tie('value'), { maxLength: 3 }))
    .map(([gap, items]) => `[${items.join(`${gap},`)}${gap}]`),
  object: fc
    .array(fc.tuple(fc.constantFrom(...denseKeys), space, tie('value')), {
      minLength: 1,
      maxLength: 7
    })
    .map((members) => `{${members.map(([name, gap, value]) => `"${name}"${gap}:${gap}${value}`).join(',')}}`)
})).object

describe('a field found without parsing', () => {
  it('is what JSON.parse finds where the names stand everywhere', () => {
    let found = 0
    fc.assert(
      fc.property(
        dense,
        fc.constantFrom(
          ['hostname'],
          ['id.hostname'],
          ['hostname.hostname', 'id'],
          ['id.id.hostname'],
          [',']
        ),
        (line, paths) => {
          const expected = reference(line, paths)
          if (expected !== undefined) found++
          expect(compileFieldReader(paths)(line)).toBe(expected)
        }
      ),
      { numRuns: 20_000 }
    )
    // Or else the lines test little.
    expect(found).toBeGreaterThan(2_000)
  }, 60_000)

  it('is what JSON.parse finds, in any JSON object however it is written', () => {
    fc.assert(
      fc.property(object, fc.constantFrom(...PATHS), (line, paths) => {
        expect(compileFieldReader(paths)(line)).toBe(reference(line, paths))
      }),
      { numRuns: 20_000 }
    )
  }, 60_000)

  it('is never a throw, nor a wait, for text that is not JSON', () => {
    const broken = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.tuple(object, fc.nat(200)).map(([line, length]) => line.slice(0, length)),
      fc
        .array(fc.constantFrom('{', '}', '[', ']', '"', '\\', ':', ',', '"hostname"', 'x', ' ', '\\u'), {
          maxLength: 40
        })
        .map((parts) => parts.join(''))
    )
    fc.assert(
      fc.property(broken, fc.constantFrom(...PATHS), (line, paths) => {
        const value = compileFieldReader(paths)(line)
        expect(value === undefined || value.length > 0).toBe(true)
      }),
      { numRuns: 20_000 }
    )
  }, 60_000)
})
