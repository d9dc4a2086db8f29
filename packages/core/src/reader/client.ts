/**
 * Reads a stream, for `dis-logs tail`, for the demo and for tests of an application. A call sends one signed request and does
 * not retry.
 */

import { authorize, sentPath } from '../auth/authorize.ts'
import { EMPTY_PAYLOAD_HASH } from '../auth/canonical.ts'
import { createCredentialSource } from '../auth/credentials.ts'
import type { Credentials } from '../auth/identity.ts'
import { secretsOf } from '../auth/secrets.ts'
import { systemClock } from '../clock.ts'
import { DisRequestError } from '../errors.ts'
import { HttpTransport } from '../net/http.ts'
import type { DisOptions } from '../options/options.ts'
import { resolveSettings } from '../options/settings.ts'
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
import { type RecordsPage, readCursor, readPage, readStream, type StreamInfo } from './answers.ts'
import { readAllPages } from './name-pages.ts'
import type { ConsumerState, TransferTask, TransferTaskDetails } from './operator-answers.ts'
import * as answers from './operator-answers.ts'
import { PAGE_PARTITIONS, readAllPartitions } from './partition-pages.ts'

/** The most that a list of names gives at once. */
const PAGE_NAMES = 100

const UNREADABLE: NoAnswerCode = 'UNREADABLE_ANSWER'

/** Where reading starts. */
export type CursorPosition =
  /** At the oldest record that the stream keeps. */
  | { readonly type: 'TRIM_HORIZON' }
  /** Only records that arrive from now on. */
  | { readonly type: 'LATEST' }
  | { readonly type: 'AT_SEQUENCE_NUMBER' | 'AFTER_SEQUENCE_NUMBER'; readonly sequenceNumber: string }
  /** The first record stored at or after `timestamp`, in ms since the epoch. */
  | { readonly type: 'AT_TIMESTAMP'; readonly timestamp: number }

/** Facts about credentials that may be shown. None is a secret. */
export interface CredentialFacts {
  /** Where the credentials come from, in words: variables, a file, a service. */
  readonly from: string
  readonly kind: 'keys' | 'temporary keys' | 'token'
  /** The whole access key, which is a name and no secret; undefined for a token. */
  readonly accessKey: string | undefined
  /** When the credentials end, in ms since the epoch; undefined if they never end, or if the service does not say. */
  readonly endsAt: number | undefined
}

/** A call rejects with a {@link DisRequestError} if the request fails, and with a DisCredentialsError without credentials. */
export interface DisClient {
  /** Gets the credentials and returns facts about them. Does not ask DIS whether it takes them. */
  identify(): Promise<CredentialFacts>
  /** The id of the project of the calls: the configured one, else the one that the credentials lead to. */
  findProject(): Promise<string>
  /** The stream and all of its partitions. */
  describeStream(): Promise<StreamInfo>
  /** A cursor for {@link DisClient.getRecords}; valid for 5 minutes. */
  getCursor(partitionId: string, position: CursorPosition): Promise<string>
  /** Records from a cursor on, and the cursor behind them. At most `limit` records (1 to 10,000), perhaps none. */
  getRecords(cursor: string, options?: { readonly limit?: number }): Promise<RecordsPage>
  /** Names of all streams of the project. */
  listStreams(): Promise<string[]>
  /** Names of the consumers that have read the stream, as far as they have said so by checkpoints. */
  listApps(): Promise<string[]>
  /** How far a consumer has read each partition. */
  consumerStates(app: string): Promise<ConsumerState[]>
  /** The dump tasks of the stream. */
  listTransferTasks(): Promise<TransferTask[]>
  transferTaskDetails(taskName: string): Promise<TransferTaskDetails>
  close(): Promise<void>
}

/**
 * A reading client for the stream that the options name.
 * @throws DisConfigError if the options cannot work
 */
