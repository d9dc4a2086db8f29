/**
 * batch → request → attempt → outcome: one send of one batch, and what it gave.
 *
 * Bounded by: the request timeout of the transport. Never rejects: whatever happens is an outcome. The
 * body is encoded, compressed and hashed once, and those bytes are sent.
 */
import { authorize, sentPath } from '../auth/authorize.ts'
import { hashPayload } from '../auth/canonical.ts'
import type { CredentialSource, Credentials, Identity } from '../auth/identity.ts'
import { secretsOf } from '../auth/secrets.ts'
import type { Clock } from '../clock.ts'
import { type CredentialsReason, DisCredentialsError } from '../errors.ts'
import type { Batch } from '../queue/batch.ts'
import type { LineStore } from '../queue/line-store.ts'
import type { WarningCode } from '../report/codes.ts'
import { cureOf } from '../report/diagnoses.ts'
import { type AttemptMessage, channels } from '../report/events.ts'
import type { Packed, WireForm } from '../wire/form.ts'
import type { Transport, WireReply } from '../wire/message.ts'
import { judge, type Outcome } from '../wire/outcome.ts'
import { pathOf } from '../wire/path.ts'
import { redactReply } from '../wire/redact.ts'
import { readStoredReply } from '../wire/stored-reply.ts'

export interface SenderParts {
  readonly store: LineStore
  readonly transport: Transport
  readonly credentials: CredentialSource
  readonly identity: Identity
  /** What requests carry besides credentials that must not be shown: the login of a proxy. */
  readonly secrets: readonly string[]
  /** What attempts are told with on `dis-logs:attempt`. */
  readonly source: Pick<AttemptMessage, 'producerId' | 'streamName' | 'endpoint'>
  readonly form: WireForm
  readonly clock: Clock
}

interface Exchange {
  readonly reply: WireReply
  readonly held: Credentials | undefined
  /** What must not be shown of the reply. */
  readonly secrets: readonly string[]
}

interface Delivery {
  readonly held: Credentials | undefined
  readonly outcome: Outcome
}

interface Granted {
  readonly held: Credentials
  readonly projectId: string
}

/** A smaller difference is none of a refusal's causes: the service allows 15 minutes. */
const WRONG_CLOCK_MS = 300_000

export class Sender {
  readonly #parts: SenderParts
  /** Requests sent and their body bytes, since the start. */
  count = 0
  sentBytes = 0
  /** Added to this machine's time when a request is signed. */
  #clockOffsetMs = 0

  constructor(parts: SenderParts) {
    this.#parts = parts
  }

  /** Never rejects. */
  async send(batch: Batch): Promise<Outcome> {
    try {
      return await this.#attempt(batch)
    } catch (error) {
      // The lines are kept, and the warning after some failures names the bug.
      const { code, message } = bugOf(error)
      return {
        kind: 'retry',
        action: 'retry',
        code,
        message,
        cure: cureOf('BUG'),
        ambiguous: true,
        retryAfterMs: undefined
      }
    }
  }

