import type { Transport, WireReply, WireRequest } from '../wire/message.ts'

/** A record as the scripted server receives it. */
export interface SentRecord {
  readonly data: string
  readonly partition_key?: string
  readonly partition_id?: string
  readonly explicit_hash_key?: string
}

type Handler = (records: readonly SentRecord[], request: WireRequest) => WireReply | Promise<WireReply>

/** A network whose answers a test writes. Keeps all requests. */
export class ScriptedTransport implements Transport {
  readonly requests: WireRequest[] = []
  /** The records of each request, with decoded data. */
  readonly batches: SentRecord[][] = []
  closed = false
  #handler: Handler

  constructor(handler: Handler = (records) => stored(records)) {
    this.#handler = handler
  }

  /** Answers with `handler` from now on. */
  answer(handler: Handler): void {
    this.#handler = handler
  }

  /** All data that arrived, in order. */
  get data(): string[] {
    return this.batches.flat().map((record) => record.data)
  }

  async send(request: WireRequest): Promise<WireReply> {
    const body: { records: SentRecord[] } = JSON.parse(request.body?.toString('utf8') ?? '{"records":[]}')
    const records = body.records.map((record) => ({
      ...record,
      data: Buffer.from(record.data, 'base64').toString('utf8')
    }))
    // Its memory is used again, for the next body.
    this.requests.push({ ...request, body: request.body && Buffer.from(request.body) })
    this.batches.push(records)
    return this.#handler(records, request)
  }

  async close(): Promise<void> {
    this.closed = true
  }
}

/** A 200 answer that stores all records except those in `failed` (index → code). */
export function stored(
  records: readonly SentRecord[],
  failed: Readonly<Record<number, string>> = {},
  partitionId = 'shardId-0000000000'
): WireReply {
  const entries = records.map((_, index) => {
    const code = failed[index]
    if (code !== undefined) return { error_code: code, error_message: `scripted ${code}` }
    return { partition_id: partitionId, sequence_number: String(index) }
  })
  const failedCount = Object.keys(failed).length
  return json(200, { failed_record_count: failedCount, records: entries })
}

/** A 200 answer that throttles every record. */
export function throttled(records: readonly SentRecord[]): WireReply {
  return stored(records, Object.fromEntries(records.map((_, index) => [index, 'DIS.4303'])))
}

function json(status: number, body: unknown): WireReply {
  return {
    kind: 'answer',
    status,
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify(body))
  }
}
