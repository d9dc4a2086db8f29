import { describe, expect, it } from 'vitest'
import { withoutLogin, withoutLogins } from '../../../packages/core/src/net/address.ts'
import { resolveSettings } from '../../../packages/core/src/options/settings.ts'

const LOGINS = [
  'u:SECRET@h',
  'http://user:SECRET\nX@h',
  'https://u:SEC/RET@h',
  'https://u:SEC?RET@h',
  'https://u:SEC#RET@h'
]

describe('withoutLogin', () => {
  it.each([
    ...LOGINS.map((address) => [address, `${/^\w+:\/\//.exec(address)?.[0] ?? ''}***@h`]),
    ['u:SE\tCRET@h:8080', '***@h:8080'],
    ['https://u:SEC\\RET@h\\x', 'https://***@***'],
    ['https://u:SEC@RET@h/p?token=SECRET', 'https://***@h/***'],
    ['https://u:SECRET', 'https://***'],
    ['https://u:SECRET@', 'https://***@***'],
    ['https://h?token=SECRET', 'https://h/***'],
    ['https://h:99999/v2/p', 'https://h:99999/v2/p'],
    ['https://[::1]:8443', 'https://[::1]:8443'],
    ['dis.cn-north-4.myhuaweicloud.com', 'dis.cn-north-4.myhuaweicloud.com'],
    ['https://dis.example/v2', 'https://dis.example/v2'],
    ['https://', 'https://'],
    ['', '']
  ])('shows %j as %j', (address, shown) => {
    expect(withoutLogin(address)).toBe(shown)
  })
})

describe.each(LOGINS)('the address %j', (address) => {
  it.each([
    ['endpoint', { endpoint: address }],
    ['http.proxy', { http: { proxy: address } }],
    ['region', { region: address }],
    ['streamName', { streamName: address }],
    [
      'credentials.iam.endpoint',
      { credentials: { iam: { endpoint: address, domainName: 'd', userName: 'u', password: 'p' } } }
    ]
  ])('is not printed where %s is refused', (option, given) => {
    const options = {
      endpoint: 'https://dis.example',
      projectId: 'p',
      streamName: 's',
      credentials: { token: 'T' }
    }
    let message = 'taken'
    try {
      resolveSettings({ ...options, ...given }, {})
    } catch (error) {
      message = String(error)
    }
    expect(message).not.toMatch(/SEC|RET/)
    if (message !== 'taken') expect(message).toContain(option)
  })
})

it('withoutLogins keeps the rest of a sentence', () => {
  expect(withoutLogins('cannot parse http://u:p@h/x in node_modules/@dis-logs/core')).toBe(
    'cannot parse http://***@h/x in node_modules/@dis-logs/core'
  )
})