  async #attempt(batch: Batch): Promise<Outcome> {
    const { clock, form, store } = this.#parts
    const startedAt = clock.monotonic()
    const packed = form.pack(batch, store)
    const { held, outcome } = await this.#deliver(packed, batch.records)
    if (outcome.kind === 'unauthorized' && held !== undefined) this.#parts.credentials.refused(held)
    if (channels.attempt.hasSubscribers) {
      channels.attempt.publish(
        this.#describe(batch, packed.body.length, outcome, clock.monotonic() - startedAt)
      )
    }
    return outcome
  }

  /** Gives the memory of the body back, whatever becomes of it. */
  async #deliver(packed: Packed, records: number): Promise<Delivery> {
    const { form } = this.#parts
    let isRead = false
    try {
      const { reply, held, secrets } = await this.#exchange(packed)
      const results = readStoredReply(reply, records, form.format, secrets)
      const outcome: Outcome =
        results === undefined
          ? this.#judge(redactReply(reply, secrets), records)
          : { kind: 'delivered', results }
      isRead = outcome.kind === 'delivered' || outcome.kind === 'partial'
      return { held, outcome }
    } finally {
      form.done(packed, isRead)
    }
  }

  /**
   * Learns the time from a refusal's Date header.
   * @returns by how many ms this machine's clock was wrong; 0 if it was right enough, or the header says nothing
   */
  correctClock(serverDate: string | undefined): number {
    const differenceMs = Date.parse(serverDate ?? '') - (this.#parts.clock.now() + this.#clockOffsetMs)
    if (!(Math.abs(differenceMs) > WRONG_CLOCK_MS)) return 0
    this.#clockOffsetMs += differenceMs
    return differenceMs
  }

  #judge(reply: WireReply, records: number): Outcome {
    const { clock, form, identity } = this.#parts
    const read = form.format.readAnswer
    return withCure(judge(reply, records, clock.now(), { read, signing: identity.signing }), form)
  }

  /** The reply as it came: a gateway or proxy may quote the request, credentials included. */
  async #exchange(packed: Packed): Promise<Exchange> {
    const { body } = packed
    const { transport, identity, clock, secrets } = this.#parts
    const granted = await this.#credentials()
    if ('kind' in granted) return { reply: granted, held: undefined, secrets }
    const { held, projectId } = granted
    const path = sentPath(pathOf(projectId, 'records'), identity.signing)
    const headers = authorize(
      {
        method: 'POST',
        path,
        query: {},
        headers: packed.headers,
        payloadHash: () => hashPayload(body)
      },
      identity.projectId === '' ? { ...identity, projectId } : identity,
      held,
      clock.now() + this.#clockOffsetMs
    )
    this.count++
    this.sentBytes += body.length
    // What is thrown here may quote the headers, so it is a reply like any other.
    const reply = await transport.send({ method: 'POST', path, headers, body }).catch(bugOf)
    return { reply, held, secrets: [...secretsOf(held, headers), ...secrets] }
  }

  /** The credentials and their project, or why there are none: then nothing is sent. */
  async #credentials(): Promise<Granted | WireReply> {
    const { credentials, identity } = this.#parts
    try {
      const held = await credentials.get()
      return { held, projectId: identity.projectId || (await credentials.projectId(held)) }
    } catch (error) {
      return withoutCredentials(error)
    }
  }

  #describe(batch: Batch, bodyBytes: number, outcome: Outcome, durationMs: number): AttemptMessage {
    return {
      ...this.#parts.source,
      startedAt: this.#parts.clock.now() - durationMs,
      records: batch.records,
      ...resultsOf(outcome, batch.records),
      lines: batch.lineCount,
      bodyBytes,
      outcome: outcome.kind,
      durationMs,
      code: 'code' in outcome ? outcome.code : undefined,
      cure: 'cure' in outcome ? outcome.cure : undefined
    }
  }
}

/** Code of a record that the answer says nothing of. */
const UNKNOWN_RESULT = 'UNKNOWN'

function resultsOf(outcome: Outcome, records: number): Pick<AttemptMessage, 'stored' | 'failed'> {
  if ('code' in outcome) return { stored: 0, failed: { [outcome.code]: records } }
  let stored = 0
  const failed: Record<string, number> = {}
  for (const result of outcome.results) {
    const code = result.kind === 'failed' ? result.code : UNKNOWN_RESULT
    if (result.kind === 'stored') stored++
    else failed[code] = (failed[code] ?? 0) + 1
  }
  return { stored, failed }
}

function withCure(outcome: Outcome, form: WireForm): Outcome {
  if (outcome.kind !== 'refused') return outcome
  return { ...outcome, cure: form.cureOf(outcome.code) ?? outcome.cure }
}

/** A mistake in a program, with the place where it was made. */
function bugOf(error: unknown): Extract<WireReply, { kind: 'failure' }> {
  const code: WarningCode = 'BUG'
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return { kind: 'failure', code, message, ambiguous: true }
}

function withoutCredentials(error: unknown): WireReply {
  if (error instanceof DisCredentialsError) {
    return { kind: 'failure', code: error.reason, message: error.message, cure: error.cure, ambiguous: false }
  }
  const reason: CredentialsReason = 'CREDENTIALS_UNREADABLE'
  return { kind: 'failure', code: reason, message: String(error), ambiguous: false }
}
