/**
 * request → reply over HTTP, with undici. The only file that opens sockets.
 *
 * Bounded by: `maxConnections` connections (the window above allows no more requests) and the request
 * timeout, which covers everything from connecting to the last byte of the answer. Connections never keep the
 * process alive, in use or not: who waits for an answer keeps it alive, for as long as it wants to wait.
 */
import type { Socket } from 'node:net'
import { Agent, buildConnector, type Dispatcher } from 'undici'
import type { Transport, WireReply, WireRequest } from '../wire/message.ts'

export interface HttpOptions {
  /** `https://host[:port]` */
  readonly origin: string
  readonly maxConnections: number
  readonly requestTimeoutMs: number
}

/** An answer of SendRecords is under 100 bytes a record; anything much larger is not one. */
const MAX_ANSWER_BYTES = 4 * 1_048_576

/** Codes of failures that happen before a byte of the request has left. */
const NOT_SENT: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'UND_ERR_CONNECT_TIMEOUT',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'ERR_TLS_CERT_ALTNAME_INVALID'
])

/** A transport to one endpoint. TLS certificates are always verified. */
export class HttpTransport implements Transport {
  readonly #options: HttpOptions
  readonly #dispatcher: Dispatcher

  constructor(options: HttpOptions) {
    this.#options = options
    this.#dispatcher = new Agent({
      connections: options.maxConnections,
      pipelining: 1,
      connect: unrefConnector(Math.min(options.requestTimeoutMs, 10_000)),
      keepAliveTimeout: 30_000,
      headersTimeout: options.requestTimeoutMs,
      bodyTimeout: options.requestTimeoutMs,
      maxResponseSize: MAX_ANSWER_BYTES
    })
  }

  async send(request: WireRequest): Promise<WireReply> {
    const deadline = new AbortController()
    const { requestTimeoutMs } = this.#options
    const timer = setTimeout(() => deadline.abort(new TimeoutError(requestTimeoutMs)), requestTimeoutMs)
    timer.unref()
    try {
      const { statusCode, headers, body } = await this.#dispatcher.request({
        origin: this.#options.origin,
        path: request.path,
        method: request.method,
        headers: request.headers,
        body: request.body,
        signal: deadline.signal
      })
      const bytes = Buffer.from(await body.arrayBuffer())
      return { kind: 'answer', status: statusCode, headers: plain(headers), body: bytes }
    } catch (error) {
      return toFailure(error)
    } finally {
      clearTimeout(timer)
    }
  }

  async close(): Promise<void> {
    await this.#dispatcher.destroy()
  }
}

/** Connects as undici does, but to sockets that don't keep the process alive. undici refs those that are in use. */
function unrefConnector(timeout: number): buildConnector.connector {
  const connect = buildConnector({ timeout })
  return (options, done) => {
    connect(options, (...result) => {
      const [error, socket] = result
      // After an error there is no socket, whatever the types say.
      if (error === null) keepUnref(socket)
      done(...result)
    })
  }
}

function keepUnref(socket: Socket): void {
  socket.unref()
  socket.ref = () => socket
}

class TimeoutError extends Error {
  readonly code = 'REQUEST_TIMEOUT'
  constructor(ms: number) {
    super(`no complete answer within ${ms} ms`)
  }
}

function toFailure(error: unknown): WireReply {
  const { code, message } = rootOf(error)
  return { kind: 'failure', code, message, ambiguous: !NOT_SENT.has(code) }
}

/** undici and happy-eyeballs wrap the error that tells something: look for the innermost code. */
function rootOf(error: unknown): { readonly code: string; readonly message: string } {
  let code = 'NETWORK'
  let message = String(error)
  for (let depth = 0, at: unknown = error; depth < 5 && at instanceof Error; depth++) {
    message = at.message || message
    if ('code' in at && typeof at.code === 'string') code = at.code
    at = at instanceof AggregateError ? at.errors[0] : at.cause
  }
  return { code, message }
}

function plain(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  const result: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) result[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value
  }
  return result
}
