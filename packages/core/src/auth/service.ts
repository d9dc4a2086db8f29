/**
 * A service that gives credentials, over HTTP. Its answers hold secrets, so an error shows only their code and message, and no
 * answer holds the secrets of its request any more.
 */
import { DisCredentialsError } from '../errors.ts'
import { HttpTransport } from '../net/http.ts'
import type { Network } from '../net/network.ts'
import type { WarningCode } from '../report/codes.ts'
import { cureOf } from '../report/diagnoses.ts'
import { cureIn } from '../report/situations.ts'
import type { WireReply, WireRequest } from '../wire/message.ts'
import { redactReply } from '../wire/redact.ts'
import { readError } from '../wire/response.ts'

export interface ServiceOptions {
  /** The subject of messages, as in "IAM does not answer". */
  readonly name: string
  readonly origin: string
  readonly timeoutMs: number
  readonly network: Network
  /** What to do if the service refuses. */
  readonly cure: string
}

export type Answer = Extract<WireReply, { kind: 'answer' }>

/** What the service is asked. */
export interface Question extends Omit<WireRequest, 'body'> {
  readonly body?: unknown
  /** What the request carries that must not be shown, if the service quotes it. */
  readonly secrets: readonly string[]
}

export class Service {
  readonly #options: ServiceOptions
  #transport: HttpTransport | undefined
  #isClosed = false

  constructor(options: ServiceOptions) {
    this.#options = options
  }

  /** The answer, whatever its status. Rejects with a DisCredentialsError if there is none. */
  async ask({ method, path, headers, body, secrets }: Question): Promise<Answer> {
    const raw = await this.#open().send({
      method,
      path,
      headers: body === undefined ? headers : { 'content-type': 'application/json;charset=utf8', ...headers },
      body: body === undefined ? null : Buffer.from(JSON.stringify(body))
    })
    const reply = redactReply(raw, [...secrets, ...this.#options.network.secrets])
    if (reply.kind === 'answer') return reply
    throw new DisCredentialsError(
      'CREDENTIALS_UNAVAILABLE',
      `${this.#options.name}: ${reply.message}`,
      reply.code === ('BUG' satisfies WarningCode) ? cureIn('bug') : cureOf('CREDENTIALS_UNAVAILABLE')
    )
  }

  /** The error for an answer that gives no credentials. */
  failure({ status, body }: Answer): DisCredentialsError {
    const { name, cure } = this.#options
    const { code, message } = readError(body)
    const said = [`HTTP ${status}`, code, message].filter((part) => part !== '')
    const text = `${name} answered ${said.join(', ')}`
    if (status >= 500 || status === 429 || status === 408) {
      return new DisCredentialsError('CREDENTIALS_UNAVAILABLE', text, cureIn('credentials-fault'))
    }
    if (status < 400) return this.unreadable(`an answer with HTTP ${status}`)
    return new DisCredentialsError('CREDENTIALS_REFUSED', text, cure)
  }

  /** The error for an answer of another form. `what`: what the service gave instead. */
  unreadable(what: string): DisCredentialsError {
    const { name } = this.#options
    return new DisCredentialsError(
      'CREDENTIALS_UNREADABLE',
      `${name} gave ${what}`,
      cureIn('credentials-answer')
    )
  }

  /** Aborts a running request, and sends no more. */
  async close(): Promise<void> {
    this.#isClosed = true
    await this.#transport?.close()
  }

  /** Built with the first request, because most services are never asked. */
  #open(): HttpTransport {
    const { name, origin, network, timeoutMs } = this.#options
    if (this.#isClosed)
      throw new DisCredentialsError(
        'CREDENTIALS_UNAVAILABLE',
        `${name} is not asked any more`,
        cureIn('closed')
      )
    this.#transport ??= new HttpTransport({ origin, network, requestTimeoutMs: timeoutMs, maxConnections: 1 })
    return this.#transport
  }
}
