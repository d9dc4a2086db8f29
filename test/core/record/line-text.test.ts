import { describe, expect, it } from 'vitest'
import { textOf } from '../../../packages/core/src/record/line-text.ts'

describe('the text of a value that is no line yet', () => {
  it.each([
    [undefined, ''],
    [null, ''],
    ['a line', 'a line'],
    [7n, '7'],
    [Symbol('s'), 'Symbol(s)'],
    [{ n: 1n, deep: [2n] }, '{"n":"1","deep":["2"]}'],
    [{ b: 1, a: undefined, f: () => 1 }, '{"b":1}']
  ])('%o', (value, text) => {
    expect(textOf(value)).toBe(text)
  })

  it('names a circle instead of following it', () => {
    const circle: Record<string, unknown> = { name: 'x' }
    circle['self'] = circle
    expect(textOf(circle)).toBe('{"name":"x","self":"[Circular]"}')
  })

  it('keeps message, stack and own fields of an Error, wherever it is', () => {
    const error = Object.assign(new Error('boom'), { code: 'E1' })
    for (const text of [textOf(error), textOf({ error })]) {
      expect(text).toContain('"message":"boom"')
      expect(text).toContain('"stack":"Error: boom')
      expect(text).toContain('"code":"E1"')
    }
  })

  it('keeps what can be read beside what throws', () => {
    const value = {
      kept: 1,
      get broken(): never {
        throw new Error('no')
      },
      own: {
        toJSON() {
          throw 'text'
        }
      }
    }
    expect(JSON.parse(textOf(value))).toEqual({
      kept: 1,
      broken: '[not readable: no]',
      own: '[not readable: it threw]'
    })
  })

  it('never throws, not even at a proxy that is revoked, or at a toJSON that gives nothing', () => {
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()
    expect(JSON.parse(textOf(proxy))).toEqual({ value: expect.stringMatching(/^\[not readable: /) })
    expect(JSON.parse(textOf({ kept: 1, toJSON: () => undefined }))).toMatchObject({ kept: 1 })
  })
})
