import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { keyRunsOf } from '../../packages/core/src/record/key-runs.ts'
import { createRouter, type Routing } from '../../packages/core/src/record/route.ts'

const HOST: Routing = { kind: 'field', paths: ['host', 'b.c'] }

/** Of each line but the first: whether it is said to have the key of the line before, and whether it has. */
function answers(routing: Routing, lines: readonly string[]): { said: boolean[]; true: boolean[] } {
  const text = lines.map((line) => `${line}\n`).join('')
  const runs = keyRunsOf(routing, text)
  const keyOf = createRouter(routing, 'fallback')
  const said: boolean[] = []
  let start = 0
  for (const line of lines) {
    said.push(runs.isSame(start, start + line.length))
    start += line.length + 1
  }
  const keys = lines.map((line) => keyOf(line))
  return { said: said.slice(1), true: keys.slice(1).map((key, index) => key === keys[index]) }
}

/** Names, values and pieces that lines are made of: those that look alike, and those that JSON writes in several ways. */
const value = fc.constantFrom(
  '"a"',
  '"ab"',
  '"a\\"b"',
  '""',
  '7',
  'null',
  '{"host":"a"}',
  '["host","a"]',
  '"host"',
  '"{"',
  '"\\u0061"',
  '"host\\":"'
)
const name = fc.constantFrom('"host"', '"myhost"', '"host2"', '"b"', '"m"', '"\\u0068ost"', '"c"')
const space = fc.constantFrom('', '', '', ' ')
const member = fc.tuple(name, space, value).map(([key, gap, what]) => `${key}${gap}:${gap}${what}`)
const object = fc.array(member, { maxLength: 5 }).map((members) => `{${members.join(',')}}`)
const piece = fc.constantFrom('{', '}', '"', 'host"', '"host":"a"', ':', ',', '\\', 'é', '[')
const junk = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(''))
const line = fc.oneof({ weight: 4, arbitrary: object }, { weight: 1, arbitrary: junk })

describe('lines of one text', () => {
  it.each<[string, Routing]>([
    ['one field', { kind: 'field', paths: ['host'] }],
    ['the first of several fields', HOST],
    ['a path', { kind: 'field', paths: ['b.c', 'host'] }],
    ['a function', { kind: 'function', keyOf: (text) => text.slice(0, 4) }],
    ['one partition', { kind: 'constant', partitionId: '0' }]
  ])('that are said to have the same key have it, with %s', (_, routing) => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), (lines) => {
        const { said, true: real } = answers(routing, lines)
        for (const [index, isSame] of said.entries()) if (isSame) expect(real[index]).toBe(true)
      }),
      { numRuns: 3_000 }
    )
  })

  it('that a logger writes are found to be of one key', () => {
    const lines = Array.from({ length: 5 }, (_, index) =>
      JSON.stringify({
        level: 30,
        time: 1_700_000_000_000 + index,
        host: index < 3 ? 'web-01' : 'web-02',
        req: { id: index }
      })
    )
    expect(answers(HOST, lines).said).toEqual([true, true, false, true])
  })

  it('are never said to have the same key behind one that has no plain form', () => {
    const plain = '{"host":"a"}'
    expect(answers(HOST, [plain, plain, '{"host":"a\\n"}', plain, plain]).said).toEqual([
      true,
      false,
      false,
      true
    ])
    expect(answers(HOST, [plain, '', plain, '{"host":""}', plain]).said).toEqual([false, false, false, false])
  })
})