export function createClient(options?: DisOptions): DisClient {
  const settings = resolveSettings(options, process.env)
  const { target } = settings
  const identity = { ...target, signing: settings.signing }
  const credentials = createCredentialSource(settings.credentials, {
    clock: systemClock,
    isFailureHeard: true,
    warn: ({ code, message, cure }) =>
      process.emitWarning(printableLine(`${message} — ${renderCure(cure)}`), { code, type: 'DisWarning' })
  })
  const transport = new HttpTransport({
    origin: target.origin,
    maxConnections: settings.maxConcurrency,
    requestTimeoutMs: settings.requestTimeoutMs,
    network: settings.network
  })
  const stream: Readonly<Record<string, string>> = {
    ...(target.streamName === '' ? {} : { 'stream-name': target.streamName }),
    ...(target.streamId === undefined ? {} : { 'stream-id': target.streamId })
  }

  const streamPath = target.streamName || (target.streamId ?? '')

  const projectFor = async (held: Credentials) => target.projectId || credentials.projectId(held)

  async function get<T>(
    path: readonly string[],
    query: Readonly<Record<string, string | number>>,
    read: (body: Buffer) => T | undefined,
    holds: 'facts' | 'data' = 'facts'
  ): Promise<T> {
    const held = await credentials.get()
    const projectId = await projectFor(held)
    const fullPath = sentPath(pathOf(projectId, ...path), settings.signing)
    const headers = authorize(
      {
        method: 'GET',
        path: fullPath,
        query,
        headers: { 'content-type': 'application/json' },
        payloadHash: () => EMPTY_PAYLOAD_HASH
      },
      { ...identity, projectId },
      held,
      Date.now()
    )
    const search = Object.entries(query).map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    const url = search.length === 0 ? fullPath : `${fullPath}?${search.join('&')}`
    // Connections don't keep the process alive, but the caller waits for the answer.
    const release = systemClock.keepAlive()
    const raw = await transport.send({ method: 'GET', path: url, headers, body: null })
    release()
    const tryRead = (answer: WireReply) =>
      answer.kind === 'answer' && answer.status < 300 ? read(answer.body) : undefined
    // The users' data stays as it is, even if a secret should stand in it. Whatever else an answer says may be shown.
    const data = holds === 'data' ? tryRead(raw) : undefined
    if (data !== undefined) return data
    const reply = redactReply(raw, [...secretsOf(held, headers), ...settings.network.secrets])
    const value = tryRead(reply)
    if (value !== undefined) return value
    if (reply.kind === 'failure') {
      const { code, message } = reply
      throw new DisRequestError({ status: 0, serviceCode: code, message, cure: cureOf(code, { status: 0 }) })
    }
    const { status } = reply
    const requestId = codeSaid(reply.headers['x-request-id'] ?? '') || undefined
    if (status >= 300) {
      const { code, message } = readError(reply.body)
      // The next call may then use renewed credentials.
      if (ruleFor(code, status).action === 'unauthorized') {
        credentials.refused(held)
        await credentials.refresh().catch(() => false)
      }
      throw new DisRequestError({
        status,
        serviceCode: code || `HTTP ${status}`,
        message,
        cure: cureOf(code, { status, message, signing: settings.signing }),
        requestId
      })
    }
    const message = `the answer to GET ${path.join('/')} is not one of DIS: ${excerptOf(reply.body)}`
    throw new DisRequestError({
      status,
      serviceCode: UNREADABLE,
      message,
      cure: cureOf(UNREADABLE),
      requestId
    })
  }

  return {
    async identify() {
      const held = await credentials.get()
      const { from } = settings.credentials
      const endsAt = credentials.endOf(held)
      if ('token' in held) return { from, kind: 'token', accessKey: undefined, endsAt }
      const kind = held.securityToken === undefined ? 'keys' : 'temporary keys'
      return { from, kind, accessKey: held.accessKey, endsAt }
    },
    async findProject() {
      return projectFor(await credentials.get())
    },
    describeStream() {
      // A stream of another account has no name here, only an id. The path needs some name, so the id stands in.
      const path = ['streams', streamPath]
      const id = target.streamId === undefined ? {} : { stream_id: target.streamId }
      return readAllPartitions((after) => {
        const start = after === undefined ? {} : { start_partitionId: after }
        return get(path, { ...id, limit_partitions: PAGE_PARTITIONS, ...start }, readStream)
      })
    },
    getCursor(partitionId, position) {
      const where =
        'sequenceNumber' in position
          ? { 'starting-sequence-number': position.sequenceNumber }
          : 'timestamp' in position
            ? { timestamp: position.timestamp }
            : {}
      return get(
        ['cursors'],
        { ...stream, 'partition-id': partitionId, 'cursor-type': position.type, ...where },
        readCursor
      )
    },
    getRecords(cursor, { limit = 1_000 } = {}) {
      const read = (body: Buffer) => readPage(body, cursor)
      return get(['records'], { 'partition-cursor': cursor, limit }, read, 'data')
    },
    listStreams() {
      return readAllPages('streams', (after) => {
        const start = after === undefined ? {} : { start_stream_name: after }
        return get(['streams'], { limit: PAGE_NAMES, ...start }, answers.readStreamNames)
      })
    },
    listApps() {
      return readAllPages('apps', (after) => {
        const start = after === undefined ? {} : { start_app_name: after }
        return get(['apps'], { limit: PAGE_NAMES, stream_name: streamPath, ...start }, answers.readAppNames)
      })
    },
    consumerStates(app) {
      return readAllPages('states', (after) => {
        const start = after === undefined ? {} : { start_partition_id: after }
        const query = { checkpoint_type: 'LAST_READ', limit: PAGE_PARTITIONS, ...start }
        return get(['apps', app, 'streams', streamPath], query, answers.readConsumerStates)
      })
    },
    listTransferTasks() {
      return get(['streams', streamPath, 'transfer-tasks'], {}, answers.readTransferTasks)
    },
    transferTaskDetails(taskName) {
      return get(['streams', streamPath, 'transfer-tasks', taskName], {}, answers.readTransferTaskDetails)
    },
    async close() {
      await Promise.all([transport.close(), credentials.close()])
    }
  }
}
