/** `write` never throws, whatever it is given, and every line is in the books. */
import { describe, expect, it } from 'vitest'
import type { DisOptions } from '../../packages/core/src/index.ts'
import { expectBalanced, world } from '../core/producer/world.ts'

function fail(): never {
  throw new Error('from the value')
}

const circular = (): object => {
  const value: Record<string, unknown> = { size: 1n }
  value['self'] = value
  return value
}

const revoked = (target: object): object => {
  const { proxy, revoke } = Proxy.revocable(target, {})
  revoke()
  return proxy
}

const untold: ProxyHandler<object> = {
  get: fail,
  has: fail,
  ownKeys: fail,
  getPrototypeOf: fail,
  getOwnPropertyDescriptor: fail
}

const detached = (): Uint8Array => {
  const bytes = new Uint8Array(16)
  structuredClone(bytes.buffer, { transfer: [bytes.buffer] })
  return bytes
}

const VALUES: [string, () => unknown][] = [
  ['a circular object with a BigInt', circular],
  ['a circular object without a prototype', () => Object.assign(Object.create(null), { circle: circular() })],
  ['an object whose toJSON throws', () => ({ toJSON: fail, toString: fail })],
  ['an object whose Symbol.toPrimitive throws', () => ({ toJSON: fail, [Symbol.toPrimitive]: fail })],
  [
    'an object whose toString returns an object',
    () => ({ toJSON: fail, toString: () => ({}), valueOf: () => ({}) })
  ],
  [
    'an object with a getter that throws',
    () => ({
      get message() {
        return fail()
      },
      toString: fail
    })
  ],
  ['a BigInt inside an object without a prototype', () => Object.assign(Object.create(null), { size: 1n })],
  ['a Proxy that throws', () => new Proxy({}, untold)],
  ['a revoked Proxy', () => revoked({})],
  ['a revoked Proxy of a function', () => revoked(() => {})],
  ['a function whose toString throws', () => Object.assign(() => {}, { toString: fail })],
  ['a function without a prototype', () => Object.setPrototypeOf(() => {}, null)],
  ['a symbol', () => Symbol('a line')],
  ['a BigInt', () => 12n],
  ['a function', () => fail],
  ['an error', () => new Error('not a line')],
  ['an object that only looks like bytes', () => Object.create(Uint8Array.prototype)],
  ['a Proxy of bytes', () => new Proxy(Buffer.from('bytes'), {})],
  ['bytes whose length lies', () => Object.defineProperty(Buffer.from('bytes'), 'length', { value: 1e9 })],
  ['an ArrayBuffer', () => new ArrayBuffer(8)],
  ['a DataView', () => new DataView(new ArrayBuffer(8))],
  ['two bytes a number', () => Uint16Array.of(1, 2, 3)]
]

describe.each<[string, DisOptions]>([
  ['with a partition key', {}],
  ['packed, without one', { partitionKey: null, aggregate: true }],
  ['into a full buffer', { buffer: { maxBytes: 65_536, onFull: 'dropOldest' } }]
])('write, %s', (_, options) => {
  it.each(VALUES)('does not throw and loses count of nothing when it gets %s', async (_, make) => {
    const current = world(options)
    const { producer, clock, transport } = current
    const write = producer.write.bind(producer) as (line: unknown) => boolean
    for (let index = 0; index < 200; index++) producer.write(`before ${'x'.repeat(500)}`)
    const value = make()
    expect(() => write(value)).not.toThrow()
    producer.write('after')
    await clock.advance(5_000)
    const { buffered, dropped, written } = producer.stats()
    expect(written).toBe(202)
    expect(buffered).toBe(0)
    expectBalanced(current)
    expect(transport.data.flatMap((data) => data.split('\n'))).toContain('after')
    // Only a full buffer may drop.
    if (options.buffer === undefined) expect(dropped).toBeLessThanOrEqual(1)
    await producer.close()
  })
})

describe('write after close', () => {
  it.each(VALUES)('does not throw when it gets %s', async (_, make) => {
    const current = world()
    await current.producer.close()
    const write = current.producer.write.bind(current.producer) as (line: unknown) => boolean
    const value = make()
    expect(() => write(value)).not.toThrow()
    expect(current.producer.stats()).toMatchObject({ written: 1, delivered: 0, buffered: 0 })
    expectBalanced(current)
  })
})

it('bytes that are detached are an empty line: nothing is written, and nothing throws', () => {
  const { producer } = world()
  expect(() => producer.write(detached())).not.toThrow()
  expect(producer.stats()).toMatchObject({ written: 0, buffered: 0 })
})

describe('a partition key function', () => {
  it.each<[string, () => unknown]>([
    ['a number', () => 42],
    ['an object', () => ({ k: 1 })],
    ['an object that cannot be text', () => ({ toString: fail, toJSON: fail })],
    ['a symbol', () => Symbol('k')],
    ['a revoked Proxy', () => revoked({})],
    ['a promise', () => Promise.resolve('k')],
    ['an error, thrown', fail],
    ['null', () => null],
    ['an empty string', () => ''],
    ['half of a surrogate pair', () => '\ud83d']
  ])('that returns %s loses no line', async (_, keyOf) => {
    const current = world({ partitionKey: keyOf as () => string })
    const { producer, clock, transport } = current
    expect(() => producer.write('a line')).not.toThrow()
    await clock.advance(5_000)
    expect(transport.data).toEqual(['a line'])
    const [key] = transport.batches.flat().map((record) => record.partition_key)
    expect(typeof key).toBe('string')
    expect(producer.stats()).toMatchObject({ written: 1, delivered: 1, buffered: 0 })
  })
})
