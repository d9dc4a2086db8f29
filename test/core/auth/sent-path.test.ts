import { createHash, createHmac } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { afterEach, describe, expect, it } from 'vitest'
import { createClient, createProducer, type SigningScheme } from '../../../packages/core/src/index.ts'
import { httpServer } from '../net/servers.ts'

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.close()))
})

interface Seen {
  readonly target: string
  /** Whether the signature is one over the path exactly as it came, as verifiers of the scoped schemes check it. */
  readonly isOverPath: boolean
}

async function service() {
  const seen: Seen[] = []
  const server = await httpServer(async (request, response) => {
    const body = await buffer(request)
    seen.push({ target: request.url ?? '', isOverPath: isSignedAsSent(request, body) })
    const stored = { partition_id: 'shardId-0000000000', sequence_number: '0' }
    response.end(JSON.stringify({ failed_record_count: 0, records: [stored], partition_cursor: 'c' }))
  })
  open.push(server)
  return { seen, endpoint: `http://127.0.0.1:${server.port}` }
}

const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest('hex')
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest()

/** Own verifier, strict about the path, of `SDK-HMAC-SHA256 Credential=` and of V11 with `/sdk_request`. */
function isSignedAsSent({ method, url, headers }: IncomingMessage, body: Buffer): boolean {
  const authorization = String(headers['authorization'])
  const parts = /^(\S+) Credential=AK\/(\S+), SignedHeaders=(\S+), Signature=(\w+)$/.exec(authorization)
  if (parts === null) return false
  const [, algorithm = '', scope = '', names = '', signature] = parts
  const [day = '', region = '', serviceName = ''] = scope.split('/')
  const [path, query = ''] = String(url).split('?')
  const lines = names.split(';').map((name) => `${name}:${String(headers[name])}\n`)
  const sorted = query.split('&').sort().join('&')
  const canonical = [method, path, sorted, lines.join(''), names, sha256(body)].join('\n')
  const derived = hmac(hmac('AK', 'SK'), `${day}/${region}/${serviceName}\u0001`).toString('hex')
  const secret = algorithm.startsWith('V11') ? derived : 'SK'
  const key = [region, serviceName, 'sdk_request'].reduce<Buffer>(hmac, hmac(`SDK${secret}`, day))
  const text = `${algorithm}\n${String(headers['x-sdk-date'])}\n${scope}\n${sha256(canonical)}`
  return hmac(key, text).toString('hex') === signature
}

const optionsOf = (endpoint: string, signing: SigningScheme) => ({
  endpoint,
  projectId: 'p',
  streamName: 's',
  region: 'cn-north-4',
  signing,
  credentials: { accessKey: 'AK', secretKey: 'SK' }
})

describe.each<SigningScheme>(['dis', 'derived'])('with signing %s', (signing) => {
  it('the path of a producer is sent with the slash that is signed', async () => {
    const { seen, endpoint } = await service()
    const producer = createProducer(optionsOf(endpoint, signing))
    producer.write('{}')
    await producer.close()
    expect(seen).toEqual([{ target: '/v2/p/records/', isOverPath: true }])
  })

  it('the path of a client is, too', async () => {
    const { seen, endpoint } = await service()
    const client = createClient(optionsOf(endpoint, signing))
    open.push(client)
    await client.getCursor('shardId-0000000000', { type: 'LATEST' })
    expect(seen).toEqual([{ target: expect.stringMatching(/^\/v2\/p\/cursors\/\?\S+$/), isOverPath: true }])
  })
})

it('with signing sdk the path is the one of the API reference', async () => {
  const { seen, endpoint } = await service()
  const producer = createProducer(optionsOf(endpoint, 'sdk'))
  producer.write('{}')
  await producer.close()
  expect(seen.map(({ target }) => target)).toEqual(['/v2/p/records'])
})
