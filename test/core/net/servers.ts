import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import {
  type AddressInfo,
  connect,
  createServer as createTcpServer,
  type Server,
  type Socket
} from 'node:net'

export interface Listening {
  readonly port: number
  close(): Promise<void>
}

/** Makes a server listen on a free loopback port; closing it also ends its connections. */
export async function listen(server: Server): Promise<Listening> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => {}).on('close', () => sockets.delete(socket))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port }: AddressInfo = addressOf(server)
  return {
    port,
    async close() {
      for (const socket of sockets) socket.destroy()
      if (server.listening) await once(server.close(), 'close')
    }
  }
}

function addressOf(server: Server): AddressInfo {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('not listening on a port')
  return address
}

export function httpServer(listener: RequestListener): Promise<Listening> {
  return listen(createServer(listener))
}

export function tlsServer(
  pair: { key: string; cert: string },
  listener: RequestListener
): Promise<Listening> {
  return listen(createTlsServer({ key: pair.key, cert: pair.cert }, listener))
}

/** Takes connections and never says a word. */
export function silentServer(): Promise<Listening> {
  return listen(createTcpServer(() => {}))
}

/** A port where nobody listens. */
export async function closedPort(): Promise<number> {
  const server = await silentServer()
  await server.close()
  return server.port
}

export interface ConnectProxy extends Listening {
  /** `host:port` of each CONNECT, in order. */
  readonly asked: string[]
  /** The Proxy-Authorization header of each. */
  readonly logins: (string | undefined)[]
  /** HTTP status for CONNECT; 200 tunnels. */
  status: number
}

/** A real CONNECT proxy. Every name leads to 127.0.0.1, so that no name server is asked. */
export async function connectProxy(isSilent: () => boolean = () => false): Promise<ConnectProxy> {
  const asked: string[] = []
  const logins: (string | undefined)[] = []
  const server = createServer((_, response) => void response.writeHead(400).end())
  const listening = await listen(server)
  const proxy: ConnectProxy = { ...listening, asked, logins, status: 200 }
  server.on('connect', (request: IncomingMessage, client: Socket, head: Buffer) => {
    asked.push(request.url ?? '')
    logins.push(request.headers['proxy-authorization'])
    if (isSilent()) return undefined
    if (proxy.status !== 200) return client.end(`HTTP/1.1 ${proxy.status} No\r\n\r\n`)
    const port = Number(/:(\d+)$/.exec(request.url ?? '')?.[1])
    const target = connect(port, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 OK\r\n\r\n')
      target.write(head)
      target.pipe(client).pipe(target)
    })
    const end = () => {
      target.destroy()
      client.destroy()
    }
    target.on('error', end).on('close', end)
    client.on('error', end).on('close', end)
    return undefined
  })
  return proxy
}
