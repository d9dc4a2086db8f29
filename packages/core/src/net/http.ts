/**
 * request → reply over HTTP, with undici. Sockets are opened here and nowhere else.
 *
 * Bounded by: `maxConnections` connections, and the request timeout, which covers the time from connecting to the last
 * byte of the answer. Connections never keep the process alive, even in use. A caller that waits for an answer keeps it
 * alive for as long as it wants to wait.
 */
import type { Dispatcher } from 'undici/index.js'
import type { Transport, WireReply, WireRequest } from '../wire/message.ts'
import { createDispatcher } from './dispatcher.ts'
import { DeadlineError, toFailure } from './failure.ts'
import type { Network } from './network.ts'

export interface HttpOptions {
  /** `https://host[:port]` */
  readonly origin: string
  readonly maxConnections: number
  readonly requestTimeoutMs: number
  readonly network: Network
}

/** An answer of SendRecords has under 100 bytes per record, so a much larger body is not one. */
const MAX_ANSWER_BYTES = 4 * 1_048_576

/** A transport to one endpoint. TLS certificates are always verified. */
export class HttpTransport implements Transport {
  readonly #options: HttpOptions
  readonly #dispatcher: Dispatcher

  constructor(options: HttpOptions) {
    this.#options = options
    this.#dispatcher = createDispatcher(options.network, { ...options, maxAnswerBytes: MAX_ANSWER_BYTES })
  }

  async send(request: WireRequest): Promise<WireReply> {
    const deadline = new AbortController()
    const { origin, requestTimeoutMs } = this.#options
    const timer = setTimeout(() => deadline.abort(new DeadlineError(requestTimeoutMs)), requestTimeoutMs)
    timer.unref()
    try {
      const { statusCode, headers, body } = await this.#dispatcher.request({
        origin,
        path: request.path,
        method: request.method,
        headers: request.headers,
        body: request.body,
        signal: deadline.signal
      })
      const bytes = Buffer.from(await body.arrayBuffer())
      return { kind: 'answer', status: statusCode, headers: plain(headers), body: bytes }
    } catch (error) {
      return toFailure(error, origin)
    } finally {
      clearTimeout(timer)
    }
  }

  async close(): Promise<void> {
    await this.#dispatcher.destroy()
  }
}

function plain(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  const result: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) result[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value
  }
  return result
}
