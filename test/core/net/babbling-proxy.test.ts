import { createServer, type IncomingMessage } from 'node:http'
import { connect, type Socket } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { HttpTransport } from '../../../packages/core/src/net/http.ts'
import { resolveNetwork } from '../../../packages/core/src/net/network.ts'
import { httpServer, type Listening, listen } from './servers.ts'

const open: Pick<Listening, 'close'>[] = []
afterEach(async () => {
  for (const each of open.splice(0)) await each.close()
})

// Before, the request never ended, whatever its timeout, and undici connected 700 times a second for ever.
it.each([true, false])(
  'a tunnel that talks before it is asked ends the request in time, and no later one; it closes itself: %s',
  async (isClosing) => {
    const dis = await httpServer((_, response) => void response.end('{}'))
    let isBabbling = true
    const server = createServer()
    server.on('connect', (_: IncomingMessage, client: Socket) => {
      client.on('error', () => {}).write('HTTP/1.1 200 OK\r\n\r\n')
      if (!isBabbling) {
        const tunnel = connect(dis.port, '127.0.0.1').on('error', () => {})
        client.pipe(tunnel).pipe(client)
      } else if (isClosing) client.end('<html>')
      else client.write('<html>')
    })
    const proxy = await listen(server)
    const transport = new HttpTransport({
      origin: 'http://dis.example',
      maxConnections: 1,
      requestTimeoutMs: 200,
      network: resolveNetwork({ proxy: `http://127.0.0.1:${proxy.port}` }, {})
    })
    open.push(transport, proxy, dis)
    const get = () => transport.send({ method: 'GET', path: '/', headers: {}, body: null })

    expect(await get()).toMatchObject({ kind: 'failure', code: 'NETWORK_TIMEOUT' })
    isBabbling = false
    expect(await get()).toMatchObject({ kind: 'answer', status: 200 })
  }
)
