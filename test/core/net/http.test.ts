import type { RequestListener } from 'node:http'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { HttpTransport } from '../../../packages/core/src/net/http.ts'
import { resolveNetwork } from '../../../packages/core/src/net/network.ts'
import type { WireReply } from '../../../packages/core/src/wire/message.ts'
import { judge } from '../../../packages/core/src/wire/outcome.ts'
import { ca, caPath, otherCa, serverPair } from './private-ca.ts'
import { closedPort, connectProxy, httpServer, type Listening, silentServer, tlsServer } from './servers.ts'

const open: { close(): Promise<void> }[] = []

afterEach(async () => {
  vi.unstubAllEnvs()
  await Promise.all(open.splice(0).map((each) => each.close()))
})

function kept<T extends { close(): Promise<void> }>(each: T): T {
  open.push(each)
  return each
}

const hello: RequestListener = (_, response) => void response.end('hello')

type Http = Parameters<typeof resolveNetwork>[0]

async function call(origin: string, http: Http = {}, env: Record<string, string> = {}): Promise<WireReply> {
  const network = resolveNetwork(http, env)
  const transport = kept(new HttpTransport({ origin, maxConnections: 2, requestTimeoutMs: 500, network }))
  return transport.send({ method: 'POST', path: '/', headers: {}, body: Buffer.from('{}') })
}

const secure = async (): Promise<Listening> => kept(await tlsServer(serverPair, hello))

describe('a certificate of a private authority', () => {
  it('is not trusted by default, whatever NODE_TLS_REJECT_UNAUTHORIZED says', async () => {
    const { port } = await secure()
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0')
    const reply = await call(`https://127.0.0.1:${port}`)
    expect(reply).toMatchObject({ kind: 'failure', code: 'NETWORK_TLS', ambiguous: false })
    expect(judge(reply, 1, 0)).toMatchObject({ cure: expect.stringContaining('http.ca') })
  })

  it.each([
    ['PEM text', ca],
    ['the path of a file', caPath],
    ['a list of both', [otherCa, caPath]]
  ])('is trusted with http.ca as %s', async (_, given) => {
    const { port } = await secure()
    expect(await call(`https://127.0.0.1:${port}`, { ca: given })).toMatchObject({
      kind: 'answer',
      status: 200
    })
  })

  it('is trusted besides those of NODE_EXTRA_CA_CERTS', async () => {
    const { port } = await secure()
    const env = { NODE_EXTRA_CA_CERTS: caPath }
    const reply = await call(`https://127.0.0.1:${port}`, { ca: otherCa }, env)
    expect(reply).toMatchObject({ kind: 'answer', status: 200 })
  })

  it('must still be for the host', async () => {
    const { port } = await secure()
    expect(await call(`https://localhost:${port}`, { ca })).toMatchObject({
      code: 'NETWORK_TLS',
      message: expect.stringContaining('ERR_TLS_CERT_ALTNAME_INVALID')
    })
  })
})

describe('a proxy', () => {
  it.each([
    ['http.proxy', (url: string) => [{ proxy: url }, { NO_PROXY: '*' }] as const],
    ['HTTPS_PROXY', (url: string) => [{}, { HTTPS_PROXY: url }] as const],
    ['https_proxy', (url: string) => [{}, { https_proxy: url, HTTPS_PROXY: 'http://127.0.0.1:1' }] as const],
    ['HTTP_PROXY alone', (url: string) => [{}, { HTTP_PROXY: url, NO_PROXY: 'example.com' }] as const]
  ])('from %s carries TLS end to end', async (_, given) => {
    const [proxy, { port }] = [kept(await connectProxy()), await secure()]
    const [http, env] = given(`http://user:p%40ss@127.0.0.1:${proxy.port}`)
    const reply = await call(`https://dis.test:${port}`, { ...http, ca }, env)
    expect(reply).toMatchObject({ kind: 'answer', status: 200 })
    expect(proxy.asked).toEqual([`dis.test:${port}`])
    expect(proxy.logins).toEqual([`Basic ${Buffer.from('user:p@ss').toString('base64')}`])
  })

  it('also carries plain http', async () => {
    const [proxy, { port }] = [kept(await connectProxy()), kept(await httpServer(hello))]
    const env = { http_proxy: `127.0.0.1:${proxy.port}` }
    expect(await call(`http://dis.test:${port}`, {}, env)).toMatchObject({ kind: 'answer' })
    expect(proxy.asked).toEqual([`dis.test:${port}`])
  })

  it('of the environment is left aside for what NO_PROXY names, and for loopback addresses', async () => {
    const [proxy, { port }] = [kept(await connectProxy()), await secure()]
    const url = `http://127.0.0.1:${proxy.port}`
    for (const NO_PROXY of ['dis.test', '.test', `dis.test:${port}`, '*']) {
      const reply = await call(`https://dis.test:${port}`, { ca }, { HTTPS_PROXY: url, NO_PROXY })
      // Nobody knows this name, so the request can only arrive through the proxy.
      expect(reply).toMatchObject({ kind: 'failure', code: 'NETWORK_DNS' })
    }
    const direct = await call(`https://127.0.0.1:${port}`, { ca }, { HTTPS_PROXY: url })
    expect(direct).toMatchObject({ kind: 'answer' })
    expect(proxy.asked).toEqual([])
  })

  it('does not weaken the check of the certificate', async () => {
    const [proxy, { port }] = [kept(await connectProxy()), await secure()]
    const http = { proxy: `http://127.0.0.1:${proxy.port}` }
    expect(await call(`https://dis.test:${port}`, http)).toMatchObject({ code: 'NETWORK_TLS' })
    expect(await call(`https://other.test:${port}`, { ...http, ca })).toMatchObject({
      code: 'NETWORK_TLS',
      message: expect.stringContaining('ERR_TLS_CERT_ALTNAME_INVALID')
    })
  })

  it.each([407, 403])('that answers %i says so, without its password', async (status) => {
    const proxy = kept(await connectProxy())
    proxy.status = status
    const reply = await call('https://dis.test', { proxy: `http://user:SECRET@127.0.0.1:${proxy.port}` })
    expect(reply).toMatchObject({ code: 'NETWORK_PROXY', ambiguous: false })
    expect(JSON.stringify(reply)).toContain(String(status))
    expect(JSON.stringify(reply)).not.toContain('SECRET')
  })
})

