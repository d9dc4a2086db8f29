import { describe, expect, it } from 'vitest'
import { LineIds, lineIdOf } from '../../../packages/core/src/record/line-id.ts'

const PRODUCER = 'Ab3_-xYz0189'

function mark(line: string, ids = new LineIds(PRODUCER)): string {
  const marked = ids.mark(line)
  // Text and bytes get the same.
  expect(Buffer.from(marked).toString()).toBe(
    Buffer.from(new LineIds(PRODUCER).mark(Buffer.from(line))).toString()
  )
  return String(marked)
}

describe('a JSON line', () => {
  it('gets the id of its producer and its number in front of its members', () => {
    const ids = new LineIds(PRODUCER)
    expect([ids.mark('{"a":1}'), ids.mark('{"a":2}'), ids.mark('{"a":3}')]).toEqual([
      `{"dis_id":"${PRODUCER}.0","a":1}`,
      `{"dis_id":"${PRODUCER}.1","a":2}`,
      `{"dis_id":"${PRODUCER}.2","a":3}`
    ])
  })

  it.each([
    ['without members', '{}'],
    ['without members, with spaces', '{ \t }'],
    ['with spaces', '{ "a" : 1 } '],
    ['over several lines', '{\n  "a": 1\n}\r\n'],
    ['with letters of all sizes', '{"é":"日志 😀"}'],
    ['with an id of a user’s, which is a member like any other', '{"dis_id":"mine","a":1}']
  ])('%s stays what it is', (_, line) => {
    const marked = JSON.parse(mark(line).replace(`"dis_id":"${PRODUCER}.0"`, '"own":0'))
    expect(marked).toEqual({ own: 0, ...JSON.parse(line) })
  })

  it('keeps bytes that are not UTF-8', () => {
    const line = Buffer.from('7b2261223a22ff80227d', 'hex')
    const marked = Buffer.from(new LineIds(PRODUCER).mark(line))
    expect(marked.subarray(-line.length + 1)).toEqual(line.subarray(1))
    expect(lineIdOf(marked)).toEqual({ producer: PRODUCER, sequence: 0 })
  })
})

describe('a line that is no JSON object', () => {
  it.each([
    'plain text',
    '[1]',
    '"text"',
    '1',
    '{',
    '{"',
    '{"a":1',
    '{ curly } braces',
    '{}}',
    '{} and more {}',
    ' {"a":1}'
  ])('stays as it is, and takes no number: %j', (line) => {
    const ids = new LineIds(PRODUCER)
    expect(mark(line, ids)).toBe(line)
    expect(ids.mark('{"a":1}')).toBe(`{"dis_id":"${PRODUCER}.0","a":1}`)
  })
})

describe('lineIdOf', () => {
  it('reads what a producer wrote, from text and from bytes', () => {
    const ids = new LineIds(PRODUCER)
    for (let n = 0; n < 1_234; n++) ids.mark('{}')
    const marked = String(ids.mark('{"a":1}'))
    expect(lineIdOf(marked)).toEqual({ producer: PRODUCER, sequence: 1_234 })
    expect(lineIdOf(Buffer.from(marked))).toEqual({ producer: PRODUCER, sequence: 1_234 })
  })

  it.each([
    '{"a":1,"dis_id":"Ab3_-xYz0189.1"}',
    '{"dis_id":"short.1"}',
    '{"dis_id":"Ab3_-xYz0189.x"}',
    '{"dis_id":"Ab3_-xYz0189.1234567890123456789"}',
    '{"dis_id":"Ab3_-xYz0189.1',
    'dis_id',
    ''
  ])('finds none in %j', (line) => {
    expect(lineIdOf(line)).toBeUndefined()
    expect(lineIdOf(Buffer.from(line))).toBeUndefined()
  })
})
