import { describe, expect, it } from 'vitest'
import type { AuthOptions } from '../../packages/local/src/options.ts'
import type { DisServer } from '../../packages/local/src/server.ts'
import { call, codeOf, manualClock, record, STREAM, send, start } from './calls.ts'
import { type SignOptions, signed } from './sign.ts'

const KEY = { accessKey: 'AK', secretKey: 'SK' }
const MINUTE = 60_000

async function guarded(auth: AuthOptions = { keys: [KEY] }, clockOffsetMs: number = 0) {
  const clock = manualClock()
  const dis = await start({ clock: clock.now, clockOffsetMs, auth })
  const list = (headers: Record<string, string> = {}) => call(dis, 'GET', 'streams', { headers })
  const attempt = async (options: Partial<SignOptions> = {}) => {
    const reply = await list(signed(dis, { atMs: clock.now(), ...options }))
    return codeOf(reply) ?? reply.status
  }
  return { dis, clock, list, attempt }
}

describe('without auth', () => {
  it('everyone is let in, with any credentials or none', async () => {
    const dis = await start()
    expect((await call(dis, 'GET', 'streams')).status).toBe(200)
    for (const headers of [{ 'x-auth-token': 'anything' }, { authorization: 'nonsense' }]) {
      expect((await call(dis, 'GET', 'streams', { headers })).status).toBe(200)
    }
  })
})

describe('a signed request', () => {
  it('is let in when all is right, in the form with and without a scope', async () => {
    const { attempt } = await guarded()
    expect(await attempt()).toBe(200)
    expect(await attempt({ scope: { region: 'anywhere' } })).toBe(200)
  })

  it('is checked over the body that was sent', async () => {
    const { dis, clock } = await guarded()
    const body = JSON.stringify({ stream_name: STREAM, records: [record('x')] })
    const headers = signed(dis, { atMs: clock.now(), body })
    expect((await call(dis, 'POST', 'records', { body, headers })).status).toBe(200)
    expect((await call(dis, 'POST', 'records', { body: `${body} `, headers })).status).toBe(441)
  })

  it.each([
    ['no Authorization at all', undefined, 'DIS.4101'],
    ['an empty Authorization', ' ', 'DIS.4101'],
    ['another kind of Authorization', 'Bearer abc', 'DIS.4102'],
    ['an Authorization in pieces', 'SDK-HMAC-SHA256 Access', 'DIS.4102'],
    ['no signature', 'SDK-HMAC-SHA256 Access=AK, SignedHeaders=host', 'DIS.4109'],
    ['no credential', 'SDK-HMAC-SHA256 SignedHeaders=host, Signature=ab', 'DIS.4109'],
    ['an empty signature', 'SDK-HMAC-SHA256 Access=AK, SignedHeaders=host, Signature=', 'DIS.4110'],
    ['an empty access key', 'SDK-HMAC-SHA256 Access=, SignedHeaders=host, Signature=ab', 'DIS.4106'],
    [
      'a credential without service',
      'SDK-HMAC-SHA256 Credential=AK/20250102/r, SignedHeaders=host, Signature=ab',
      'DIS.4108'
    ],
    [
      'another service',
      'SDK-HMAC-SHA256 Credential=AK/20250102/r/obs/sdk_request, SignedHeaders=host, Signature=ab',
      'DIS.4108'
    ],
    [
      'a scope without its last word',
      'SDK-HMAC-SHA256 Credential=AK/20250102/r/dis, SignedHeaders=host, Signature=ab',
      'DIS.4112'
    ],
    [
      'a scope with too many words',
      'SDK-HMAC-SHA256 Credential=AK/20250102/r/dis/sdk_request/x, SignedHeaders=host, Signature=ab',
      'DIS.4112'
    ],
    ['Access= in the V11 form', 'V11-HMAC-SHA256 Access=AK, SignedHeaders=host, Signature=ab', 'DIS.4112']
  ])('with %s is refused', async (_, authorization, code) => {
    const { list } = await guarded()
    const reply = await list(
      authorization === undefined ? {} : { authorization, 'x-sdk-date': '20250102T030405Z' }
    )
    expect([reply.status, codeOf(reply)]).toEqual([441, code])
  })

  it('needs a date that can be read and lies within 15 minutes', async () => {
    const { clock, attempt } = await guarded()
    const now = clock.now()
    expect(await attempt({ headers: { 'x-sdk-date': '' } })).toBe('DIS.4103')
    expect(await attempt({ headers: { 'x-sdk-date': '2025-01-02' } })).toBe('DIS.4104')
    expect(await attempt({ headers: { 'x-sdk-date': '20251399T999999Z' } })).toBe('DIS.4104')
    for (const skewMs of [-15 * MINUTE, 15 * MINUTE]) expect(await attempt({ atMs: now + skewMs })).toBe(200)
    for (const skewMs of [-15 * MINUTE - 1_000, 15 * MINUTE + 1_000])
      expect(await attempt({ atMs: now + skewMs })).toBe('DIS.4105')
    expect(await attempt({ scope: { region: 'r', date: '20250101' } })).toBe('DIS.4105')
  })

  it('takes the skew that the options allow, by a clock that may be ahead and says so', async () => {
    const { dis, clock, attempt } = await guarded({ keys: [KEY], maxSkewMs: 1_000 }, 20 * MINUTE)
    const theirs = clock.now() + 20 * MINUTE
    expect(await attempt({ atMs: clock.now() })).toBe('DIS.4105')
    expect([await attempt({ atMs: theirs + 1_000 }), await attempt({ atMs: theirs + 2_000 })]).toEqual([
      200,
      'DIS.4105'
    ])
    expect((await call(dis, 'GET', 'streams')).headers.get('date')).toBe(new Date(theirs).toUTCString())
  })

  it('must name the right region where one is set', async () => {
    const { attempt } = await guarded({ keys: [KEY], region: 'cn-north-4' })
    expect(await attempt({ scope: { region: 'cn-north-4' } })).toBe(200)
    expect(await attempt({ scope: { region: 'cn-north-1' } })).toBe('DIS.4111')
    expect(await attempt()).toBe(200)
  })

  it('tells an unknown key from a wrong secret', async () => {
    const { attempt } = await guarded()
    expect(await attempt({ accessKey: 'OTHER' })).toBe('DIS.4107')
    expect(await attempt({ secretKey: 'OTHER' })).toBe('DIS.4100')
  })

  it('with a temporary key needs its security token, signed or not, until it expires', async () => {
    const expiresAt = new Date(manualClock().now() + MINUTE)
    const { dis, clock, attempt } = await guarded({ keys: [{ ...KEY, securityToken: 'ST', expiresAt }] })
    const headers = { 'x-security-token': 'ST' }
    expect(await attempt({ headers })).toBe(200)
    expect(await attempt()).toBe('DIS.4107')
    expect(await attempt({ headers: { 'x-security-token': 'other' } })).toBe('DIS.4107')
    clock.advance(MINUTE)
    expect(await attempt({ headers })).toBe('DIS.4107')
    dis.auth.addKey(KEY)
    expect(await attempt()).toBe(200)
    expect(await attempt({ headers })).toBe('DIS.4107')
  })
})

