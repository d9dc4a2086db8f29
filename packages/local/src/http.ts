import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { type Answer, refusalAnswer } from './answer.ts'
import { readBody } from './body-reader.ts'
import { MAX_CONNECTIONS, MAX_HEADER_BYTES, MAX_HEADERS, MAX_TARGET_BYTES } from './bounds.ts'
import { Refusal, refuse, refuseForMemory } from './errors.ts'
import { Exchange } from './exchange.ts'
import type { HostCheck } from './host-check.ts'
import type { MemoryBudget } from './memory-budget.ts'
import type { EventAnswer, Outcome, WireRequest } from './service.ts'
import type { Counters } from './stats.ts'
import type { RequestLog } from './viewer/request-log.ts'
import { wireRequest } from './wire-request.ts'

/** Idle connections stay long enough that pooled clients do not race the server's own end of them. */
const KEEP_ALIVE_MS = 60_000

/** How long a client may take for its header lines, if it may take so long at all. */
const MAX_HEADERS_MS = 10_000

/** How often Node looks for clients that are too slow. */
const MAX_CHECK_MS = 1_000

/** What pages of other origins could still embed is theirs neither to run nor to show. */
const SAFE_HEADERS = {
  'X-Content-Type-Options': 'nosniff',
  'Cross-Origin-Resource-Policy': 'same-origin'
}

/** What the HTTP side is made with. */
export interface HttpParts {
  readonly serve: (request: WireRequest) => Promise<Outcome>
  readonly hosts: HostCheck
  readonly budget: MemoryBudget
  /** How long a client may take to send a request, and to take its answer. */
  readonly requestTimeoutMs: number
  /** Calls back when the faults are cleared, unless the function that it returns is called before. */
  readonly onFaultsCleared: (cut: () => void) => () => void
  readonly counters: Counters
  /** Every request is noted there, but those that `isUncounted`: the page of the server is no client of it. */
  readonly log: RequestLog
  readonly isUncounted: (target: string | undefined) => boolean
  readonly now: () => number
}

/** The HTTP side: reads whole requests, writes answers, and knows the open connections. */
export class HttpSide {
  readonly #server: Server
  /** Each with what is under way on it. */
  readonly #sockets: Map<Socket, Set<Exchange>> = new Map()
  readonly #parts: HttpParts

