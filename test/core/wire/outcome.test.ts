import { describe, expect, it } from 'vitest'
import type { WireReply } from '../../../packages/core/src/wire/message.ts'
import { judge } from '../../../packages/core/src/wire/outcome.ts'

const NOW = Date.parse('2025-01-02T03:04:05Z')

function answer(status: number, body: unknown, headers: Record<string, string> = {}): WireReply {
  return {
    kind: 'answer',
    status,
    headers,
    body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
  }
}

const dis = (code: string) => ({ errorCode: code, message: 'said the service' })

describe('a refusal of the signature', () => {
  it('tells to turn scoped signatures on, unless they are on', () => {
    const reply = answer(441, dis('DIS.4108'))
    expect(judge(reply, 1, NOW)).toMatchObject({ cure: expect.stringContaining("use {signing: 'dis'}") })
    expect(judge(reply, 1, NOW, { signing: 'dis' })).toMatchObject({
      cure: expect.not.stringContaining('{signing')
    })
  })
})

describe('an outcome', () => {
  it.each([
    [441, 'DIS.4100', 'unauthorized'],
    [441, 'DIS.4107', 'unauthorized'],
    [401, 'APIGW.0301', 'unauthorized'],
    [401, 'APIG.0301', 'unauthorized'],
    [403, 'DIS.4116', 'unauthorized'],
    [400, 'DIS.4117', 'refused'],
    [400, 'DIS.4200', 'refused'],
    [400, 'DIS.4301', 'refused'],
    [400, 'DIS.4303', 'retry'],
    [400, 'DIS.4305', 'retry'],
    [400, 'DIS.4205', 'retry'],
    [413, 'APIGW.0201', 'split'],
    [400, 'APIGW.0201', 'refused'],
    [429, 'APIGW.0308', 'retry'],
    [500, 'DIS.5000', 'retry'],
    [404, 'APIGW.0101', 'refused']
  ])('of status %i with %s is %s', (status, code, kind) => {
    expect(judge(answer(status, dis(code)), 2, NOW)).toMatchObject({
      kind,
      code,
      message: 'said the service'
    })
  })

  it.each([
    [429, 'retry'],
    [413, 'split'],
    [401, 'unauthorized'],
    [502, 'retry'],
    [504, 'retry'],
    [410, 'refused']
  ])('of a bare %i without a readable body is %s', (status, kind) => {
    expect(judge(answer(status, '<html>'), 2, NOW)).toMatchObject({ kind, code: `HTTP ${status}` })
  })

  it.each([
    [400, 'DIS.4200', true],
    [422, 'DIS.9999', true],
    [400, 'DIS.4301', false],
    [404, 'APIGW.0101', false],
    [410, '', false]
  ])('of status %i with %s is a refusal of the content: %s', (status, code, isContent) => {
    expect(judge(answer(status, dis(code)), 2, NOW)).toMatchObject({ kind: 'refused', isContent })
  })

  it('that says traffic control is a throttle, whatever the code', () => {
    const body = { errorCode: 'DIS.xxxx', message: 'Exceeded traffic control limit' }
    expect(judge(answer(400, body), 1, NOW)).toMatchObject({
      kind: 'retry',
      action: 'throttle',
      code: 'DIS.xxxx',
      ambiguous: false
    })
  })

  it.each([
    ['7', 7_000],
    [new Date(NOW + 5_000).toUTCString(), 5_000],
    ['nonsense', undefined],
    ['999999999', 3_600_000]
  ])('honours Retry-After %j', (value, ms) => {
    expect(judge(answer(429, '', { 'retry-after': value }), 1, NOW)).toMatchObject({ retryAfterMs: ms })
  })

  it('of an unreadable 200 is a retry that may have been accepted, not a loss', () => {
    expect(judge(answer(200, ''), 1, NOW)).toMatchObject({
      kind: 'retry',
      ambiguous: true,
      code: 'UNREADABLE_ANSWER'
    })
  })

  it('of a gateway timeout may have been accepted', () => {
    expect(judge(answer(504, ''), 1, NOW)).toMatchObject({ ambiguous: true })
    expect(judge(answer(503, ''), 1, NOW)).toMatchObject({ ambiguous: false })
  })

  it('of a failed connection is a retry', () => {
    const reply: WireReply = { kind: 'failure', code: 'ECONNREFUSED', message: 'refused', ambiguous: false }
    expect(judge(reply, 1, NOW)).toMatchObject({ kind: 'retry', code: 'ECONNREFUSED', ambiguous: false })
  })

  it('is delivered only if every record is', () => {
    const entry = { partition_id: 'shardId-0000000000', sequence_number: '0' }
    expect(judge(answer(200, { failed_record_count: 0, records: [entry, entry] }), 2, NOW).kind).toBe(
      'delivered'
    )
    const mixed = { failed_record_count: 1, records: [entry, { error_code: 'DIS.4303' }] }
    expect(judge(answer(200, mixed), 2, NOW).kind).toBe('partial')
  })
})
