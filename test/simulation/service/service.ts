/** A model of DIS: what it does with a request that arrives. */
import type { WireRequest } from '../../../packages/core/src/wire/message.ts'
import { EPOCH_MS } from '../kernel/process.ts'
import { type Answer, type Entry, usualAnswer, wholeAnswer } from './answer.ts'
import type { ServedRecord, ServedRequest } from './decode.ts'
import type { Keys } from './keys.ts'
import { type ServedPartition, ServedStream, type StreamPlan } from './stream.ts'

/** What is wrong with the service for a while. Each may answer, or leave it to the others. */
export interface Fault {
  /** Before anything is read. */
  whole?(request: ServedRequest, nowMs: number): Answer | undefined
  /** A code for a record, instead of storing it. */
  record?(record: ServedRecord, partition: ServedPartition): Extract<Entry, { kind: 'failed' }> | undefined
  /** Another answer about the same facts. */
  odd?(entries: readonly Entry[]): Answer | undefined
}

/** Whom the service tells what it stores. */
export type Stored = (
  data: string,
  where: { stream: ServedStream; partition: ServedPartition; record: ServedRecord }
) => void

/** Signatures may differ by so much from the service's time. */
const LONGEST_SKEW_MS = 15 * 60_000

export class Service {
  readonly streams = new Map<string, ServedStream>()
  readonly faults = new Set<Fault>()
  readonly keys: Keys

  constructor(plans: readonly StreamPlan[], keys: Keys) {
    this.keys = keys
    for (const plan of plans) this.streams.set(plan.name, new ServedStream(plan))
  }

  /** Takes a request at `nowMs` of true time. */
  serve({ headers }: WireRequest, served: ServedRequest, nowMs: number, stored: Stored): Answer {
    const isProtobuf = (headers['content-type'] ?? '').includes('protobuf')
    const count = served.records.length
    for (const { whole } of this.faults) {
      const answer = whole?.(served, nowMs)
      if (answer !== undefined) return answer
    }
    const refusal = this.#refusal(headers, nowMs)
    if (refusal !== undefined) {
      const date = { date: new Date(EPOCH_MS + nowMs).toUTCString() }
      return wholeAnswer(count, 'again', refusal.status, refusal.body, date)
    }
    const stream = this.streams.get(served.streamName)
    if (stream === undefined || stream.isDeleted) {
      stream?.missed()
      const message = `Stream does not exist. [${served.streamName}][p]`
      return wholeAnswer(count, 'refused', 400, { errorCode: 'DIS.4301', message })
    }
    const entries = served.records.map((record) => this.#store(stream, record, nowMs, stored))
    for (const { odd } of this.faults) {
      const answer = odd?.(entries)
      if (answer !== undefined) return answer
    }
    return usualAnswer(entries, isProtobuf)
  }

  #store(stream: ServedStream, record: ServedRecord, nowMs: number, stored: Stored): Entry {
    const partition = stream.partitionOf(record)
    if (typeof partition === 'string') {
      return { kind: 'failed', code: partition, message: 'the partition cannot be written' }
    }
    for (const fault of this.faults) {
      const failed = fault.record?.(record, partition)
      if (failed !== undefined) return failed
    }
    if (!partition.admits(nowMs, record.data.length, stream)) {
      stream.throttled()
      return { kind: 'failed', code: 'DIS.4303', message: 'Exceeded traffic control limit' }
    }
    stored(record.data, { stream, partition, record })
    return { kind: 'stored', partitionId: partition.id, position: partition.position++ }
  }

  #refusal(headers: WireRequest['headers'], nowMs: number): { status: number; body: object } | undefined {
    const token = headers['X-Auth-Token']
    if (token !== undefined) {
      if (this.keys.take(token, nowMs)) return undefined
      return { status: 441, body: { errorCode: 'DIS.4114', message: 'Invalid X-Auth-Token' } }
    }
    const key = /(?:Access|Credential)=([^,/ ]+)/.exec(headers['Authorization'] ?? '')?.[1] ?? ''
    const signedAt = parseSdkDate(headers['X-Sdk-Date'] ?? '')
    const isInTime = Math.abs(signedAt - (EPOCH_MS + nowMs)) <= LONGEST_SKEW_MS
    if (this.keys.take(isInTime ? key : `${key} at a wrong time`, nowMs)) return undefined
    return {
      status: 401,
      body: { error_code: 'APIGW.0301', error_msg: 'Incorrect IAM authentication information' }
    }
  }
}

/** `20250102T030405Z` */
function parseSdkDate(text: string): number {
  return Date.parse(text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'))
}
