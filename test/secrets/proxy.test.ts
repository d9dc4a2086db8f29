import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Listening, listen } from '../core/net/servers.ts'
import { planted } from './echo.ts'
import { PLACES, type Place } from './places.ts'
import { run } from './run.ts'
import { findSecret, Witness } from './witness.ts'

const PASSWORD = planted('Proxy', 40)
const LOGIN = Buffer.from(`user:${PASSWORD}`).toString('base64')

let dir: string
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'dis-logs-proxy-'))
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))

let proxy: Listening | undefined
let everywhere: Witness
beforeEach(() => {
  everywhere = new Witness()
  everywhere.start()
})
afterEach(async () => {
  everywhere.stop()
  await proxy?.close()
})

/** A proxy that answers CONNECT at that place with the request, and the password as it knows it. Keeps what it has sent. */
async function quotingProxy(place: Place, sent: string[]): Promise<Listening> {
  const server = createServer((_, response) => void response.writeHead(400).end())
  server.on('connect', ({ headers, url }: IncomingMessage, client: Socket) => {
    const login = headers['proxy-authorization'] ?? ''
    const { status, headers: given, body } = place(`CONNECT ${url}; ${login}; user:${PASSWORD}; ${login}`)
    const lines = Object.entries({ ...given, 'content-length': String(Buffer.byteLength(body)) })
    const head = [`HTTP/1.1 ${status} ${login}`, ...lines.map(([name, value]) => `${name}: ${value}`)]
    sent.push(head.join('\n'))
    client.on('error', () => {})
    client.write(`${head.join('\r\n')}\r\n\r\n`)
    client.end(body)
  })
  return listen(server)
}

/** Headers, bodies, and a CONNECT that is taken and then broken: what follows is read as an answer, or as TLS. */
const ECHOES = [
  'a page, HTTP 200',
  'a page, HTTP 407',
  'a page, HTTP 502',
  'the header Location',
  'a body in gzip'
]

describe.each(['https://dis.example', 'http://dis.example'])('on the way to %s', (endpoint) => {
  it.each(ECHOES)('a proxy that quotes its login in %s gets none shown', async (name) => {
    const place = PLACES[name]
    if (place === undefined) throw new Error(`no place is called ${name}`)
    const sent: string[] = []
    proxy = await quotingProxy(place, sent)
    const address = `http://user:${encodeURIComponent(PASSWORD)}@127.0.0.1:${proxy.port}`
    const witness = await run(mkdtempSync(join(dir, 'one-')), {
      endpoint,
      credentials: { token: 'TOKEN-OF-MINE' },
      http: { proxy: address, allowInsecure: true },
      // A tunnel that talks before it is asked, over plain http, is ended by this alone.
      requestTimeoutMs: 100
    })
    expect(findSecret(sent.join('\n'), LOGIN)).toBeDefined()
    expect(witness.text).toMatch(/code: 'NETWORK_|serviceCode: 'NETWORK_/)
    for (const secret of [PASSWORD, LOGIN]) {
      expect(findSecret(witness.text, secret)).toBeUndefined()
      expect(findSecret(everywhere.text, secret)).toBeUndefined()
    }
  })
})
