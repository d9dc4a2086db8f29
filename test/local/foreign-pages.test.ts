import { describe, expect, it } from 'vitest'
import { base64, call, codeOf, PROJECT, record, STREAM, send, start } from './calls.ts'
import { message, raw } from './raw.ts'

const RECORDS = `/v2/${PROJECT}/records`
const STREAMS = `/v2/${PROJECT}/streams`
const BODY = JSON.stringify({ stream_name: STREAM, records: [{ data: base64('evil') }] })
const CORS = /access-control-/i

/** Each is sent as it stands; `PORT` is the port of the server. */
type Try = readonly [name: string, line: string, headers: readonly string[]]

async function attempt(line: string, headers: readonly string[], options = {}) {
  const dis = await start(options)
  const filled = headers.map((header) => header.replace('PORT', String(dis.port)))
  const reply = await raw(dis.port, message(line, filled, line.startsWith('POST') ? BODY : ''))
  return {
    ...reply,
    stored: (await dis.records(STREAM)).length,
    streams: (await call(dis, 'GET', 'streams')).text
  }
}

const foreign: readonly Try[] = [
  [
    'a simple POST of a page (Chrome)',
    `POST ${RECORDS}`,
    [
      'Host: 127.0.0.1:PORT',
      'Content-Type: text/plain;charset=UTF-8',
      'Origin: https://evil.test',
      'Sec-Fetch-Site: cross-site',
      'Sec-Fetch-Mode: no-cors'
    ]
  ],
  [
    'the same from a browser without Sec-Fetch',
    `POST ${RECORDS}`,
    ['Host: localhost:PORT', 'Content-Type: text/plain', 'Origin: http://evil.test']
  ],
  [
    'a form of a sandboxed frame',
    `POST ${RECORDS}`,
    ['Host: localhost:PORT', 'Content-Type: text/plain', 'Origin: null']
  ],
  [
    'a page of another port of this machine',
    `POST ${RECORDS}`,
    ['Host: localhost:PORT', 'Origin: http://localhost:3000', 'Sec-Fetch-Site: same-site']
  ],
  [
    'a page of the same name over https',
    `POST ${RECORDS}`,
    ['Host: localhost:80', 'Origin: https://localhost']
  ],
  [
    'two origins, one of them own',
    `POST ${RECORDS}`,
    ['Host: localhost:PORT', 'Origin: http://localhost:PORT', 'Origin: http://evil.test']
  ],
  [
    'an origin with its host in front',
    `POST ${RECORDS}`,
    ['Host: localhost:PORT', 'Origin: http://localhost:PORT@evil.test']
  ],
  [
    'an image or a script',
    `GET ${STREAMS}`,
    ['Host: 127.0.0.1:PORT', 'Sec-Fetch-Site: cross-site', 'Sec-Fetch-Dest: image']
  ],
  ['an unknown Sec-Fetch-Site', `GET ${STREAMS}`, ['Host: 127.0.0.1:PORT', 'Sec-Fetch-Site: anything']],
  [
    'two of Sec-Fetch-Site',
    `GET ${STREAMS}`,
    ['Host: 127.0.0.1:PORT', 'Sec-Fetch-Site: none', 'Sec-Fetch-Site: cross-site']
  ],
  [
    'a preflight',
    `OPTIONS ${RECORDS}`,
    [
      'Host: 127.0.0.1:PORT',
      'Origin: https://evil.test',
      'Access-Control-Request-Method: PUT',
      'Access-Control-Request-Private-Network: true'
    ]
  ],
  [
    'a preflight without an origin',
    `OPTIONS ${RECORDS}`,
    ['Host: 127.0.0.1:PORT', 'Access-Control-Request-Method: PUT']
  ],
  [
    'a web socket of a page',
    `GET ${STREAMS}`,
    [
      'Host: 127.0.0.1:PORT',
      'Origin: https://evil.test',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=='
    ]
  ]
]

const rebound: readonly Try[] = [
  ['a name of the attacker', `GET ${STREAMS}`, ['Host: evil.test:PORT']],
  [
    'the same, with its own origin',
    `POST ${RECORDS}`,
    ['Host: evil.test:PORT', 'Origin: http://evil.test:PORT', 'Sec-Fetch-Site: same-origin']
  ],
  ['a delete', `DELETE ${STREAMS}/${STREAM}`, ['Host: evil.test:PORT']],
  ['an upgrade', `GET ${STREAMS}`, ['Host: evil.test', 'Upgrade: h2c', 'HTTP2-Settings: AA']],
  ['no host', `GET ${STREAMS}`, []],
  ['no host in HTTP/1.0', `GET ${STREAMS} HTTP/1.0`, []],
  ['a foreign host in HTTP/1.0', `GET ${STREAMS} HTTP/1.0`, ['Host: evil.test']],
  ['an empty host', `GET ${STREAMS}`, ['Host:']],
  ['two hosts', `GET ${STREAMS}`, ['Host: localhost', 'Host: evil.test']],
  ['two equal hosts', `GET ${STREAMS}`, ['Host: localhost', 'Host: localhost']],
  ['two hosts in one line', `GET ${STREAMS}`, ['Host: localhost, evil.test']],
  ['a foreign target behind a local host', `GET http://evil.test${STREAMS}`, ['Host: localhost']],
  ['a user in the target', `GET http://localhost@evil.test${STREAMS}`, ['Host: localhost']],
  ['a name that begins like localhost', `GET ${STREAMS}`, ['Host: localhost.evil.test']],
  ['a name that ends like localhost', `GET ${STREAMS}`, ['Host: evillocalhost']],
  ['a name that begins like an address', `GET ${STREAMS}`, ['Host: 127.0.0.1.evil.test']],
  ['an address as one number', `GET ${STREAMS}`, ['Host: 2130706433']],
  ['a hexadecimal address', `GET ${STREAMS}`, ['Host: 0x7f.0.0.1']],
  ['a short address', `GET ${STREAMS}`, ['Host: 127.1']],
  ['an octal address', `GET ${STREAMS}`, ['Host: 0177.0.0.01']],
  ['brackets around a name', `GET ${STREAMS}`, ['Host: [evil.test]']],
  ['letters as a port', `GET ${STREAMS}`, ['Host: localhost:80@evil.test']],
  ['a path behind the host', `GET ${STREAMS}`, ['Host: localhost/evil.test']]
]

