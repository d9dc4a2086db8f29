import { describe, expect, it } from 'vitest'
import { createCredentialSource } from '../../../packages/core/src/auth/credentials.ts'
import { systemClock } from '../../../packages/core/src/clock.ts'
import { createProducer, DisConfigError, type DisOptions } from '../../../packages/core/src/index.ts'
import { DIRECT } from '../../../packages/core/src/net/network.ts'
import { resolveSettings } from '../../../packages/core/src/options/settings.ts'

// Before, each request failed with the code BUG and a stack, and the token stood in its first line.
const OPTIONS: DisOptions = { endpoint: 'http://127.0.0.1:9', projectId: 'p', streamName: 's' }

function messageOf(attempt: () => unknown): string {
  try {
    attempt()
  } catch (error) {
    expect(error).toBeInstanceOf(DisConfigError)
    return String(error)
  }
  return ''
}

describe('credentials that no header can hold', () => {
  it.each([
    ['credentials.token', { token: 'TOKEN-PLANTED\n' }, 'a line break'],
    ['credentials.token', { token: 'TOKEN-PLANTED\u2026' }, 'a character'],
    ['credentials.token', { token: ' TOKEN-PLANTED' }, 'a space'],
    ['credentials.accessKey', { accessKey: 'AK-PLANTED\r', secretKey: 'SK' }, 'a line break'],
    ['credentials.secretKey', { accessKey: 'AK', secretKey: 'SK-PLANTED\n' }, 'a line break'],
    [
      'credentials.securityToken',
      { accessKey: 'AK', secretKey: 'S', securityToken: 'PLANTED\0' },
      'a character'
    ]
  ])('are refused as %s %j', (option, credentials, given) => {
    const message = messageOf(() => createProducer({ ...OPTIONS, credentials }))
    expect(message).toContain(`${option}: got a text with ${given}`)
    expect(message).not.toContain('PLANTED')
  })

  it('are refused from a variable, which is named', () => {
    const message = messageOf(() => resolveSettings(OPTIONS, { DIS_TOKEN: 'PLANTED\n' }))
    expect(message).toContain('a line break from DIS_TOKEN; allowed: one line of ASCII')
    expect(message).not.toContain('PLANTED')
  })

  it('are no credentials if a function gives them', async () => {
    const source = createCredentialSource(
      {
        choice: { kind: 'function', ask: async () => ({ token: 'PLANTED\n' }) },
        from: '',
        projectId: 'p',
        region: 'r',
        iamOrigin: 'http://127.0.0.1:9',
        network: DIRECT
      },
      { clock: systemClock, warn: () => {} }
    )
    await expect(source.get()).rejects.toMatchObject({
      reason: 'CREDENTIALS_FUNCTION',
      message: 'the credentials function: its token is a text with a line break'
    })
    await source.close()
  })
})

it('a token with spaces in it is sent as it is', () => {
  expect(messageOf(() => resolveSettings({ ...OPTIONS, credentials: { token: 'a b' } }, {}))).toBe('')
})
