/**
 * request → reply over HTTP, with undici. Sockets are opened here and nowhere else.
 *
 * Bounded by: `maxConnections` connections, and the request timeout, which covers the time from connecting to the last
 * byte of the answer. Connections never keep the process alive, even in use. A caller that waits for an answer keeps it
 * alive for as long as it wants to wait.
 */
import type { Dispatcher } from 'undici/index.js'
import type { Transport, WireReply, WireRequest } from '../wire/message.ts'
import { dispatcherFor, loadUndici, type Undici } from './dispatcher.ts'
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
  readonly #create: (undici: Undici) => Dispatcher
  #dispatcher: Dispatcher | undefined
  #isClosed = false

  constructor(options: HttpOptions) {
    this.#options = options
    this.#create = dispatcherFor(options.network, { ...options, maxAnswerBytes: MAX_ANSWER_BYTES })
    // Soon, not with the first request: an application that is busy by then would wait for it. A failure is the first request's to tell.
    setImmediate(() => void loadUndici().catch(() => {})).unref()
  }

  async send(request: WireRequest): Promise<WireReply> {
    const { origin, requestTimeoutMs } = this.#options
    let dispatcher: Dispatcher
    try {
      dispatcher = this.#dispatcher ?? (await this.#open())
    } catch (error) {
      return toFailure(error, origin)
    }
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
    this.#isClosed = true
    await this.#dispatcher?.destroy()
  }

  async #open(): Promise<Dispatcher> {
    const undici = await loadUndici()
    this.#dispatcher ??= this.#create(undici)
    const dispatcher = this.#dispatcher
    // Its requests fail as those of one that was closed later.
    if (this.#isClosed) await dispatcher.destroy()
    return dispatcher
  }

  /**
   * Ends a dispatcher with all of its requests. undici hears an abort only of a request that it has begun to send. Behind a
   * proxy's tunnel that talks before it is asked, it never begins: it connects again and again, 700 times a second.
   */
  #giveUp(dispatcher: Dispatcher): void {
    // The next request makes another one.
    if (this.#dispatcher === dispatcher) this.#dispatcher = undefined
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
