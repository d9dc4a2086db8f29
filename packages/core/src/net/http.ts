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

/**
 * An aborted request ends at once, or, if it waits for a connection that is not made, when connecting times out: undici's clock for
 * that is a second late. Only then is the dispatcher given up, because its other requests end with it.
 */
const ABORT_GRACE_MS = 2_000

/** A transport to one endpoint. TLS certificates are always verified. */
export class HttpTransport implements Transport {
  readonly #options: HttpOptions
  #dispatcher: Dispatcher

  constructor(options: HttpOptions) {
    this.#options = options
    this.#dispatcher = this.#createDispatcher()
  }

  async send(request: WireRequest): Promise<WireReply> {
    const { origin, requestTimeoutMs } = this.#options
    const dispatcher = this.#dispatcher
    const deadline = new AbortController()
    let timer = setTimeout(() => {
      deadline.abort(new DeadlineError(requestTimeoutMs))
      timer = setTimeout(() => this.#giveUp(dispatcher), ABORT_GRACE_MS)
      timer.unref()
    }, requestTimeoutMs)
    timer.unref()
    try {
      const { statusCode, headers, body } = await dispatcher.request({
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
      // A dispatcher that was given up says only that it is destroyed.
      return toFailure(deadline.signal.aborted ? deadline.signal.reason : error, origin)
    } finally {
      clearTimeout(timer)
    }
  }

  async close(): Promise<void> {
    await this.#dispatcher.destroy()
  }

  #createDispatcher(): Dispatcher {
    return createDispatcher(this.#options.network, { ...this.#options, maxAnswerBytes: MAX_ANSWER_BYTES })
  }

  /**
   * Ends a dispatcher with all of its requests. undici hears an abort only of a request that it has begun to send. Behind a
   * proxy's tunnel that talks before it is asked, it never begins: it connects again and again, 700 times a second.
   */
  #giveUp(dispatcher: Dispatcher): void {
    if (this.#dispatcher === dispatcher) this.#dispatcher = this.#createDispatcher()
    dispatcher.destroy().catch(() => {})
  }
}

function plain(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  const result: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) result[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value
  }
  return result
}
