/**
 * Reads a stream, for `dis-logs tail`, for the demo and for tests of an application. A call sends one signed request and does
 * not retry.
 */

import type { DisOptions } from '../options/options.ts'
import { resolveSettings } from '../options/settings.ts'
import { type RecordsPage, readCursor, readPage, readStreamInfo, type StreamInfo } from './answers.ts'
import { readAllPages } from './name-pages.ts'
import type { ConsumerState, TransferTask, TransferTaskDetails } from './operator-answers.ts'
import * as answers from './operator-answers.ts'
import { PAGE_PARTITIONS, readAllPartitions } from './partition-pages.ts'
import type { CursorPosition } from './position.ts'
import { Requests } from './requests.ts'

/** The most that a list of names gives at once. */
const PAGE_NAMES = 100

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
  /** Makes a consumer, so that it can have checkpoints. */
  createApp(app: string): Promise<void>
  /** Says which record of a partition a consumer has read last. */
  commitCheckpoint(app: string, partitionId: string, sequenceNumber: string): Promise<void>
  close(): Promise<void>
}

/**
 * A reading client for the stream that the options name.
 * @throws DisConfigError if the options cannot work
 */
export function createClient(options?: DisOptions): DisClient {
  const settings = resolveSettings(options, process.env)
  const { target } = settings
  const requests = new Requests(settings)
  const stream: Readonly<Record<string, string>> = {
    ...(target.streamName === '' ? {} : { 'stream-name': target.streamName }),
    ...(target.streamId === undefined ? {} : { 'stream-id': target.streamId })
  }

  const streamPath = target.streamName || (target.streamId ?? '')

  return {
    async identify() {
      const held = await requests.credentials.get()
      const { from } = settings.credentials
      const endsAt = requests.credentials.endOf(held)
      if ('token' in held) return { from, kind: 'token', accessKey: undefined, endsAt }
      const kind = held.securityToken === undefined ? 'keys' : 'temporary keys'
      return { from, kind, accessKey: held.accessKey, endsAt }
    },
    async findProject() {
      return requests.projectFor(await requests.credentials.get())
    },
    describeStream() {
      // A stream of another account has no name here, only an id. The path needs some name, so the id stands in.
      const path = ['streams', streamPath]
      const id = target.streamId === undefined ? {} : { stream_id: target.streamId }
      return readAllPartitions((after) => {
        const start = after === undefined ? {} : { start_partitionId: after }
        return requests.get(path, { ...id, limit_partitions: PAGE_PARTITIONS, ...start }, readStreamInfo)
      })
    },
    getCursor(partitionId, position) {
      const where =
        'sequenceNumber' in position
          ? { 'starting-sequence-number': position.sequenceNumber }
          : 'timestamp' in position
            ? { timestamp: position.timestamp }
            : {}
      return requests.get(
        ['cursors'],
        { ...stream, 'partition-id': partitionId, 'cursor-type': position.type, ...where },
        readCursor
      )
    },
    getRecords(cursor, { limit = 1_000 } = {}) {
      const read = (body: Buffer) => readPage(body, cursor)
      return requests.get(['records'], { 'partition-cursor': cursor, limit }, read, 'data')
    },
    listStreams() {
      return readAllPages('streams', (after) => {
        const start = after === undefined ? {} : { start_stream_name: after }
        return requests.get(['streams'], { limit: PAGE_NAMES, ...start }, answers.readStreamNames)
      })
    },
    listApps() {
      return readAllPages('apps', (after) => {
        const start = after === undefined ? {} : { start_app_name: after }
        return requests.get(
          ['apps'],
          { limit: PAGE_NAMES, stream_name: streamPath, ...start },
          answers.readAppNames
        )
      })
    },
    consumerStates(app) {
      return readAllPages('states', (after) => {
        const start = after === undefined ? {} : { start_partition_id: after }
        const query = { checkpoint_type: 'LAST_READ', limit: PAGE_PARTITIONS, ...start }
        return requests.get(['apps', app, 'streams', streamPath], query, answers.readConsumerStates)
      })
    },
    listTransferTasks() {
      return requests.get(['streams', streamPath, 'transfer-tasks'], {}, answers.readTransferTasks)
    },
    transferTaskDetails(taskName) {
      return requests.get(
        ['streams', streamPath, 'transfer-tasks', taskName],
        {},
        answers.readTransferTaskDetails
      )
    },
    createApp(app) {
      return requests.post(['apps'], { app_name: app })
    },
    commitCheckpoint(app, partitionId, sequenceNumber) {
      return requests.post(['checkpoints'], {
        app_name: app,
        checkpoint_type: 'LAST_READ',
        stream_name: streamPath,
        partition_id: partitionId,
        sequence_number: sequenceNumber
      })
    },
    close() {
      return requests.close()
    }
  }
}