  constructor(parts: HttpParts) {
    const { requestTimeoutMs } = parts
    this.#parts = parts
    this.#server = createServer(
      {
        maxHeaderSize: MAX_HEADER_BYTES,
        keepAliveTimeout: KEEP_ALIVE_MS,
        requestTimeout: requestTimeoutMs,
        headersTimeout: Math.min(MAX_HEADERS_MS, requestTimeoutMs),
        connectionsCheckingInterval: Math.min(MAX_CHECK_MS, requestTimeoutMs),
        // The host check refuses what has none, in words.
        requireHostHeader: false
      },
      (request, response) => this.#receive(request, response)
    )
    this.#server.maxConnections = MAX_CONNECTIONS
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
      for (const socket of this.#sockets.keys()) socket.destroy()
    })
  }

  #connect(socket: Socket): void {
    const { counters } = this.#parts
    const exchanges = new Set<Exchange>()
    this.#sockets.set(socket, exchanges)
    counters.connectionsOpen += 1
    counters.connectionsTotal += 1
    socket.setNoDelay(true)
    socket.once('close', () => {
      this.#sockets.delete(socket)
      counters.connectionsOpen -= 1
      for (const exchange of exchanges) exchange.end()
    })
  }

  #receive(request: IncomingMessage, response: ServerResponse): void {
    const { counters, serve, budget, log, isUncounted } = this.#parts
    const trace = log.begin(request)
    const isCounted = !isUncounted(request.url)
    if (isCounted) counters.requests += 1
    const exchange = new Exchange(request, response, budget, isCounted ? trace : undefined)
    if (isCounted) exchange.onEnd(() => log.end(trace))
    // Of the connection too: a response that waits behind another one does not learn of the end of its connection.
    const exchanges = this.#sockets.get(request.socket)
    exchanges?.add(exchange)
    response.once('close', () => {
      exchanges?.delete(exchange)
      exchange.end()
    })
    readBody(request, this.#checkHead(exchange), exchange.hold, (result) => {
      if (result.kind === 'refused') {
        // Its sender goes on for ever, so the connection ends with the answer.
        if (result.isOver) response.once('finish', () => request.socket.destroy())
        this.#write(exchange, result.refusal)
        return
      }
      trace.bytes = result.body.length
      exchange.during(serve(wireRequest(request, result.body, exchange.hold, trace))).then(
        (outcome) => this.#write(exchange, outcome),
        (error: unknown) => this.#write(exchange, refuse('DIS.5000', String(error)))
      )
    })
  }

  #checkHead(exchange: Exchange): Refusal | undefined {
    const { request } = exchange
    const lines = request.rawHeaders.length / 2
    if (lines > MAX_HEADERS) {
      return new Refusal('gateway', 431, 'APIGW.0201', `${lines} header lines, the limit is ${MAX_HEADERS}.`)
    }
    const target = request.url?.length ?? 0
    if (target > MAX_TARGET_BYTES) {
      return new Refusal(
        'gateway',
        414,
        'APIGW.0201',
        `The path has ${target} bytes, the limit is ${MAX_TARGET_BYTES}.`
      )
    }
    return this.#parts.hosts.refusal(request) ?? (exchange.hold(0) ? undefined : refuseForMemory())
  }

  #write(exchange: Exchange, outcome: Outcome): void {
    const { response } = exchange
    const { onFaultsCleared } = this.#parts
    if (outcome === 'hang') {
      exchange.hold(0)
      exchange.onEnd(onFaultsCleared(() => this.#write(exchange, 'cut')))
      return
    }
    if (outcome === 'cut') {
      if (response.socket !== null) cut(response.socket)
      return
    }
    if ('open' in outcome) {
      this.#open(exchange, outcome)
      return
    }
    if (outcome instanceof Refusal && exchange.trace !== undefined) exchange.trace.code = outcome.code
    const ready = outcome instanceof Refusal ? refusalAnswer(outcome, exchange.id) : outcome
    const bytes = Buffer.from(ready.body)
    // A client that does not take its answers leaves them here.
    if (!exchange.isEnded && !exchange.hold(bytes.length)) {
      exchange.hold(0)
      this.#send(exchange, refusalAnswer(refuseForMemory(), exchange.id))
    } else this.#send(exchange, { ...ready, body: bytes })
  }

  /** An answer that never ends, so no time is set for it; what it holds stays the same. */
  #open(exchange: Exchange, { holdBytes, open }: EventAnswer): void {
    const { response } = exchange
    if (exchange.isEnded) return
    if (!exchange.hold(holdBytes)) {
      this.#send(exchange, refusalAnswer(refuseForMemory(), exchange.id))
      return
    }
    response.writeHead(200, {
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-store',
      ...SAFE_HEADERS
    })
    exchange.onEnd(open(response))
  }

  #send(exchange: Exchange, answer: Answer): void {
    const { response } = exchange
    const { counters, now, requestTimeoutMs } = this.#parts
    const { trace } = exchange
    if (trace !== undefined) {
      counters.status(answer.status)
      trace.status = answer.status
      trace.answerBytes = Buffer.byteLength(answer.body)
    }
    if (exchange.isEnded) return
    const head: Record<string, string | number> = {
      'Content-Type': answer.contentType,
      'X-Request-Id': exchange.id,
      // Of the server's clock: clients learn from it that theirs is wrong.
      Date: new Date(now()).toUTCString(),
      ...SAFE_HEADERS,
      ...answer.headers
    }
    // A 204 has no body, so it may not say how long the body is.
    if (answer.status !== 204) head['Content-Length'] = Buffer.byteLength(answer.body)
    response.writeHead(answer.status, head)
    response.end(answer.body)
    const timer = setTimeout(() => exchange.request.socket.destroy(), requestTimeoutMs)
    exchange.onEnd(() => clearTimeout(timer))
  }
}

/** A reset rather than an orderly end: to the client it is a connection that broke. */
function cut(socket: Socket): void {
  // A reset of a socket that is being shut down fails and leaves its handle open for ever; the end of the thread would
  // wait for it (Node 20.20). So none once the client has left, and no time for the shutdown that Node puts before it.
  if (!socket.writableEnded) socket.resetAndDestroy()
  socket.destroy()
}