describe('a token', () => {
  it('is let in if it is known', async () => {
    const { list } = await guarded({ tokens: ['good'] })
    expect((await list({ 'x-auth-token': 'good' })).status).toBe(200)
    expect(codeOf(await list({ 'x-auth-token': 'bad' }))).toBe('DIS.4114')
    expect(codeOf(await list({ 'x-auth-token': '' }))).toBe('DIS.4113')
    expect(codeOf(await list())).toBe('DIS.4101')
  })

  it('may be several KiB long', async () => {
    const token = 't'.repeat(12_000)
    const { list } = await guarded({ tokens: [token] })
    expect((await list({ 'x-auth-token': token })).status).toBe(200)
  })
})

describe('the gateway style', () => {
  it('answers 401 with one code and the cause in the text', async () => {
    const { list } = await guarded({ keys: [KEY], style: 'gateway' })
    const reply = await list()
    expect(reply.status).toBe(401)
    expect(reply.json).toEqual({
      error_code: 'APIGW.0301',
      error_msg: expect.stringContaining('Authorization header cannot be empty'),
      request_id: expect.any(String)
    })
  })
})

describe('live control', () => {
  const status = async (dis: DisServer, token: string) =>
    (await call(dis, 'GET', 'streams', { headers: { 'x-auth-token': token } })).status

  it('rotates keys and tokens', async () => {
    const { dis, attempt } = await guarded()
    dis.auth.removeKey('AK')
    expect(await attempt()).toBe('DIS.4107')
    dis.auth.addKey({ accessKey: 'NEW', secretKey: 'NEW' })
    expect(await attempt({ accessKey: 'NEW', secretKey: 'NEW' })).toBe(200)
    dis.auth.addToken('T')
    expect(await status(dis, 'T')).toBe(200)
    dis.auth.removeToken('T')
    expect(await status(dis, 'T')).toBe(441)
  })

  it('opens and shuts the server as a whole', async () => {
    const dis = await start()
    dis.auth.set({ tokens: ['T'] })
    expect([await status(dis, 'T'), await status(dis, 'U')]).toEqual([200, 441])
    dis.auth.set(undefined)
    expect(await status(dis, 'U')).toBe(200)
  })

  it('counts refusals and stores nothing', async () => {
    const { dis } = await guarded()
    await send(dis, [record('x')])
    expect(dis.stats().authRefused).toBe(1)
    expect(await dis.records(STREAM)).toEqual([])
  })
})

describe('the lock', () => {
  it('shuts a key out for five minutes after five failures in a row', async () => {
    const { clock, attempt } = await guarded({ keys: [KEY], lockAfterFailures: 5 })
    const fail = () => attempt({ secretKey: 'OTHER' })
    for (let n = 0; n < 4; n++) await fail()
    expect(await attempt()).toBe(200)
    for (let n = 0; n < 5; n++) expect(await fail()).toBe('DIS.4100')
    expect(await attempt()).toBe('DIS.4107')
    clock.advance(5 * MINUTE - 1)
    expect(await attempt()).toBe('DIS.4107')
    clock.advance(1)
    expect(await attempt()).toBe(200)
  })

  it('is off by default', async () => {
    const { attempt } = await guarded()
    for (let n = 0; n < 10; n++) await attempt({ secretKey: 'OTHER' })
    expect(await attempt()).toBe(200)
  })
})

describe('a project id', () => {
  it('is checked if the server knows one', async () => {
    const dis = await start({ projectId: 'mine' })
    expect(codeOf(await call(dis, 'GET', 'streams'))).toBe('DIS.4117')
    expect((await fetch(`${dis.url}/v2/mine/streams`)).status).toBe(200)
  })
})
