/**
 * The canonical request that all of the service's signature schemes share, and their small pieces. Pure.
 * Source: the official signers; `test/interop/signing-vectors.json` holds what they produced.
 */
import { createHmac, hash } from 'node:crypto'

/**
 * A request as it will be sent. Every header given here is signed, so it has to be sent unchanged: values
 * without space around them and without a default port in `host`, because there the official signers differ.
 */
export interface SignableRequest {
  /** In any case. */
  readonly method: string
  /** Path of the URL, not encoded; a missing `/` at its end is added for the signature only. */
  readonly path: string
  /** Not encoded; several values of one name are sorted. */
  readonly query?: Readonly<Record<string, string | number | readonly string[]>>
  /** Must hold `host` and `X-Sdk-Date`; names in any case. */
  readonly headers: Readonly<Record<string, string>>
  /** {@link hashPayload} of the body, or the value of `X-Sdk-Content-Sha256` if that is sent. */
  readonly payloadHash: string
}

/** A pair of access keys, permanent or temporary. The secret never leaves the process; it keys the HMAC. */
export interface SigningKey {
  readonly accessKey: string
  readonly secretKey: string
}

/** What a scoped signature is limited to, besides the day. */
export interface SigningScope {
  readonly region: string
  /** `dis` */
  readonly service: string
}

/** A canonical request with what the string to sign and the header need of it. */
export interface CanonicalRequest {
  readonly text: string
  /** Hex SHA-256 of the text. */
  readonly hash: string
  /** `host;x-sdk-date` */
  readonly signedHeaders: string
  /** Value of X-Sdk-Date. */
  readonly date: string
}

/** {@link hashPayload} of a request without a body: SHA-256 of no bytes. */
export const EMPTY_PAYLOAD_HASH: string = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'

/**
 * Milliseconds since the epoch as `YYYYMMDDTHHMMSSZ`, in UTC: the form of X-Sdk-Date.
 *
 * @throws RangeError if that is no date
 */
export function formatSdkDate(epochMs: number): string {
  return `${new Date(epochMs).toISOString().replace(/[-:]/g, '').slice(0, 15)}Z`
}

/** Lower-case hex SHA-256 of a body, of a text as UTF-8. The body must be sent byte for byte as hashed. */
export function hashPayload(body: Uint8Array | string): string {
  return hash('sha256', body, 'hex')
}

/**
 * The text that is signed: method, path, query, headers, names of the headers, hash of the body.
 *
 * @throws TypeError if X-Sdk-Date is missing: a bug of the caller
 */
export function canonicalize(request: SignableRequest): CanonicalRequest {
  const headers = Object.entries(request.headers)
    .map(([name, value]) => [name.toLowerCase(), value] as const)
    .sort(byName)
  const date = headers.find(([name]) => name === 'x-sdk-date')?.[1]
  if (date === undefined) throw new TypeError('a request without X-Sdk-Date cannot be signed')
  const signedHeaders = headers.map(([name]) => name).join(';')
  const text = [
    request.method.toUpperCase(),
    canonicalPath(request.path),
    canonicalQuery(request.query ?? {}),
    headers.map(([name, value]) => `${name}:${value}\n`).join(''),
    signedHeaders,
    request.payloadHash
  ].join('\n')
  return { text, hash: hashPayload(text), signedHeaders, date }
}

/** HMAC-SHA256, 32 bytes. Every signature and derived key is a chain of it. */
export function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}

/**
 * `derive`, which remembers its last result: a key lasts a day but is needed for each request, and costs up to
 * six HMACs: with it a signature takes 6 µs, without it 15 (scoped) or 20 (derived). One is enough, since a process rarely signs with two; more would only keep
 * secrets longer than their owner does.
 */
export function memoizeLast<Parts extends readonly string[], Key>(
  derive: (...parts: Parts) => Key
): (...parts: Parts) => Key {
  let last: { readonly parts: Parts; readonly key: Key } | undefined
  return (...parts) => {
    if (last === undefined || last.parts.some((part, index) => part !== parts[index])) {
      last = { parts, key: derive(...parts) }
    }
    return last.key
  }
}

/** RFC 3986: everything but `A-Z a-z 0-9 - . _ ~` is escaped. */
export function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`
  )
}

function canonicalPath(path: string): string {
  const encoded = path.split('/').map(encode).join('/')
  return encoded.endsWith('/') ? encoded : `${encoded}/`
}

function canonicalQuery(query: NonNullable<SignableRequest['query']>): string {
  return Object.entries(query)
    .sort(byName)
    .flatMap(([name, value]) => {
      const values = typeof value === 'object' ? [...value].sort() : [String(value)]
      return values.map((one) => `${encode(name)}=${encode(one)}`)
    })
    .join('&')
}

function byName(a: readonly [string, unknown], b: readonly [string, unknown]): number {
  return a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0
}
