/** A server that answers each request with bytes that a test gives, be they HTTP or not, and then hangs up. */
import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'

const MAX_REQUESTS = 50

export class HostileServer {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  /** The bytes for a request, of which the first line and the headers are known, and its body. */
  answer: (request: string) => Buffer = () => Buffer.alloc(0)
  requests = 0

  constructor() {
    this.#server = createServer((socket) => this.#serve(socket))
  }

  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    const address = this.#server.address()
    if (address === null || typeof address === 'string') throw new Error('it listens on no port')
    return `http://127.0.0.1:${address.port}`
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
    await once(this.#server, 'close')
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket)
    let request = ''
    socket.on('error', () => {})
    socket.on('close', () => this.#sockets.delete(socket))
    socket.on('data', (bytes: Buffer) => {
      request += bytes.toString('latin1')
      const head = request.indexOf('\r\n\r\n')
      if (head < 0) return
      const length = Number(/\r\ncontent-length: *(\d+)/i.exec(request)?.[1] ?? 0)
      if (request.length < head + 4 + length) return
      // A client that asks without an end has to end, too, for somebody to count.
      if (++this.requests > MAX_REQUESTS) socket.destroy()
      else socket.end(this.answer(request))
      request = ''
    })
  }
}

/** An answer as an honest server writes it. */
export function httpAnswer(status: number, body: Buffer, headers: readonly string[] = []): Buffer {
  const lines = [
    `HTTP/1.1 ${status} Said`,
    'content-type: application/json',
    `content-length: ${body.length}`,
    'connection: close',
    ...headers
  ]
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), body])
}
