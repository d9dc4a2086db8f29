import { createHash } from 'node:crypto'
import { encode, parseQuery } from '../query.ts'

/**
 * What a client may have signed. The official signers disagree in small ways (spaces in header values, the
 * port in the host, a slash after the path, how an empty query value is written), so there is no single
 * canonical request: there is a small set of them, and a signature over any of them is right.
 */

/** A request as it came in. Header names in lower case. */
export interface SignedRequest {
  readonly method: string
  /** Path as on the wire, still encoded, without the query. */
  readonly path: string
  /** Query as on the wire, without the question mark. */
  readonly query: string
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: Uint8Array
}

/** Value of X-Sdk-Content-Sha256 with which a client leaves the body out of the signature. */
const UNSIGNED_PAYLOAD = 'UNSIGNED-PAYLOAD'

/** Hex SHA-256. */
export function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex')
}

/** Every canonical request that a signer may have made of this, likeliest first, each once. */
export function* canonicalRequests(
  request: SignedRequest,
  signedHeaders: readonly string[]
): Generator<string> {
  const names = [...signedHeaders].sort()
  const signed = names.join(';')
  const blocks = headerBlocks(request, names)
  const method = request.method.toUpperCase()
  for (const payload of payloads(request)) {
    for (const query of queries(request.query)) {
      for (const path of paths(request.path)) {
        for (const headers of blocks) {
          yield [method, path, query, headers, signed, payload].join('\n')
        }
      }
    }
  }
}

// The hash of the real body, whatever the header says: the Go SDK sends the hash of nothing and signs the
// body. Only the word that means "not signed" is taken from the header.
function payloads(request: SignedRequest): Set<string> {
  const header = request.headers['x-sdk-content-sha256']?.trim()
  return new Set(header === UNSIGNED_PAYLOAD ? [UNSIGNED_PAYLOAD] : [sha256(request.body)])
}

// As it came (Go), encoded once more (Node core and Java), decoded first and then encoded (Python core), with
// dot segments resolved (DIS Python). All sign a slash at the end, whether or not it was sent.
function paths(path: string): Set<string> {
  const forms = [path, mapSegments(path, encode), mapSegments(path, recode), resolveDots(path)]
  return new Set([...forms.map((form) => (form.endsWith('/') ? form : `${form}/`)), ...forms])
}

function mapSegments(path: string, map: (segment: string) => string): string {
  return path.split('/').map(map).join('/')
}

function recode(segment: string): string {
  try {
    return encode(decodeURIComponent(segment))
  } catch {
    return segment
  }
}

function resolveDots(path: string): string {
  const kept: string[] = []
  for (const segment of path.split('/')) {
    if (segment === '..') kept.pop()
    else if (segment !== '' && segment !== '.') kept.push(segment)
  }
  return `/${kept.join('/')}`
}

type Order = (a: readonly [string, string], b: readonly [string, string]) => number

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

// By name and then value, or by the finished pair: they differ where one name begins another.
const ORDERS: readonly Order[] = [
  (a, b) => compare(a[0], b[0]) || compare(a[1], b[1]),
  (a, b) => compare(a.join('='), b.join('='))
]

// A plus on the wire is a plus to the SDKs, but clients that build URLs with form encoding mean a space;
// the Go SDK also signs spaces in form encoding, and the DIS Python SDK writes an empty value without `=`.
function queries(raw: string): Set<string> {
  const found = new Set<string>()
  for (const plusIsSpace of [false, true]) {
    const pairs = parseQuery(raw, plusIsSpace).map(([name, value]): [string, string] => [
      encode(name),
      encode(value)
    ])
    for (const order of ORDERS) {
      const sorted = pairs.toSorted(order)
      const full = sorted.map(([name, value]) => `${name}=${value}`).join('&')
      const bare = sorted.map(([name, value]) => (value === '' ? name : `${name}=${value}`)).join('&')
      for (const text of [full, bare]) found.add(text).add(text.replaceAll('%20', '+'))
    }
  }
  return found
}

const SPACING: readonly ((value: string) => string)[] = [
  (value) => value,
  (value) => value.trim(),
  (value) => value.replace(/\s+/g, ' '),
  (value) => value.trim().replace(/\s+/g, ' ')
]

// The DIS Python SDK strips the port from the host that it signs, but sends it.
function headerBlocks(request: SignedRequest, names: readonly string[]): Set<string> {
  const host = request.headers['host'] ?? ''
  const hosts = new Set([host, host.replace(/:\d+$/, '')])
  const blocks = new Set<string>()
  // Own fields only: `constructor` is no header, though every object has one.
  const values = names.map((name) =>
    Object.hasOwn(request.headers, name) ? (request.headers[name] ?? '') : ''
  )
  for (const space of SPACING) {
    for (const signedHost of hosts) {
      const lines = names.map((name, index) => {
        return `${name}:${space(name === 'host' ? signedHost : (values[index] ?? ''))}\n`
      })
      blocks.add(lines.join(''))
    }
  }
  return blocks
}
