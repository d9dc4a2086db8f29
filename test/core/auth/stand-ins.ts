import type { IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { httpServer, type Listening } from '../net/servers.ts'

export interface Asked {
  readonly method: string
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

export interface Reply {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
}

export interface StandIn extends Listening {
  readonly url: string
  readonly asked: Asked[]
  /** `PUT /meta-data/latest/api/token` … of each request, in order. */
  readonly lines: string[]
  answer: (request: Asked) => Reply
}

/** A service on loopback that answers what the test says, and keeps what it was asked. `hasDate`: Node adds the Date header. */
export async function standIn(answer: StandIn['answer'], hasDate = true): Promise<StandIn> {
  const asked: Asked[] = []
  const lines: string[] = []
  const listening = await httpServer(async (request, response) => {
    const { method = '', url = '', headers } = request
    const one: Asked = { method, url, headers, body: await text(request) }
    asked.push(one)
    lines.push(`${method} ${url}`)
    const reply = server.answer(one)
    response.sendDate = hasDate
    const isRaw = typeof reply.body === 'string' || Buffer.isBuffer(reply.body)
    const body = isRaw ? reply.body : JSON.stringify(reply.body ?? {})
    response
      .writeHead(reply.status ?? 200, { 'content-type': 'application/json', ...reply.headers })
      .end(body)
  })
  const server: StandIn = { ...listening, url: `http://127.0.0.1:${listening.port}`, asked, lines, answer }
  return server
}

export interface TemporaryKeys {
  readonly access: string
  readonly secret: string
  readonly securitytoken: string
}

/** The form that IAM and the metadata service share. */
export function credentialBody(keys: TemporaryKeys, endsAt: number): unknown {
  return { credential: { ...keys, expires_at: new Date(endsAt).toISOString().replace('Z', '000Z') } }
}

/** The metadata service of an ECS server: tokens are handed out, and asked for. */
export function metadataService(keys: () => TemporaryKeys, lifetimeMs: number): StandIn['answer'] {
  let token = ''
  return ({ method, url, headers }) => {
    if (method === 'PUT' && url === '/meta-data/latest/api/token') {
      if (headers['x-metadata-token-ttl-seconds'] !== '21600') return { status: 400 }
      token = `METADATA-TOKEN-${Math.random()}`
      return { body: token }
    }
    if (method !== 'GET' || url !== '/openstack/latest/securitykey') return { status: 404 }
    if (token === '' || headers['x-metadata-token'] !== token) return { status: 401, body: 'Unauthorized' }
    return { body: credentialBody(keys(), Date.now() + lifetimeMs) }
  }
}
