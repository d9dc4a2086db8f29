import { createHmac, hkdfSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  canonicalize,
  EMPTY_PAYLOAD_HASH,
  formatSdkDate,
  hashPayload,
  type SignableRequest
} from '../../packages/core/src/auth/canonical.ts'
import { signDerived, signDerivedCore } from '../../packages/core/src/auth/sign-derived.ts'
import { signDis } from '../../packages/core/src/auth/sign-dis.ts'
import { signSdk } from '../../packages/core/src/auth/sign-sdk.ts'

/** Made by the official signers; the file's `about` tells how. */
interface Vector {
  readonly name: string
  readonly purpose: string
  readonly scheme: string
  readonly ak: string
  readonly sk: string
  readonly region?: string
  readonly service?: string
  readonly method: string
  readonly url: string
  readonly query: Readonly<Record<string, string | number | readonly string[]>>
  readonly headers: Readonly<Record<string, string>>
  readonly body_utf8: string
  readonly body_sha256: string
  readonly canonical_request: string
  readonly authorization: string
}

const { vectors }: { vectors: Vector[] } = JSON.parse(
  readFileSync(new URL('signing-vectors.json', import.meta.url), 'utf8')
)

/** A query value that is empty: that SDK writes it without `=`, which no query could make the shared rules do. */
const EMPTY_VALUE = ['dis-scoped-05-query-special-and-empty', 'dis-derived-05-query-special-and-empty']

/**
 * Inputs on which the official signers disagree, so this client never makes them. Each says how the input
 * would have to look for the shared rules to give what that signer gives; that is then checked.
 */
const AVOIDED: Readonly<
  Record<
    string,
    { readonly reason: string; readonly normalised: (request: SignableRequest) => SignableRequest }
  >
> = {
  'dis-scoped-08-header-odd-whitespace': {
    reason: 'space around a header value, which that SDK trims',
    normalised: (request) => mapHeaders(request, (value) => value.trim())
  },
  'dis-derived-08-header-odd-whitespace': {
    reason: 'space around a header value, which that SDK trims',
    normalised: (request) => mapHeaders(request, (value) => value.trim())
  },
  'dis-java-06-header-odd-whitespace': {
    reason: 'runs of space in a header value, which that SDK collapses',
    normalised: (request) => mapHeaders(request, (value) => value.replace(/\s+/g, ' '))
  },
  'dis-java-07-path-encoding': {
    reason: 'a path that needs encoding, which that SDK encodes twice, and runs of space, which it collapses',
    normalised: (request) =>
      mapHeaders({ ...request, path: encodeURI(request.path) }, (value) => value.replace(/\s+/g, ' '))
  },
  'v3-07-path-needs-encoding': {
    reason: 'a path that needs encoding, which that signer encodes twice',
    normalised: (request) => ({ ...request, path: encodeURI(request.path) })
  }
}

function mapHeaders(request: SignableRequest, map: (value: string) => string): SignableRequest {
  return {
    ...request,
    headers: Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, map(value)]))
  }
}

function requestOf(vector: Vector): SignableRequest {
  // Not through URL: it would escape the path, and the signer escapes by its own rules.
  const path = vector.url.replace(/^https?:\/\/[^/]+/, '')
  const override = vector.headers['X-Sdk-Content-Sha256'] ?? vector.headers['x-sdk-content-sha256']
  return {
    method: vector.method,
    path,
    query: vector.query,
    headers: vector.headers,
    payloadHash: override ?? hashPayload(vector.body_utf8)
  }
}

function sign(vector: Vector, request: SignableRequest): string {
  const key = { accessKey: vector.ak, secretKey: vector.sk }
  const scope = { region: vector.region ?? '', service: vector.service ?? '' }
  switch (vector.scheme) {
    case 'SDK-HMAC-SHA256 Access':
      return signSdk(request, key)
    case 'V11-HMAC-SHA256 (v3 core form)':
      return signDerivedCore(request, key, scope)
    case 'SDK-HMAC-SHA256 Credential (DIS scoped)':
      return signDis(request, key, scope)
    case 'V11-HMAC-SHA256 Credential (DIS SDK form, derived key)':
      return signDerived(request, key, scope)
    default:
      throw new Error(`no signer for ${vector.scheme}`)
  }
}

/** The signature over a canonical request, written again from the description of the DIS schemes. */
function signatureOver(vector: Vector, canonical: string): string {
  const chain = (key: string | Buffer, ...texts: string[]) =>
    texts.reduce<string | Buffer>((last, text) => createHmac('sha256', last).update(text).digest(), key)
  const date = vector.headers['X-Sdk-Date'] ?? vector.headers['x-sdk-date'] ?? ''
  const scope = [date.slice(0, 8), vector.region ?? '', vector.service ?? '']
  const derived = vector.scheme.startsWith('V11')
  const secret = derived
    ? Buffer.from(hkdfSync('sha256', vector.sk, vector.ak, scope.join('/'), 32)).toString('hex')
    : vector.sk
  const key = chain(`SDK${secret}`, ...scope, 'sdk_request')
  const algorithm = derived ? 'V11-HMAC-SHA256' : 'SDK-HMAC-SHA256'
  const text = [algorithm, date, [...scope, 'sdk_request'].join('/'), hashPayload(canonical)].join('\n')
  return Buffer.from(chain(key, text)).toString('hex')
}

