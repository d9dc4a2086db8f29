import { DisRequestError } from '@dis-logs/core'
import { describe, expect, it } from 'vitest'
import { backoffMs, kindOf } from '../../packages/cli/src/tail/failure.ts'
import { Position, parseFrom } from '../../packages/cli/src/tail/position.ts'

describe('the position in a partition', () => {
  it('starts where it was told to', () => {
    expect(parseFrom('latest')).toEqual({ type: 'LATEST' })
    expect(parseFrom('beginning')).toEqual({ type: 'TRIM_HORIZON' })
    expect(parseFrom('2025-01-31T12:00:00Z')).toEqual({ type: 'AT_TIMESTAMP', timestamp: 1_738_324_800_000 })
    expect(parseFrom('9223372036854775807')).toEqual({
      type: 'AT_SEQUENCE_NUMBER',
      sequenceNumber: '9223372036854775807'
    })
  })

  it('leaves nothing out when "latest" has to be opened again before a record came', () => {
    expect(new Position({ type: 'LATEST' }, 1_000).next).toEqual({ type: 'AT_TIMESTAMP', timestamp: 1_000 })
  })

  it('goes on behind the last record, or with the oldest if that one is gone', () => {
    const position = new Position({ type: 'LATEST' }, 1_000)
    position.advance('41')
    expect(position.next).toEqual({ type: 'AFTER_SEQUENCE_NUMBER', sequenceNumber: '41' })
    position.fallBack()
    expect(position.next).toEqual({ type: 'TRIM_HORIZON' })
    position.advance('90')
    expect(position.next).toEqual({ type: 'AFTER_SEQUENCE_NUMBER', sequenceNumber: '90' })
  })
})

describe('a failed reading call', () => {
  const failure = (status: number, serviceCode: string) =>
    new DisRequestError({ status, serviceCode, message: '', cure: '' })

  it.each([
    [0, 'ECONNREFUSED', 'passing'],
    [503, 'HTTP 503', 'passing'],
    [429, 'APIGW.0308', 'passing'],
    [400, 'DIS.4303', 'passing'],
    [400, 'DIS.4225', 'cursor-lost'],
    [400, 'DIS.4224', 'out-of-range'],
    [400, 'DIS.4319', 'partition-gone'],
    [400, 'DIS.4301', 'final'],
    [441, 'DIS.4112', 'final']
  ] as const)('with status %i and code %s is %s', (status, code, kind) => {
    expect(kindOf(failure(status, code))).toBe(kind)
  })

  it('is followed by a random wait below a bound that doubles up to 15 s', () => {
    expect([1, 2, 3, 20].map((failures) => backoffMs(failures, 0.999_999))).toEqual(
      [500, 1_000, 2_000, 15_000].map((ms) => expect.closeTo(ms, -1))
    )
    expect(backoffMs(20, 0)).toBe(50)
  })
})
