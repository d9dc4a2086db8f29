import { readFileSync } from 'node:fs'
import type { SignedRequest } from '../../packages/local/src/verify/canonical.ts'

/** Made by the official signers; the file's `about` tells how. */
export interface Vector {
  readonly name: string
  readonly ak: string
  readonly sk: string
  readonly region?: string
  readonly method: string
  readonly url: string
  readonly query: Readonly<Record<string, string | number | readonly string[]>>
  readonly headers: Readonly<Record<string, string>>
  readonly body_utf8: string
  readonly authorization: string
}

const file: { vectors: Vector[] } = JSON.parse(
  readFileSync(new URL('../interop/signing-vectors.json', import.meta.url), 'utf8')
)

export const VECTORS: readonly Vector[] = file.vectors

/** When all of them were signed. */
export const SIGNED_AT_MS: number = Date.UTC(2025, 0, 2, 3, 4, 5)

export const SECURITY_TOKEN = 'FAKE-SECURITY-TOKEN-not-real-0001'

/** The request as an HTTP client would have put it on the wire. */
export function wireRequest(vector: Vector): SignedRequest & { readonly body: Buffer } {
  const headers = Object.entries(vector.headers).map(([name, value]) => [name.toLowerCase(), value])
  return {
    method: vector.method,
    path: encodeURI(vector.url.replace(/^https?:\/\/[^/]+/, '')),
    query: Object.entries(vector.query)
      .flatMap(([name, value]) =>
        (Array.isArray(value) ? value : [value]).map((one) => `${name}=${encodeURIComponent(String(one))}`)
      )
      .join('&'),
    headers: { ...Object.fromEntries(headers), authorization: vector.authorization },
    body: Buffer.from(vector.body_utf8)
  }
}

/** The one key of all vectors: temporary for those that carry a security token. */
export function keyOf(vector: Vector) {
  const isTemporary = Object.keys(vector.headers).some((name) => name.toLowerCase() === 'x-security-token')
  const key = { accessKey: vector.ak, secretKey: vector.sk }
  return isTemporary ? { ...key, securityToken: SECURITY_TOKEN } : key
}
