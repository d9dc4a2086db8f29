import { describe, expect, it } from 'vitest'
import {
  CREDENTIALS_REASONS,
  DROP_REASONS,
  NO_ANSWER_CODES,
  REJECTED_CODES,
  WARNING_CODES
} from '../../../packages/core/src/report/codes.ts'
import { renderCure } from '../../../packages/core/src/report/cure.ts'
import { cureOf, DIAGNOSES, warningOf } from '../../../packages/core/src/report/diagnoses.ts'
import { SITUATIONS } from '../../../packages/core/src/report/situations.ts'
import { knownCodes } from '../../../packages/core/src/wire/service-codes.ts'

const LIMIT = 'Exceeded traffic control limit'

describe('the cure of a code', () => {
  it.each([
    ['DIS.4301', {}, 'check {streamName}'],
    ['DIS.4301', { status: 400 }, 'check {streamName}'],
    ['APIG.0308', { status: 429 }, 'too many requests'],
    ['DIS.4303', { message: LIMIT }, 'add partitions'],
    ['DIS.4108', { status: 441 }, "use {signing: 'dis'}"],
    ['DIS.4108', { status: 441, signing: 'dis' }, 'no proxy on the way changes'],
    // The message gives the code another meaning.
    ['DIS.xxxx', { message: LIMIT }, 'too many requests'],
    ['DIS.4302', { message: LIMIT }, 'too many requests'],
    // What the status says, for a code that says nothing.
    ['', { status: 403 }, 'HUAWEICLOUD_SDK_AK'],
    ['', { status: 404 }, 'not DIS'],
    ['', { status: 413 }, 'lower {batch.maxBytes}'],
    ['', { status: 503 }, 'the service has a fault'],
    ['HTTP 404', {}, 'not DIS'],
    ['HTTP 503', {}, 'the service has a fault'],
    ['DIS.5999', {}, 'the service has a fault'],
    ['DIS.9999', {}, 'DIS API reference'],
    ['constructor', {}, 'DIS API reference'],
    // No answer.
    ['NETWORK_DNS', { status: 0 }, 'name server'],
    ['EPERM', { status: 0 }, 'the network and its proxy'],
    // Ours.
    ['CREDENTIALS_NOT_FOUND', { status: 0 }, 'agency'],
    ['HOT_KEY', {}, '{aggregate: true}'],
    ['OVERSIZE', {}, '1 MiB'],
    ['buffer-full', {}, '{buffer.maxBytes}']
  ] as const)('%s %j', (code, facts, words) => {
    expect(cureOf(code, facts)).toContain(words)
  })

  it('is there for every code of the service and of ours', () => {
    const codes = [
      ...knownCodes(),
      ...CREDENTIALS_REASONS,
      ...DROP_REASONS,
      ...NO_ANSWER_CODES,
      ...REJECTED_CODES,
      ...WARNING_CODES
    ]
    expect([...DIAGNOSES.keys()].sort()).toEqual([...codes].sort())
    expect(codes.filter((code) => cureOf(code) === '')).toEqual([])
  })

  it('is part of a warning, unless the situation says more', () => {
    expect(warningOf('SPOOL_DAMAGED', 'a message')).toEqual({
      code: 'SPOOL_DAMAGED',
      message: 'a message',
      cure: cureOf('SPOOL_DAMAGED')
    })
    expect(warningOf('SPOOL_DAMAGED', 'a message', 'look at it').cure).toBe('look at it')
  })
})

describe('the cures', () => {
  const cures = [...DIAGNOSES.values(), ...Object.values(SITUATIONS)]

  it('leave no brace behind', () => {
    expect(cures.filter((cure) => /[{}|]/.test(renderCure(cure)))).toEqual([])
    expect(cures.filter((cure) => /[{}|]/.test(renderCure(cure, () => undefined)))).toEqual([])
  })
})