describe('a request of a web page', () => {
  it.each(foreign)('is refused, and nothing is done: %s', async (_, line, headers) => {
    const { status, head, body, stored } = await attempt(line, headers)
    expect([status, JSON.parse(body).errorCode, stored]).toEqual([403, 'LOCAL.ORIGIN', 0])
    expect(head).not.toMatch(CORS)
  })

  it.each(rebound)('is refused under a rebound name: %s', async (_, line, headers) => {
    const { status, head, body, stored, streams } = await attempt(line, headers)
    expect([status, JSON.parse(body).errorCode, stored]).toEqual([403, 'LOCAL.HOST', 0])
    expect(streams).toContain(STREAM)
    expect(head).not.toMatch(CORS)
  })

  it('gets no tunnel', async () => {
    const dis = await start()
    const { status } = await raw(dis.port, 'CONNECT localhost:80 HTTP/1.1\r\nHost: localhost\r\n\r\n')
    expect(status).toBe(0)
  })

  it('is told what was wrong and how to allow it, without what could harm a terminal', async () => {
    const { body } = await attempt(`GET ${STREAMS}`, ['Host: dis:4870'])
    expect(JSON.parse(body).message).toBe(
      `The Host header is "dis:4870"; allowed: localhost, IP addresses. If this name is yours, start the local DIS with allowedHosts: ['dis'], or dis-logs local --allow-host dis.`
    )
    const long = await attempt(`GET ${STREAMS}`, [`Host: \x9b${'x'.repeat(9_000)}`])
    expect([long.status, long.body.length < 1_000]).toEqual([403, true])
  })
})

describe('a request of a program', () => {
  it.each([
    'localhost',
    'LOCALHOST:PORT',
    'localhost.',
    'api.localhost:1',
    '127.0.0.1:PORT',
    '127.9.8.7',
    '192.168.1.20:80',
    '[::1]:PORT',
    '[2001:DB8::1]',
    '[::ffff:127.0.0.1]'
  ])('is taken with the host %s', async (host) => {
    expect((await attempt(`POST ${RECORDS}`, [`Host: ${host}`])).stored).toBe(1)
  })

  it.each([
    [['dis'], 'dis:4870'],
    [['dis'], 'DIS.'],
    [['dis:4870'], 'dis:4870'],
    [['logs_1.internal', 'dis'], 'logs_1.internal']
  ])('is taken where allowedHosts is %j and the host %s', async (allowedHosts, host) => {
    expect((await attempt(`POST ${RECORDS}`, [`hOST: ${host}`], { allowedHosts })).stored).toBe(1)
  })

  it.each([
    [['dis:4870'], 'dis:1'],
    [['dis:4870'], 'dis'],
    [['dis'], 'dis.evil.test']
  ])('is refused where allowedHosts is %j and the host %s', async (allowedHosts, host) => {
    expect((await attempt(`POST ${RECORDS}`, [`Host: ${host}`], { allowedHosts })).status).toBe(403)
  })

  it('is taken with the name that the server listens on, in the request line too', async () => {
    const { status } = await attempt(`GET ${STREAMS}`, ['Host: ip6-localhost:PORT'], { host: 'localhost' })
    expect(status).toBe(403)
    const { stored } = await attempt(`POST ${RECORDS}`, ['Host: localhost'], { host: 'localhost' })
    expect(stored).toBe(1)
  })

  it('is taken from a page of the server itself', async () => {
    const own = ['Host: localhost:PORT', 'Origin: http://localhost:PORT', 'Sec-Fetch-Site: same-origin']
    expect((await attempt(`POST ${RECORDS}`, own)).stored).toBe(1)
    expect((await attempt(`GET ${STREAMS}`, ['Host: localhost', 'Sec-Fetch-Site: none'])).status).toBe(200)
  })

  it('sees the refusal of a large body', async () => {
    const dis = await start({ limits: false })
    const reply = await call(dis, 'POST', 'records', {
      body: JSON.stringify({ stream_name: STREAM, records: [record('x'.repeat(8_000_000))] }),
      headers: { origin: 'http://evil.test' }
    })
    expect([reply.status, codeOf(reply)]).toEqual([403, 'LOCAL.ORIGIN'])
    expect((await send(dis, [record('x')])).status).toBe(200)
  })
})

describe('the option allowedHosts', () => {
  it.each([['http://dis'], ['dis:port'], ['a b'], [''], [5]])('refuses %j in words', async (name) => {
    await expect(start({ allowedHosts: JSON.parse(JSON.stringify([name])) })).rejects.toThrow(
      /^allowedHosts\[0\] is .*; allowed: a host name without a scheme, such as dis or dis:4870$/
    )
  })
})
