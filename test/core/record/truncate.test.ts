import { describe, expect, it } from 'vitest'
import { truncateLine } from '../../../packages/core/src/record/truncate.ts'

const cut = (text: string, maxBytes: number) => truncateLine(Buffer.from(text), maxBytes).toString('utf8')

describe('a truncated line', () => {
  it('that was a JSON object stays one, keeps its beginning, and says how long it was', () => {
    const line = JSON.stringify({ level: 30, hostname: 'web-01', msg: 'x'.repeat(1_000) })
    const short = cut(line, 200)
    expect(Buffer.byteLength(short)).toBe(200)
    expect(short.startsWith('{"level":30,"hostname":"web-01","msg":"xxxx')).toBe(true)
    expect(JSON.parse(short)).toEqual({
      level: 30,
      hostname: 'web-01',
      msg: expect.stringMatching(/^x+…$/),
      dis_truncated: { originalBytes: Buffer.byteLength(line) }
    })
  })

  it('closes what is open, however deep', () => {
    const line = `${'{"a":['.repeat(10)}"${'y'.repeat(500)}"${']}'.repeat(10)}`
    expect(JSON.parse(cut(line, 300))).toMatchObject({ dis_truncated: { originalBytes: line.length } })
  })

  it('never cuts a character or an escape in two', () => {
    const line = JSON.stringify({ msg: 'é🔑"\\\n日'.repeat(200) }).replaceAll('é', '\\ud83d\\udd11')
    for (let maxBytes = 128; maxBytes < 200; maxBytes++) {
      const short = cut(line, maxBytes)
      expect(short).not.toContain('\ufffd')
      const { msg } = JSON.parse(short)
      expect(msg.isWellFormed?.() ?? true).toBe(true)
      expect(Buffer.byteLength(short)).toBeLessThanOrEqual(maxBytes)
    }
  })

  it('parts the mark from a string that is cut right behind a brace', () => {
    const line = `{"msg":"${'{'.repeat(500)}"}`
    expect(JSON.parse(cut(line, 200))).toEqual({
      msg: expect.stringMatching(/^\{+…$/),
      dis_truncated: { originalBytes: line.length }
    })
  })

  it('keeps all members of an object that is followed by space alone, and drops space before it', () => {
    const line = `${' '.repeat(300)}{"a":1}${' '.repeat(300)}`
    expect(cut(line, 128)).toBe('{"a":1,"dis_truncated":{"originalBytes":607}}')
  })

  it.each([
    ['prose in braces', `{hello ${'x '.repeat(300)}`],
    ['values without commas', `{"a":1 2 "b" ${'x'.repeat(500)}`],
    ['wrong brackets', `{"a":[1},"b":"${'x'.repeat(500)}"}`],
    ['a comma at the end', `{"a":1,},"b":"${'x'.repeat(500)}"}`],
    ['a bad escape', `{"a":"\\x","b":"${'x'.repeat(500)}"}`],
    ['a bad number', `{"a":01,"b":"${'x'.repeat(500)}"}`],
    ['a control character', `{"a":"\t","b":"${'x'.repeat(500)}"}`],
    ['two objects', `{"a":1}{"b":"${'x'.repeat(500)}"}`],
    ['an array', `["${'x'.repeat(500)}"]`]
  ])('that only looks like an object is marked as text: %s', (_, line) => {
    const short = cut(line, 200)
    expect(short.endsWith(`…[truncated, ${line.length} bytes]`)).toBe(true)
    expect(line.startsWith(short.slice(0, short.lastIndexOf('…')))).toBe(true)
  })

  it.each([
    ['opened and never closed', `{"a":${'['.repeat(600_000)}`],
    ['opened and closed while going deeper', `{"a":${'[{},'.repeat(300_000)}`],
    ['a long string', `{"a":"${'x'.repeat(1_200_000)}"}`],
    ['escapes', `{"a":"${'\\udc00'.repeat(200_000)}"}`]
  ])(
    'takes time in proportion to its length: %s',
    (_, line) => {
      // Took 18 s when each cut copied the open brackets; the limit on a test's time is what fails.
      const short = cut(line, 1_000_000)
      expect(short.length).toBeLessThanOrEqual(1_000_000)
      expect(short).toContain('"dis_truncated"')
    },
    5_000
  )

  it('refuses a limit without room for the mark', () => {
    expect(() => truncateLine(Buffer.alloc(500), 127)).toThrow(RangeError)
  })

  it('drops a key that has no value yet', () => {
    const line = `{"a":1,"${'k'.repeat(500)}":2}`
    expect(JSON.parse(cut(line, 200))).toEqual({ a: 1, dis_truncated: { originalBytes: line.length } })
  })

  it('that has nothing to keep is an object with the mark alone', () => {
    const line = `{"${'k'.repeat(500)}":2}`
    expect(JSON.parse(cut(line, 128))).toEqual({ dis_truncated: { originalBytes: line.length } })
  })

  it('that is not JSON is cut at a character and marked', () => {
    const short = cut('ü'.repeat(500), 131)
    expect(short).toMatch(/^ü+…\[truncated, 1000 bytes\]$/)
    expect(Buffer.byteLength(short)).toBeLessThanOrEqual(131)
  })

  it('survives bytes that are not UTF-8', () => {
    const bytes = Buffer.alloc(1_000, 0x80)
    expect(truncateLine(bytes, 200).length).toBeLessThanOrEqual(200)
    const object = Buffer.concat([Buffer.from('{"a":"'), bytes, Buffer.from('"}')])
    expect(truncateLine(object, 200).length).toBeLessThanOrEqual(200)
  })
})
