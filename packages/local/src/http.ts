import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { type Answer, refusalAnswer } from './answer.ts'
import { Refusal, refuse, refuseAtGateway } from './errors.ts'
import type { Outcome, WireRequest } from './service.ts'
import type { Counters } from './stats.ts'

/** Tokens can be several KiB, and several such headers may come together. */
const MAX_HEADER_BYTES = 64 * 1_024

/** Idle connections stay long enough that pooled clients do not race the server's own end of them. */
const KEEP_ALIVE_MS = 60_000

/** The HTTP side: reads whole requests, writes answers, and knows the open connections. */
export class HttpSide {
  readonly #server: Server
  readonly #sockets: Set<Socket> = new Set()
  readonly #counters: Counters
  readonly #maxBodyBytes: number
  readonly #now: () => number
  readonly #serve: (request: WireRequest) => Promise<Outcome>

  constructor(
    serve: (request: WireRequest) => Promise<Outcome>,
    counters: Counters,
    maxBodyBytes: number,
    now: () => number
  ) {
    this.#serve = serve
    this.#now = now
    this.#counters = counters
    this.#maxBodyBytes = maxBodyBytes
    this.#server = createServer(
      { maxHeaderSize: MAX_HEADER_BYTES, keepAliveTimeout: KEEP_ALIVE_MS },
      (request, response) => {
        this.#receive(request, response)
      }
    )
    this.#server.on('connection', (socket) => this.#connect(socket))
  }

  /** Starts to listen and gives the port. */
  listen(port: number, host: string): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen(port, host, () => {
        this.#server.off('error', reject)
        const address = this.#server.address()
        resolve(typeof address === 'object' && address !== null ? address.port : port)
      })
    })
  }

  /** Ends every connection at once and stops to listen. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve())
      for (const socket of this.#sockets) socket.destroy()
    })
  }

  #connect(socket: Socket): void {
    this.#sockets.add(socket)
    this.#counters.connectionsOpen += 1
    this.#counters.connectionsTotal += 1
    socket.setNoDelay(true)
    socket.once('close', () => {
      this.#sockets.delete(socket)
      this.#counters.connectionsOpen -= 1
    })
  }

  #receive(request: IncomingMessage, response: ServerResponse): void {
    this.#counters.requests += 1
    const requestId = randomUUID()
    const chunks: Buffer[] = []
    let bytes = 0
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      // The rest is read and thrown away, so that the client gets to see the answer.
      if (bytes <= this.#maxBodyBytes) chunks.push(chunk)
      else chunks.length = 0
    })
    // A client that leaves in the middle of its request is nothing to act on.
    request.on('error', () => {})
    request.on('end', () => {
      if (bytes > this.#maxBodyBytes) {
        this.#write(
          response,
          refuseAtGateway('APIGW.0201', `the body is over ${this.#maxBodyBytes} bytes`),
          requestId
        )
        return
      }
      this.#serve(wireRequest(request, chunks)).then(
        (outcome) => this.#write(response, outcome, requestId),
        (error: unknown) => this.#write(response, refuse('DIS.5000', String(error)), requestId)
      )
    })
  }

  #write(response: ServerResponse, outcome: Outcome, requestId: string): void {
    if (outcome === 'cut') {
      if (response.socket !== null) cut(response.socket)
      return
    }
    const answer: Answer = outcome instanceof Refusal ? refusalAnswer(outcome, requestId) : outcome
    this.#counters.status(answer.status)
    if (response.destroyed) return
    const head: Record<string, string | number> = {
      'Content-Type': answer.contentType,
      'X-Request-Id': requestId,
      // Of the server's clock: clients learn from it that theirs is wrong.
      Date: new Date(this.#now()).toUTCString(),
      ...answer.headers
    }
    // A 204 has no body, so it may not say how long the body is.
    if (answer.status !== 204) head['Content-Length'] = Buffer.byteLength(answer.body)
    response.writeHead(answer.status, head)
    response.end(answer.body)
  }
}

/** A reset rather than an orderly end: to the client it is a connection that broke. */
function cut(socket: Socket): void {
  // A reset of a socket that is being shut down fails and leaves its handle open for ever; the end of the thread would
  // wait for it (Node 20.20). So none once the client has left, and no time for the shutdown that Node puts before it.
  if (!socket.writableEnded) socket.resetAndDestroy()
  socket.destroy()
}

function wireRequest(request: IncomingMessage, chunks: readonly Buffer[]): WireRequest {
  const url = request.url ?? '/'
  const at = url.indexOf('?')
  const [first] = chunks
  return {
    method: request.method ?? 'GET',
    path: at < 0 ? url : url.slice(0, at),
    query: at < 0 ? '' : url.slice(at + 1),
    headers: flatHeaders(request),
    body: chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks)
  }
}

function flatHeaders(request: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(',') : value
  }
  return headers
}
