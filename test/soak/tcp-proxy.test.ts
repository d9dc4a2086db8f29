import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { connect, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { TcpProxy } from './tcp-proxy.ts'

const servers: Server[] = []
const sockets: Socket[] = []
const proxies: TcpProxy[] = []
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  for (const proxy of proxies.splice(0)) await proxy.refuse()
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

const BODY = 'x'.repeat(300)

async function start() {
  const server = createServer((request, response) => {
    response.statusCode = request.url === '/441' ? 441 : 200
    request.resume().on('end', () => response.end(BODY))
  }).listen(0, '127.0.0.1')
  servers.push(server)
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const statuses: number[] = []
  const proxy = await TcpProxy.start(() => port, {
    status: (status) => void statuses.push(status),
    read: () => {}
  })
  proxies.push(proxy)
  return { proxy, statuses }
}

/** A client that keeps its connection, and hears what comes. */
async function open({ url }: TcpProxy) {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  sockets.push(socket)
  let heard = ''
  socket.on('data', (chunk) => {
    heard += chunk.toString()
  })
  socket.on('error', () => {})
  await once(socket, 'connect')
  const ask = (path = '/') => socket.write(`GET ${path} HTTP/1.1\r\nhost: localhost\r\n\r\n`)
  const answered = async (times = 1) => {
    while (heard.split(BODY).length <= times) await once(socket, 'data')
  }
  return { socket, ask, answered, heard: () => heard }
}

describe('the proxy', () => {
  it('hands on what is said, and tells the status of each answer, however it is sliced', async () => {
    const { proxy, statuses } = await start()
    const client = await open(proxy)
    client.ask()
    await client.answered()
    for (const sliceBytes of [1, 3, 7, 64]) {
      proxy.change({ sliceBytes })
      client.ask('/441')
      await client.answered(statuses.length + 1)
    }
    expect(statuses).toEqual([200, 441, 441, 441, 441])
  })

  it('goes silent without an end, also for connections that were open, and the silence stays', async () => {
    const { proxy } = await start()
    const [old, other] = [await open(proxy), await open(proxy)]
    old.ask()
    await old.answered()
    proxy.change({ silences: 'down' })
    old.ask()
    proxy.clear()
    other.socket.destroy()
    const fresh = await open(proxy)
    fresh.ask()
    await fresh.answered()
    expect(old.heard().split(BODY)).toHaveLength(2)
    expect(old.socket.closed).toBe(false)
  })

  it('cuts an answer in the middle', async () => {
    const { proxy } = await start()
    proxy.change({ resetAfterBytes: 200 })
    const client = await open(proxy)
    const closed = new Promise((resolve) => client.socket.once('close', resolve))
    client.ask()
    await closed
    expect(client.heard()).toMatch(/^HTTP\/1\.1 200 /)
    expect(client.heard()).not.toContain(BODY)
    expect(proxy.connections).toBe(0)
  })

  it('refuses connections, and takes them again at the same address', async () => {
    const { proxy } = await start()
    const client = await open(proxy)
    const { url } = proxy
    const closed = new Promise((resolve) => client.socket.once('close', resolve))
    await proxy.refuse()
    await closed
    await expect(fetch(url)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } })
    await proxy.accept()
    expect((await fetch(url)).status).toBe(200)
  })

  it('lets the service go when the client goes', async () => {
    const { proxy } = await start()
    const client = await open(proxy)
    client.ask()
    await client.answered()
    client.socket.destroy()
    await expect.poll(() => proxy.connections).toBe(0)
  })
})
