import { describe, expect, it } from 'vitest'
import { ruleFor, ruleForRecord } from '../../../packages/core/src/wire/service-codes.ts'

const LIMIT = 'Exceeded traffic control limit'

describe('the rule for one record', () => {
  it.each([
    // Over a limit: by code, and by message whatever the code.
    ['DIS.4303', '', 'throttle'],
    ['DIS.4305', '', 'throttle'],
    ['APIGW.0308', '', 'throttle'],
    ['APIG.0308', '', 'throttle'],
    ['DIS.xxxx', LIMIT, 'throttle'],
    ['DIS.4200', LIMIT, 'throttle'],
    ['DIS.5000', 'Traffic Control', 'throttle'],
    ['', LIMIT, 'throttle'],
    // The service's fault, or one that passes.
    ['DIS.5000', '', 'retry'],
    ['DIS.5250', '', 'retry'],
    ['DIS.5999', '', 'retry'],
    ['DIS.5900', '', 'retry'],
    ['DIS.4205', '', 'retry'],
    // The credentials of the request were taken.
    ['DIS.4100', '', 'retry'],
    ['DIS.4116', '', 'retry'],
    ['APIGW.0301', '', 'retry'],
    // In no table.
    ['DIS.xxxx', 'something else', 'retry'],
    ['DIS.9999', '', 'retry'],
    ['DIS.4999', '', 'retry'],
    ['constructor', '', 'retry'],
    // Known, and final.
    ['DIS.4117', '', 'refuse'],
    ['DIS.4200', '', 'refuse'],
    ['DIS.4201', '', 'refuse'],
    ['DIS.4300', '', 'refuse'],
    ['DIS.4301', '', 'refuse'],
    ['DIS.4302', '', 'refuse'],
    ['DIS.4319', '', 'refuse'],
    ['APIGW.0201', '', 'refuse']
  ])('%s "%s" is %s', (code, message, action) => {
    expect(ruleForRecord(code, message).action).toBe(action)
  })
})

describe('the rule for a whole request', () => {
  it.each([
    ['DIS.4303', 400, '', 'throttle'],
    ['', 429, '', 'throttle'],
    ['DIS.xxxx', 400, LIMIT, 'throttle'],
    ['', 403, LIMIT, 'throttle'],
    ['APIGW.0201', 413, '', 'split'],
    ['APIGW.0201', 400, '', 'refuse'],
    ['APIGW.0201', 504, '', 'retry'],
    ['DIS.5999', 400, '', 'retry'],
    ['DIS.4205', 400, '', 'slow-retry'],
    ['DIS.4999', 400, '', 'refuse'],
    ['DIS.4116', 403, '', 'unauthorized'],
    ['constructor', 500, '', 'retry']
  ])('%s with %i "%s" is %s', (code, status, message, action) => {
    expect(ruleFor(code, status, message).action).toBe(action)
  })

  it.each([
    ['DIS.4200', 400, true],
    ['DIS.4202', 400, true],
    ['DIS.4300', 400, true],
    ['DIS.4360', 400, true],
    ['APIGW.0201', 400, true],
    ['', 400, true],
    ['', 422, true],
    ['DIS.4200', 422, true],
    // About the project, the stream or the partition.
    ['DIS.4117', 400, false],
    ['DIS.4301', 400, false],
    ['DIS.4201', 400, false],
    ['DIS.4302', 400, false],
    ['DIS.4319', 400, false],
    // About the gateway.
    ['APIGW.0101', 404, false],
    ['APIGW.0103', 404, false],
    ['APIGW.0104', 400, false],
    ['APIG.0105', 400, false],
    ['APIGW.0106', 400, false],
    // The status says that it is not the content.
    ['', 404, false],
    ['', 405, false],
    ['', 406, false],
    ['', 410, false],
    ['', 415, false],
    ['DIS.4200', 404, false],
    // Not refused at all.
    ['DIS.4303', 400, false],
    ['DIS.4100', 400, false],
    ['DIS.5000', 400, false],
    ['', 413, false]
  ])('%s with %i: something in the request is wrong: %s', (code, status, isContent) => {
    expect(ruleFor(code, status).isContent).toBe(isContent)
  })
})
