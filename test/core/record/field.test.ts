import { describe, expect, it } from 'vitest'
import { compileFieldReader } from '../../../packages/core/src/record/field.ts'

const read = (line: string, ...paths: string[]) => compileFieldReader(paths)(line)

describe('the field reader', () => {
  const pino =
    '{"level":30,"time":1732345678901,"pid":123,"hostname":"web-01","reqId":"req-1a","req":{"method":"GET","url":"/x","hostname":"other"},"responseTime":12.5,"ok":true,"msg":"request \\"completed\\""}'

  it('finds strings, numbers and booleans at the top', () => {
    expect(read(pino, 'hostname')).toBe('web-01')
    expect(read(pino, 'responseTime')).toBe('12.5')
    expect(read(pino, 'ok')).toBe('true')
    expect(read(pino, 'msg')).toBe('request "completed"')
  })

  it('finds nested fields, and not the nested one when the top one is asked for', () => {
    expect(read(pino, 'req.method')).toBe('GET')
    expect(read(pino, 'req.hostname')).toBe('other')
    expect(read(pino, 'url')).toBeUndefined()
  })

  it('takes a top-level key with dots in its name where the nested path leads nowhere', () => {
    expect(read('{"service.name":"api","service":{"id":1}}', 'service.name')).toBe('api')
    expect(read('{"service.name":"flat","service":{"name":"nested"}}', 'service.name')).toBe('nested')
  })

  it('tries paths in order', () => {
    expect(read('{"b":"two"}', 'a', 'b')).toBe('two')
    expect(read('{"b":"two","a":"one"}', 'a', 'b')).toBe('one')
    expect(read('{"a":null,"b":"two"}', 'a', 'b')).toBe('two')
  })

  it('lets the last of duplicate keys win, as JSON.parse does', () => {
    expect(read('{"hostname":"first","x":1,"hostname":"last"}', 'hostname')).toBe('last')
    expect(read('{"a":{"b":1},"a":{"b":2}}', 'a.b')).toBe('2')
    expect(read('{"a":{"b":1},"a":3}', 'a.b')).toBeUndefined()
  })

  it('is not fooled by the name inside a string or as a value', () => {
    expect(read('{"msg":"\\"hostname\\":\\"fake\\"","hostname":"real"}', 'hostname')).toBe('real')
    expect(read('{"x":"hostname","hostname":"real"}', 'hostname')).toBe('real')
    expect(read('{"x":["hostname","fake"]}', 'hostname')).toBeUndefined()
    expect(read('{"msg":"ends with backslash \\\\","hostname":"real"}', 'hostname')).toBe('real')
  })

  it('is not fooled by braces in strings, nor by the name among the items of an array', () => {
    expect(read('{"x":["hostname"],"a":"{","hostname":"real"}', 'hostname')).toBe('real')
    expect(read('{"a":"}","b":{"hostname":"inner"},"hostname":"real"}', 'hostname')).toBe('real')
    expect(read('{"a":{"x":1},"b":{"hostname":"other"}}', 'a.hostname')).toBeUndefined()
    expect(read('{"myhostname":"other","\\"hostname":"other"}', 'hostname')).toBeUndefined()
    expect(read('{"a":"y",":1,":"z"}', ',')).toBeUndefined()
  })

  it('knows keys that are written with escapes', () => {
    expect(read('{"host\\u006eame":"escaped"}', 'hostname')).toBe('escaped')
    expect(read('{"hostname":"plain","host\\u006eame":"escaped"}', 'hostname')).toBe('escaped')
    expect(read('{"a\\/b":"slash"}', 'a/b')).toBe('slash')
  })

  it.each(['null', '{}', '[]', '""'])('counts %s as absent', (value) => {
    expect(read(`{"hostname":${value}}`, 'hostname')).toBeUndefined()
  })

  it.each([
    '',
    'plain text',
    '[{"hostname":"x"}]',
    '"hostname"',
    '{',
    '{"hostname"',
    '{"hostname":',
    '{"hostname":"x',
    '12',
    'null'
  ])('has nothing to say about %j and does not throw', (line) => {
    expect(read(line, 'hostname')).toBeUndefined()
  })

  it('takes time in proportion to the line, also for hostile ones', () => {
    const slashes = `{"a":"${'\\\\'.repeat(200_000)}","hostname":"x"}`
    const quotes = `{"a":"${'\\"hostname\\":'.repeat(50_000)}","hostname":"x"}`
    const nested = `{"x":[${'{"hostname":["'.repeat(50_000)}`
    const spaced = `{"a":[${`"hostname"${' '.repeat(50)},`.repeat(20_000)}1],"hostname":"x"}`
    expect(read(slashes, 'hostname')).toBe('x')
    expect(read(spaced, 'hostname')).toBe('x')
    expect(read(nested, 'hostname')).toBeUndefined()
    expect(read(quotes, 'hostname')).toBe('x')
  }, 5_000)
})