describe('the signature vectors', () => {
  const plain = vectors.filter(({ name }) => AVOIDED[name] === undefined && !EMPTY_VALUE.includes(name))
  const avoided = vectors.filter(({ name }) => AVOIDED[name] !== undefined)
  const emptyValue = vectors.filter(({ name }) => EMPTY_VALUE.includes(name))
  const named = (group: readonly Vector[]) => group.map((vector) => [vector.name, vector] as const)

  it('are all here, each in one group', () => {
    expect(new Set(vectors.map(({ name }) => name)).size).toBe(42)
    expect([plain.length, avoided.length, emptyValue.length]).toEqual([35, 5, 2])
    const grouped = [...plain, ...avoided, ...emptyValue].map(({ name }) => name)
    expect(grouped.sort()).toEqual(vectors.map(({ name }) => name).sort())
    expect([avoided.length, emptyValue.length]).toEqual([Object.keys(AVOIDED).length, EMPTY_VALUE.length])
  })

  it.each(named(plain))('%s is reproduced byte for byte', (_, vector) => {
    const request = requestOf(vector)
    expect(hashPayload(vector.body_utf8)).toBe(vector.body_sha256)
    expect(canonicalize(request).text).toBe(vector.canonical_request)
    expect(sign(vector, request)).toBe(vector.authorization)
  })

  it.each(named(avoided))('%s is reproduced from the input that a client would use', (name, vector) => {
    const given = requestOf(vector)
    expect(sign(vector, given)).not.toBe(vector.authorization)
    const normalised = AVOIDED[name]?.normalised(given) ?? given
    expect(canonicalize(normalised).text).toBe(vector.canonical_request)
    expect(sign(vector, normalised)).toBe(vector.authorization)
  })

  it.each(named(emptyValue))(
    '%s differs from the shared rules by the = of its empty value alone',
    (_, vector) => {
      const request = requestOf(vector)
      const ours = canonicalize(request).text
      expect(ours.replace('empty=&', 'empty&')).toBe(vector.canonical_request)
      const authorization = sign(vector, request)
      expect(authorization).not.toBe(vector.authorization)
      // Same header but for the signature, and that is the scheme's over the other text.
      expect(authorization).toContain(`Signature=${signatureOver(vector, ours)}`)
      expect(
        authorization.replace(signatureOver(vector, ours), signatureOver(vector, vector.canonical_request))
      ).toBe(vector.authorization)
    }
  )
})

describe('signing', () => {
  const request = (date: string): SignableRequest => ({
    method: 'post',
    path: '/v2/0123456789abcdef0123456789abcdef/records',
    headers: { host: 'dis.cn-north-4.myhuaweicloud.com', 'X-Sdk-Date': date },
    payloadHash: EMPTY_PAYLOAD_HASH
  })
  const key = { accessKey: 'EXAMPLEAKFAKE', secretKey: 'EXAMPLE-fake-secret' }
  const scope = { region: 'cn-north-4', service: 'dis' }

  it.each([signDis, signDerived, signDerivedCore])(
    'takes no remembered key for another one (%#)',
    (signer) => {
      const calls = [
        () => signer(request('20250102T030405Z'), key, scope),
        () => signer(request('20250103T030405Z'), key, scope),
        () => signer(request('20250102T030405Z'), { ...key, secretKey: 'another' }, scope),
        () => signer(request('20250102T030405Z'), { ...key, accessKey: 'ANOTHER' }, scope),
        () => signer(request('20250102T030405Z'), key, { ...scope, region: 'cn-east-3' })
      ]
      const first = calls.map((call) => call())
      expect(new Set(first).size).toBe(calls.length)
      // Each after each other one, so that every memory of the last call is of the wrong key.
      for (const [i, one] of calls.entries()) {
        for (const [j, other] of calls.entries()) expect([one(), other()]).toEqual([first[i], first[j]])
      }
    }
  )

  it('without X-Sdk-Date is a TypeError, since no signature could be right', () => {
    expect(() => signSdk({ ...request(''), headers: { host: 'x' } }, key)).toThrow(TypeError)
  })

  it('writes dates in UTC to the second', () => {
    expect(formatSdkDate(Date.UTC(2025, 0, 2, 3, 4, 5, 999))).toBe('20250102T030405Z')
    expect(() => formatSdkDate(Number.NaN)).toThrow(RangeError)
  })

  it('knows the hash of no body', () => {
    expect(hashPayload('')).toBe(EMPTY_PAYLOAD_HASH)
    expect(hashPayload(new Uint8Array(0))).toBe(EMPTY_PAYLOAD_HASH)
    expect(hashPayload('日志')).toBe(hashPayload(Buffer.from('日志')))
  })
})
