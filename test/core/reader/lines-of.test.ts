import { describe, expect, it } from 'vitest'
import { linesOf } from '../../../packages/core/src/reader.ts'
import { world } from '../producer/world.ts'

const base64 = (text: string) => Buffer.from(text).toString('base64')

describe('linesOf a record', () => {
  it('takes it apart, from bytes and from Base64', () => {
    expect(linesOf({ data: Buffer.from('{"a":1}\n{"a":2}') })).toEqual(['{"a":1}', '{"a":2}'])
    expect(linesOf({ data: Uint8Array.from(Buffer.from('a\nb')) })).toEqual(['a', 'b'])
    expect(linesOf({ data: base64('{"a":1}\n日志') })).toEqual(['{"a":1}', '日志'])
  })

  it('of one line gives that line; of none, none', () => {
    expect(linesOf({ data: Buffer.from('one') })).toEqual(['one'])
    expect(linesOf({ data: Buffer.alloc(0) })).toEqual([])
    expect(linesOf({ data: Buffer.from('\n\na\n\nb\n') })).toEqual(['a', 'b'])
  })

  it('looks at no more than its own part of a larger buffer', () => {
    expect(linesOf({ data: Buffer.from('xx{"a":1}yy').subarray(2, 9) })).toEqual(['{"a":1}'])
  })

  it('takes bytes that are not UTF-8 for unknown letters', () => {
    expect(linesOf({ data: Buffer.from('61ff0a62', 'hex') })).toEqual(['a\ufffd', 'b'])
  })

  it.each([{}, { data: 7 }, { data: null }, { data: ['a'] }])(
    'that has no data is an error: %j',
    (record) => {
      expect(() => linesOf(record as never)).toThrow(
        new TypeError('linesOf: the record has no data, in bytes or in Base64')
      )
    }
  )

  it.each([
    [
      "newlines: 'escape'",
      ['Error: x\n    at C:\\new\n', '{\n "a": 1 }', 'plain', '\x1e\x1fmarked', '{"b":1}']
    ],
    ['no newlines', ['plain', '{"b":"\\n"}']]
  ])('gives back what a producer with aggregate packed, with %s', async (_, lines) => {
    const { producer, clock, transport } = world({ aggregate: true, newlines: 'escape' })
    for (const line of lines) producer.write(line)
    await clock.advance(1_000)
    expect(transport.data).toHaveLength(1)
    expect(transport.data.flatMap((data) => linesOf({ data: Buffer.from(data) }))).toEqual(lines)
    await producer.close()
  })

  it('cannot know where a line with newlines ends that was packed as it is', async () => {
    const { producer, clock, transport } = world({ aggregate: true })
    producer.write('Error: x\n    at f')
    producer.write('next')
    await clock.advance(1_000)
    expect(linesOf({ data: Buffer.from(transport.data[0] ?? '') })).toEqual(['Error: x', '    at f', 'next'])
    await producer.close()
  })
})

describe('linesOf an event of FunctionGraph', () => {
  it('gives the lines of all of its records, in their order', () => {
    const event = {
      ShardID: 'shardId-0000000000',
      Message: {
        next_partition_cursor: 'eyJ',
        records: [
          { partition_key: 'k', data: base64('{"a":1}\n{"a":2}'), sequence_number: '305' },
          { partition_key: 'k', data: base64('{"a":3}'), sequence_number: '306' }
        ]
      },
      Tag: 'latest',
      StreamName: 'app-logs'
    }
    expect(linesOf(event)).toEqual(['{"a":1}', '{"a":2}', '{"a":3}'])
    expect(linesOf({ ...event, Message: { records: [] } })).toEqual([])
  })

  it.each([{}, { records: {} }, null])('of something else is an error: %j', (message) => {
    expect(() => linesOf({ Message: message } as never)).toThrow(/no Message\.records/)
  })

  it('with a record without data is an error', () => {
    const event = { Message: { records: [{ sequence_number: '1' }, null] } }
    expect(() => linesOf(event as never)).toThrow(/no data/)
  })
})