describe('a proxy that takes connections and says nothing', () => {
  it('does not hold up the requests after it has come back', async () => {
    let isSilent = true
    const { port } = await secure()
    const proxy = kept(await connectProxy(() => isSilent))
    const network = resolveNetwork({ proxy: `http://127.0.0.1:${proxy.port}`, ca }, {})
    const origin = `https://dis.test:${port}`
    const transport = kept(new HttpTransport({ origin, maxConnections: 1, requestTimeoutMs: 300, network }))
    const send = () => transport.send({ method: 'POST', path: '/', headers: {}, body: Buffer.from('{}') })
    expect(await send()).toMatchObject({ kind: 'failure', code: 'NETWORK_TIMEOUT' })
    isSilent = false
    await vi.waitFor(async () => expect(await send()).toMatchObject({ kind: 'answer' }), { timeout: 5_000 })
  })
})

describe('a failure has a code of its own', () => {
  const facts = (reply: WireReply) => {
    const outcome = judge(reply, 1, 0)
    return 'cure' in outcome ? { ...outcome, ambiguous: 'ambiguous' in outcome && outcome.ambiguous } : {}
  }

  it('for a name that cannot be resolved', async () => {
    expect(facts(await call('https://dis.invalid'))).toMatchObject({
      kind: 'retry',
      code: 'NETWORK_DNS',
      message: expect.stringMatching(/^the name dis\.invalid .*cannot be resolved/),
      cure: expect.stringContaining('name server'),
      ambiguous: false
    })
  })

  it('for a refused connection', async () => {
    expect(facts(await call(`http://127.0.0.1:${await closedPort()}`))).toMatchObject({
      code: 'NETWORK_REFUSED',
      message: expect.stringContaining('refuses connections'),
      cure: expect.stringContaining('port'),
      ambiguous: false
    })
  })

  it('for TLS with somebody who does not speak it', async () => {
    const { port } = kept(await httpServer(hello))
    expect(facts(await call(`https://127.0.0.1:${port}`))).toMatchObject({ code: 'NETWORK_TLS' })
  })

  it('for an answer that does not come, which may have been taken', async () => {
    const { port } = kept(await silentServer())
    expect(facts(await call(`http://127.0.0.1:${port}`))).toMatchObject({
      code: 'NETWORK_TIMEOUT',
      message: expect.stringContaining('within 500 ms'),
      cure: expect.stringContaining('requestTimeoutMs'),
      ambiguous: true
    })
  })

  it('for a connection that breaks', async () => {
    const { port } = kept(await httpServer((request) => void request.socket.destroy()))
    expect(facts(await call(`http://127.0.0.1:${port}`))).toMatchObject({
      code: 'NETWORK_RESET',
      ambiguous: true
    })
  })
})

describe('options that cannot work', () => {
  it.each<[string, Http, Record<string, string>, string[]]>([
    ['a proxy that is no URL', { proxy: 'proxy' }, {}, ['http.proxy', "'http://host:port'"]],
    ['a proxy of another kind', { proxy: 'socks5://127.0.0.1' }, {}, ['http.proxy', 'socks5://127.0.0.1']],
    ['a proxy variable', {}, { HTTPS_PROXY: 'http://:80' }, ['http.proxy', 'from HTTPS_PROXY']],
    ['a missing file', { ca: '/nowhere/ca.pem' }, {}, ['http.ca', "'/nowhere/ca.pem'", 'ENOENT', 'PEM']],
    ['a file of something else', { ca: 'package.json' }, {}, ['http.ca', 'without a certificate']],
    ['a broken text', { ca: '-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----' }, {}, ['broken']]
  ])('%s is named with its cure', (_, http, env, words) => {
    let message = ''
    try {
      resolveNetwork(http, env)
    } catch (error) {
      message = String(error)
    }
    for (const word of words) expect(message).toContain(word)
  })

  it('never show the password of a proxy', () => {
    for (const proxy of ['socks5://u:SE/CR@ET@host', 'u:SE/CR@ET@host:1:2']) {
      for (const attempt of [
        () => resolveNetwork({ proxy }, {}),
        () => resolveNetwork({}, { HTTPS_PROXY: proxy })
      ]) {
        expect(attempt).toThrow(/http\.proxy.*\*\*\*@/s)
        expect(attempt).not.toThrow(/SE\/CR|ET@/)
      }
    }
  })
})
