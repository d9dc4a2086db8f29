import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { canonicalize, hashPayload, type SignableRequest } from '../../packages/core/src/auth/canonical.ts'
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

/**
 * Inputs on which the official signers disagree, so this client never makes them. Each says how the input
 * would have to look for the shared rules to give what that signer gives; that is then checked.
 */
const AVOIDED: Readonly<
  Record<string, { readonly reason: string; readonly asGiven: (request: SignableRequest) => SignableRequest }>
> = {
  'dis-scoped-05-query-special-and-empty': {
    reason: 'an empty query value, which that SDK writes without =',
    asGiven: (request) => request
  },
  'dis-derived-05-query-special-and-empty': {
    reason: 'an empty query value, which that SDK writes without =',
    asGiven: (request) => request
  },
  'dis-scoped-08-header-odd-whitespace': {
    reason: 'space around a header value, which that SDK trims',
    asGiven: (request) => mapHeaders(request, (value) => value.trim())
  },
  'dis-derived-08-header-odd-whitespace': {
    reason: 'space around a header value, which that SDK trims',
    asGiven: (request) => mapHeaders(request, (value) => value.trim())
  },
  'dis-java-06-header-odd-whitespace': {
    reason: 'runs of space in a header value, which that SDK collapses',
    asGiven: (request) => mapHeaders(request, (value) => value.replace(/\s+/g, ' '))
  },
  'dis-java-07-path-encoding': {
    reason: 'a path that needs encoding, which that SDK encodes twice, and runs of space, which it collapses',
    asGiven: (request) =>
      mapHeaders({ ...request, path: encodeURI(request.path) }, (value) => value.replace(/\s+/g, ' '))
  },
  'v3-07-path-needs-encoding': {
    reason: 'a path that needs encoding, which that signer encodes twice',
    asGiven: (request) => ({ ...request, path: encodeURI(request.path) })
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

describe('the signature vectors', () => {
  it('are all here', () => {
    expect(vectors).toHaveLength(42)
    expect(Object.keys(AVOIDED).filter((name) => !vectors.some((vector) => vector.name === name))).toEqual([])
  })

  const plain = vectors.filter(({ name }) => AVOIDED[name] === undefined)

  it.each(plain.map((vector) => [vector.name, vector] as const))(
    '%s is reproduced byte for byte',
    (_, vector) => {
      const request = requestOf(vector)
      expect(hashPayload(vector.body_utf8)).toBe(vector.body_sha256)
      expect(canonicalize(request).text).toBe(vector.canonical_request)
      expect(sign(vector, request)).toBe(vector.authorization)
    }
  )

  const avoided = vectors.filter(({ name }) => AVOIDED[name] !== undefined && !name.includes('-05-'))

  it.each(avoided.map((vector) => [vector.name, vector] as const))(
    '%s is reproduced from the input that a client would use',
    (name, vector) => {
      const given = requestOf(vector)
      expect(sign(vector, given)).not.toBe(vector.authorization)
      const normalised = AVOIDED[name]?.asGiven(given) ?? given
      expect(canonicalize(normalised).text).toBe(vector.canonical_request)
      expect(sign(vector, normalised)).toBe(vector.authorization)
    }
  )

  it.each(
    vectors
      .filter(({ name }) => name.includes('-05-') && AVOIDED[name] !== undefined)
      .map((vector) => [vector.name, vector] as const)
  )('%s differs from the shared rules by the = of its empty value alone', (_, vector) => {
    expect(canonicalize(requestOf(vector)).text.replace('empty=&', 'empty&')).toBe(vector.canonical_request)
  })
})
