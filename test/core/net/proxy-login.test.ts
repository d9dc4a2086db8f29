import { describe, expect, it } from 'vitest'
import { createProducer, type DisOptions } from '../../../packages/core/src/index.ts'
import { resolveNetwork } from '../../../packages/core/src/net/network.ts'
import { redactText } from '../../../packages/core/src/wire/redact.ts'

const OPTIONS: DisOptions = {
  endpoint: 'https://dis.example',
  projectId: 'p',
  streamName: 's',
  credentials: { token: 'TOKEN-OF-MINE' }
}

function errorOf(attempt: () => unknown): unknown {
  try {
    attempt()
  } catch (error) {
    return error
  }
  return undefined
}

// Before, undici threw URIError from the constructor: it named no option.
describe.each(['http://u:PLANTED%@127.0.0.1:9', 'http://u:PLANTED%zz@127.0.0.1:9', 'http://%ff:PLANTED@h'])(
  'the proxy %s, whose login has an escape that is none',
  (proxy) => {
    it('is refused as an option', () => {
      const error = errorOf(() => createProducer({ ...OPTIONS, http: { proxy } }))
      expect(error).toMatchObject({
        name: 'DisConfigError',
        message: expect.stringContaining('http.proxy: got http://***@')
      })
      expect(String(error)).toContain('%25')
      expect(String(error)).not.toContain('PLANTED')
    })

    it('is refused from a variable, which is named', () => {
      const error = errorOf(() => resolveNetwork({}, { HTTPS_PROXY: proxy }))
      expect(error).toMatchObject({
        name: 'DisConfigError',
        message: expect.stringContaining('from HTTPS_PROXY')
      })
      expect(String(error)).not.toContain('PLANTED')
    })
  }
)

it.each(['http://KEY-PLANTED-HERE@h', 'http://KEY-PLANTED-HERE:@h'])(
  'the user name of %s, which has no password, is the secret',
  (proxy) => {
    const { secrets } = resolveNetwork({ proxy }, {})
    const header = Buffer.from('KEY-PLANTED-HERE:').toString('base64')
    const shown = redactText(`sent Basic ${header}, as KEY-PLANTED-HERE`, secrets)
    expect(shown).toBe(`sent Basic ${'*'.repeat(header.length)}, as ${'*'.repeat(16)}`)
  }
)

it('the name of a user with a password is none', () => {
  const { secrets } = resolveNetwork({ proxy: 'http://proxy-user:PLANTED-PASSWORD@h' }, {})
  expect(redactText('proxy-user has no right', secrets)).toBe('proxy-user has no right')
})
