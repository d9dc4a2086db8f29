/** A partition is the unit of trouble: what one of them does slows no other. */
import { describe, expect, it } from 'vitest'
import type { DisOptions } from '../../packages/core/src/index.ts'
import { shareOf } from '../thorough.ts'
import { uuid } from './load.ts'
import { BAD, failing, load } from './partitions.ts'
import type { RecordFailure } from './service.ts'

const someKeys = (index: number) => uuid(index % 300)

const LOADS: [string, DisOptions, ((index: number) => string)?][] = [
  ['without keys', { partitionKey: null }],
  ['of keys that are never seen twice', {}],
  ['of keys that are never seen twice, ordered', { ordered: true }],
  ['of keys that are never seen twice, packed', { aggregate: true }],
  ['of a few hundred keys', {}, someKeys],
  ['of a few hundred keys, packed', { aggregate: true }, someKeys],
  ['of a few hundred keys, packed and ordered', { aggregate: true, ordered: true }, someKeys],
  ['without keys, packed', { partitionKey: null, aggregate: true }],
  ['without keys, packed into small records', { partitionKey: null, aggregate: { maxBytes: 1_024 } }]
]

describe.each([
  ['DIS.5000', 0],
  ['DIS.4303', 1]
])('one of twenty partitions answers %s for its records; the others take their lines', (code, shift) => {
  it.each(shareOf(LOADS, shift))('%s', async (_, options, keyFor) => {
    const { others } = await load(options, failing(code), keyFor)
    expect(others).toBeGreaterThanOrEqual(0.97)
  })

  it.each([[50], [300]])('of keys that are never seen twice, %i ms away', async (latencyMs) => {
    const { others } = await load({}, { ...failing(code), latencyMs })
    expect(others).toBeGreaterThanOrEqual(0.97)
  })

  it('of keys that are never seen twice, while a small buffer drops the oldest', async () => {
    const { others } = await load({ buffer: { maxBytes: 262_144, onFull: 'dropOldest' } }, failing(code))
    expect(others).toBeGreaterThanOrEqual(0.97)
  })
})

describe.each<[string, (partition: number) => RecordFailure | undefined]>([
  ['is read-only', (partition) => (partition === BAD ? { code: 'DIS.5900' } : undefined)],
  ['answers a code that nobody knows', (partition) => (partition === BAD ? { code: 'DIS.9999' } : undefined)],
  [
    'fails, another throttles',
    (partition) =>
      partition === BAD ? { code: 'DIS.5000' } : partition === 3 ? { code: 'DIS.4303' } : undefined
  ]
])('one of twenty partitions %s', (_, fails) => {
  it.each<[string, DisOptions]>([
    ['without keys', { partitionKey: null }],
    ['of keys that are never seen twice', {}]
  ])('the others take their lines: %s', async (_, options) => {
    const { others } = await load(options, { fails })
    // Where two are bad, the lines of the second are a nineteenth of the others'.
    expect(others).toBeGreaterThanOrEqual(fails(3) === undefined ? 0.97 : 0.97 * (18 / 19))
  })
})

describe('records that are turned away', () => {
  it.each([['DIS.5000'], ['DIS.4303']])('%s: are not sent again and again', async (code) => {
    const { bad, others, service } = await load({}, failing(code))
    expect(others).toBeGreaterThanOrEqual(0.97)
    // Eight seconds have room for about seven tries that wait longer each time.
    expect(service.answered[BAD]).toBeLessThanOrEqual(8 * bad)
  })
})
