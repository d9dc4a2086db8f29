import { createHash, createHmac } from 'node:crypto'
import type { DisServer } from '../../packages/local/src/server.ts'
import { PROJECT } from './calls.ts'

/** What to sign with, and what to get wrong on purpose. */
export interface SignOptions {
  readonly accessKey?: string
  readonly secretKey?: string
  /** When the request says it was signed. */
  readonly atMs: number
  readonly headers?: Readonly<Record<string, string>>
  /** Signed like the DIS SDKs do, with a scope; else like the shared SDK core. */
  readonly scope?: { readonly region: string; readonly date?: string }
  readonly body?: string
}

const hash = (text: string): string => createHash('sha256').update(text).digest('hex')
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest()

/** Headers of a signed GET of the list of streams, or of a POST of records if there is a body. */
export function signed(dis: DisServer, options: SignOptions): Record<string, string> {
  const { accessKey = 'AK', secretKey = 'SK', atMs, scope, body } = options
  const at = new Date(atMs).toISOString().replace(/[-:]|\.\d+/g, '')
  const path = `/v2/${PROJECT}/${body === undefined ? 'streams' : 'records'}/`
  const headers = `host:127.0.0.1:${dis.port}\nx-sdk-date:${at}\n`
  const canonical = [
    body === undefined ? 'GET' : 'POST',
    path,
    '',
    headers,
    'host;x-sdk-date',
    hash(body ?? '')
  ].join('\n')
  const parts = ['SDK-HMAC-SHA256', at]
  let key: string | Buffer = secretKey
  let who = `Access=${accessKey}`
  if (scope !== undefined) {
    const date = scope.date ?? at.slice(0, 8)
    const text = `${date}/${scope.region}/dis/sdk_request`
    parts.push(text)
    who = `Credential=${accessKey}/${text}`
    key = [date, scope.region, 'dis', 'sdk_request'].reduce(
      (previous: string | Buffer, part) => hmac(previous, part),
      `SDK${secretKey}`
    )
  }
  const signature = hmac(key, [...parts, hash(canonical)].join('\n')).toString('hex')
  return {
    'x-sdk-date': at,
    authorization: `SDK-HMAC-SHA256 ${who}, SignedHeaders=host;x-sdk-date, Signature=${signature}`,
    ...options.headers
  }
}
