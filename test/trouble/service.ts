import { createHash } from 'node:crypto'
import type {
  ManualClock,
  ScriptedTransport,
  SentRecord,
  WireReply
} from '../../packages/core/src/testing.ts'

/** Why a record is not stored. */
export interface RecordFailure {
  readonly code: string
  readonly message?: string
}

export interface ServiceOptions {
  readonly partitions?: number
  /** From the request to its answer. */
  readonly latencyMs?: number
  /** Called for each record when its request arrives; a failure or `undefined` for a stored one. */
  readonly fails?: (partition: number, record: SentRecord) => RecordFailure | undefined
}

const LARGEST_HASH = 2n ** 63n - 1n

/** The partition of a key, as the service computes it (dis-protocol.md, 6). */
export function partitionOf(key: string, partitions: number): number {
  const hash = createHash('md5').update(key).digest().readBigUInt64BE() & LARGEST_HASH
  return Math.min(partitions - 1, Number(hash / (LARGEST_HASH / BigInt(partitions))))
}

/** A stream with partitions: each record gets its own result, keyless records go round. */
export class Service {
  /** Lines that are stored, in order; a packed record counts as its lines. */
  readonly arrived: string[] = []
  requests = 0
  /** Records that each partition has answered, failed ones included. */
  readonly answered: number[]
  readonly #options: Required<ServiceOptions>
  readonly #clock: ManualClock
  readonly #partitionOfKey = new Map<string, number>()
  #turn = 0

  constructor(clock: ManualClock, options: ServiceOptions = {}) {
    this.#clock = clock
    this.#options = { partitions: 20, latencyMs: 5, fails: () => undefined, ...options }
    this.answered = new Array<number>(this.#options.partitions).fill(0)
  }

  /** Answers for a scripted transport from now on, which then forgets what was sent. */
  serve(transport: ScriptedTransport): this {
    transport.answer((records) => {
      transport.requests.length = 0
      transport.batches.length = 0
      return this.#answer(records)
    })
    return this
  }

  partitionOf({ partition_key: key }: SentRecord): number {
    if (key === undefined) return this.#turn++ % this.#options.partitions
    let partition = this.#partitionOfKey.get(key)
    if (partition === undefined) {
      partition = partitionOf(key, this.#options.partitions)
      this.#partitionOfKey.set(key, partition)
    }
    return partition
  }

  async #answer(records: readonly SentRecord[]): Promise<WireReply> {
    this.requests++
    const { fails, latencyMs } = this.#options
    const partitions: number[] = []
    const results = records.map((record) => {
      const partition = this.partitionOf(record)
      partitions.push(partition)
      const failure = fails(partition, record)
      if (failure !== undefined)
        return { error_code: failure.code, error_message: failure.message ?? 'scripted' }
      this.arrived.push(...record.data.split('\n'))
      return { partition_id: `shardId-${String(partition).padStart(10, '0')}`, sequence_number: '1' }
    })
    await new Promise<void>((resolve) => this.#clock.timer(latencyMs, resolve))
    for (const partition of partitions) this.answered[partition] = (this.answered[partition] ?? 0) + 1
    return answerOf(results)
  }
}

/** A 200 answer with one result for each record. */
export function answerOf(records: readonly object[]): WireReply {
  const failed_record_count = records.filter((record) => 'error_code' in record).length
  return refusal(200, { failed_record_count, records })
}

/** An answer to a whole request. */
export function refusal(
  status: number,
  body: object,
  headers: Readonly<Record<string, string>> = {}
): WireReply {
  return { kind: 'answer', status, headers, body: Buffer.from(JSON.stringify(body)) }
}
