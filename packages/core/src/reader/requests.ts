/** One signed request of a reading client → a checked value, or an error with a cure. Does not retry. */
import { authorize, sentPath } from '../auth/authorize.ts'
import { EMPTY_PAYLOAD_HASH, hashPayload } from '../auth/canonical.ts'
import { createCredentialSource, type DatedCredentialSource } from '../auth/credentials.ts'
import type { Credentials } from '../auth/identity.ts'
import { secretsOf } from '../auth/secrets.ts'
import { systemClock } from '../clock.ts'
import { DisRequestError } from '../errors.ts'
import { HttpTransport } from '../net/http.ts'
import type { Settings } from '../options/settings.ts'
import type { NoAnswerCode } from '../report/codes.ts'
import { renderCure } from '../report/cure.ts'
import { cureOf } from '../report/diagnoses.ts'
import { printableLine } from '../report/printable.ts'
import type { WireReply } from '../wire/message.ts'
import { pathOf } from '../wire/path.ts'
import { redactReply } from '../wire/redact.ts'
import { excerptOf, readError } from '../wire/response.ts'
import { codeSaid } from '../wire/said.ts'
import { ruleFor } from '../wire/service-codes.ts'

const UNREADABLE: NoAnswerCode = 'UNREADABLE_ANSWER'

/** What is asked, and what is made of the answer. */
interface Question<T> {
  readonly method: 'GET' | 'POST'
  readonly path: readonly string[]
  readonly query: Readonly<Record<string, string | number>>
  readonly body: Buffer | null
  /** Undefined if the body is not what it should be. */
  readonly read: (body: Buffer) => T | undefined
  /** Users' data is given as it is; of anything else secrets are blanked. */
  readonly holds: 'facts' | 'data'
}

/** A call rejects with a {@link DisRequestError} if the request fails, and with a DisCredentialsError without credentials. */
export class Requests {
  readonly credentials: DatedCredentialSource
  readonly #settings: Settings
  readonly #transport: HttpTransport

  constructor(settings: Settings) {
    this.#settings = settings
    this.credentials = createCredentialSource(settings.credentials, {
      clock: systemClock,
      isFailureHeard: true,
      warn: ({ code, message, cure }) =>
        process.emitWarning(printableLine(`${message} — ${renderCure(cure)}`), { code, type: 'DisWarning' })
    })
    this.#transport = new HttpTransport({
      origin: settings.target.origin,
      maxConnections: settings.maxConcurrency,
      requestTimeoutMs: settings.requestTimeoutMs,
      network: settings.network
    })
  }

  get<T>(
    path: readonly string[],
    query: Readonly<Record<string, string | number>>,
    read: (body: Buffer) => T | undefined,
    holds: 'facts' | 'data' = 'facts'
  ): Promise<T> {
    return this.#ask({ method: 'GET', path, query, body: null, read, holds })
  }

  /** The body of the answer is not looked at: some have none. */
  async post(path: readonly string[], body: object): Promise<void> {
    const json = Buffer.from(JSON.stringify(body))
    await this.#ask({ method: 'POST', path, query: {}, body: json, read: () => true, holds: 'facts' })
  }

  /** The configured project, else the one that the credentials lead to. */
  async projectFor(held: Credentials): Promise<string> {
    return this.#settings.target.projectId || this.credentials.projectId(held)
  }

  async close(): Promise<void> {
    await Promise.all([this.#transport.close(), this.credentials.close()])
  }

  async #ask<T>(question: Question<T>): Promise<T> {
    const { body, holds, method, path, query, read } = question
    const { network, signing, target } = this.#settings
    const held = await this.credentials.get()
    const projectId = await this.projectFor(held)
    const fullPath = sentPath(pathOf(projectId, ...path), signing)
    const headers = authorize(
      {
        method,
        path: fullPath,
        query,
        headers: { 'content-type': 'application/json' },
        payloadHash: () => (body === null ? EMPTY_PAYLOAD_HASH : hashPayload(body))
      },
      { ...target, signing, projectId },
      held,
      Date.now()
    )
    const search = Object.entries(query).map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    const url = search.length === 0 ? fullPath : `${fullPath}?${search.join('&')}`
    // Connections don't keep the process alive, but the caller waits for the answer.
    const release = systemClock.keepAlive()
    const raw = await this.#transport.send({ method, path: url, headers, body })
    release()
    const tryRead = (answer: WireReply) =>
      answer.kind === 'answer' && answer.status < 300 ? read(answer.body) : undefined
    // The users' data stays as it is, even if a secret should stand in it. Whatever else an answer says may be shown.
    const data = holds === 'data' ? tryRead(raw) : undefined
    if (data !== undefined) return data
    const reply = redactReply(raw, [...secretsOf(held, headers), ...network.secrets])
    const value = tryRead(reply)
    if (value !== undefined) return value
    throw await this.#errorOf(reply, held, `${method} ${path.join('/')}`)
  }

  async #errorOf(reply: WireReply, held: Credentials, call: string): Promise<DisRequestError> {
    if (reply.kind === 'failure') {
      const { code, message } = reply
      return new DisRequestError({ status: 0, serviceCode: code, message, cure: cureOf(code, { status: 0 }) })
    }
    const { body, headers, status } = reply
    const requestId = codeSaid(headers['x-request-id'] ?? '') || undefined
    if (status < 300) {
      const message = `the answer to ${call} is not one of DIS: ${excerptOf(body)}`
      const cure = cureOf(UNREADABLE)
      return new DisRequestError({ status, serviceCode: UNREADABLE, message, cure, requestId })
    }
    const { code, message } = readError(body)
    // The next call may then use renewed credentials.
    if (ruleFor(code, status).action === 'unauthorized') {
      this.credentials.refused(held)
      await this.credentials.refresh().catch(() => false)
    }
    const cure = cureOf(code, { status, message, signing: this.#settings.signing })
    return new DisRequestError({ status, serviceCode: code || `HTTP ${status}`, message, cure, requestId })
  }
}
