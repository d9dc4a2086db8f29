import { afterEach, describe, expect, it, vi } from 'vitest'
import { isLinkLocal, isLoopback } from '../../../packages/core/src/net/address.ts'
import { HttpTransport } from '../../../packages/core/src/net/http.ts'
import { proxyFor, resolveNetwork } from '../../../packages/core/src/net/network.ts'
import { createClient } from '../../../packages/core/src/reader/client.ts'
import { type ConnectProxy, connectProxy, httpServer, type Listening } from './servers.ts'

/**
 * Plain http is allowed to loopback addresses, so whatever goes there must stay on this machine. The proxies here take every
 * connection: what they were asked for is what would have left.
 */

const open: { close(): Promise<void> }[] = []

afterEach(async () => {
  vi.unstubAllEnvs()
  await Promise.all(open.splice(0).map((each) => each.close()))
})

function kept<T extends { close(): Promise<void> }>(each: T): T {
  open.push(each)
  return each
}

const service = async (): Promise<Listening> =>
  kept(await httpServer((_, response) => void response.end('hello')))
const proxy = async (): Promise<ConnectProxy> => kept(await connectProxy())

async function get(origin: string, env: Record<string, string>, http = {}) {
  const network = resolveNetwork(http, env)
  const transport = kept(new HttpTransport({ origin, maxConnections: 1, requestTimeoutMs: 2_000, network }))
  return transport.send({ method: 'GET', path: '/', headers: { authorization: 'SECRET' }, body: null })
}

const LOOPBACK = [
  '127.0.0.1',
  '127.0.0.2',
  '127.1.2.3',
  '127.255.255.254',
  '127.1',
  '2130706434',
  '0x7f.0.0.3',
  '[::1]',
  '[0:0:0:0:0:0:0:1]',
  '[::ffff:127.0.0.1]',
  '[::ffff:7f01:203]',
  'localhost',
  'LOCALHOST',
  '0.0.0.0',
  '[::]'
]

describe('the proxy variables are never used for this machine', () => {
  it.each(LOOPBACK)('http://%s', async (host) => {
    const [{ port }, http, https] = [await service(), await proxy(), await proxy()]
    const url = (each: Listening) => `http://127.0.0.1:${each.port}`
    await get(`http://${host}:${port}`, { http_proxy: url(http), https_proxy: url(https) })
    await get(`https://${host}:${port}`, { http_proxy: url(http), https_proxy: url(https) })
    // NO_PROXY adds to that, and takes nothing away.
    await get(`http://${host}:${port}`, { HTTP_PROXY: url(http), NO_PROXY: 'example.com' })
    expect([http.asked, https.asked]).toEqual([[], []])
  })

  it('by a client either, whose keys stay here', async () => {
    const [{ port }, through] = [await service(), await proxy()]
    vi.stubEnv('http_proxy', `http://127.0.0.1:${through.port}`)
    const client = kept(
      createClient({
        endpoint: `http://127.1.2.3:${port}`,
        projectId: 'p',
        streamName: 's',
        credentials: { accessKey: 'AK', secretKey: 'SK' },
        requestTimeoutMs: 2_000
      })
    )
    // Linux has a service at every loopback address, and others refuse the connection.
    await expect(client.describeStream()).rejects.toMatchObject({
      serviceCode: expect.stringMatching(/^(UNREADABLE_ANSWER|NETWORK_)/)
    })
    expect(through.asked).toEqual([])
  })

  // Nothing is sent: these addresses are not on this machine, or a name server may be asked for them.
  it.each([
    'http://169.254.169.254',
    'http://[::ffff:169.254.169.254]',
    'https://169.254.1.1',
    'http://[fe80::1]',
    'http://localhost.',
    'http://dis.localhost',
    'http://a.b.LOCALHOST.'
  ])('%s, which is not asked here', (origin) => {
    const network = resolveNetwork({}, { http_proxy: 'http://proxy:3128', https_proxy: 'http://proxy:3128' })
    expect(proxyFor(network, origin)).toBeUndefined()
    expect(proxyFor(network, 'https://dis.example')).toMatchObject({ forHttps: 'http://proxy:3128/' })
  })

  it.each(['example.127.0.0.1.test', 'localhost.test', 'xlocalhost', '126.255.255.255', '[::ffff:10.0.0.1]'])(
    'but for http://%s',
    async (host) => {
      const [{ port }, through] = [await service(), await proxy()]
      const reply = await get(`http://${host}:${port}`, { http_proxy: `http://127.0.0.1:${through.port}` })
      expect(reply).toMatchObject({ kind: 'answer' })
      expect(through.asked).toEqual([`${new URL(`http://${host}`).hostname}:${port}`])
    }
  )
})

it('http.proxy, which is set for this endpoint, is used for a loopback address too', async () => {
  const [{ port }, through] = [await service(), await proxy()]
  const reply = await get(`http://127.0.0.1:${port}`, {}, { proxy: `http://127.0.0.1:${through.port}` })
  expect(reply).toMatchObject({ kind: 'answer' })
  expect(through.asked).toEqual([`127.0.0.1:${port}`])
})

describe('an address', () => {
  it.each<[string, boolean, boolean]>([
    ['127.255.0.1', true, false],
    ['128.0.0.1', false, false],
    ['[::1]', true, false],
    ['[::2]', false, false],
    ['[::ffff:127.0.0.9]', true, false],
    ['localhost', true, false],
    // A resolver may ask a name server for it.
    ['dis.localhost', false, false],
    ['127.0.0.1.example', false, false],
    ['169.254.169.254', false, true],
    ['[::ffff:169.254.169.254]', false, true],
    ['169.253.0.1', false, false],
    ['[fe80::1]', false, true],
    ['[febf::1]', false, true],
    ['[fec0::1]', false, false]
  ])('%s is loopback: %s, link-local: %s', (host, loopback, linkLocal) => {
    const { hostname } = new URL(`http://${host}`)
    expect([isLoopback(hostname), isLinkLocal(hostname)]).toEqual([loopback, linkLocal])
  })
})
