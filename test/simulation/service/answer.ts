/** Answers of SendRecords: the usual ones, and the odd ones that were seen or that the documentation shows. */
import type { WireReply } from '../../../packages/core/src/wire/message.ts'

/** What became of a record. */
export type Entry =
  | { readonly kind: 'stored'; readonly partitionId: string; readonly position: number }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string }

/**
 * What an answer says of a record, by docs/delivery.md. `again`: it is to be sent again. `failed`: the same, and that counts against
 * `retry.maxAttempts`.
 */
export type Told = 'stored' | 'again' | 'failed' | 'refused'

export interface Answer {
  readonly reply: WireReply
  /** One for each record of the request. */
  readonly told: readonly Told[]
}

const THROTTLED = /^DIS\.(4303|4305)$/
const FAILED = /^(DIS\.5\d+|SIM\.\d+|APIGW\.0301)$/

export function toldOf(entry: Entry): Told {
  if (entry.kind === 'stored') return 'stored'
  if (THROTTLED.test(entry.code) || /traffic control/i.test(entry.message)) return 'again'
  return FAILED.test(entry.code) ? 'failed' : 'refused'
}

const PROTOBUF = { failedCount: 21, records: 22, shardId: 23, sequence: 24, code: 25, message: 26 } as const

export function usualAnswer(entries: readonly Entry[], isProtobuf: boolean): Answer {
  const failed = entries.filter(({ kind }) => kind === 'failed').length
  const told = entries.map(toldOf)
  if (isProtobuf) return { told, reply: ok(protobufBody(failed, entries), 'application/x-protobuf') }
  return { told, reply: json(200, { failed_record_count: failed, records: entries.map(jsonEntry) }) }
}

/** An answer to a whole request. */
export function wholeAnswer(
  records: number,
  told: Told,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {}
): Answer {
  return { told: new Array<Told>(records).fill(told), reply: json(status, body, headers) }
}

export function json(
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {}
): WireReply {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return {
    kind: 'answer',
    status,
    headers: { 'content-type': 'application/json', ...headers },
    body: Buffer.from(text)
  }
}

function ok(body: Buffer, type: string): WireReply {
  return { kind: 'answer', status: 200, headers: { 'content-type': type }, body }
}

function jsonEntry(entry: Entry): object {
  if (entry.kind === 'failed') return { error_code: entry.code, error_message: entry.message }
  return { partition_id: entry.partitionId, sequence_number: String(entry.position) }
}

function protobufBody(failed: number, entries: readonly Entry[]): Buffer {
  const parts: Buffer[] = [varint(PROTOBUF.failedCount * 8), varint(failed)]
  for (const entry of entries) {
    const body =
      entry.kind === 'failed'
        ? [text(PROTOBUF.code, entry.code), text(PROTOBUF.message, entry.message)]
        : [text(PROTOBUF.shardId, entry.partitionId), text(PROTOBUF.sequence, String(entry.position))]
    const bytes = Buffer.concat(body)
    parts.push(varint(PROTOBUF.records * 8 + 2), varint(bytes.length), bytes)
  }
  return Buffer.concat(parts)
}

function text(field: number, value: string): Buffer {
  const bytes = Buffer.from(value)
  return Buffer.concat([varint(field * 8 + 2), varint(bytes.length), bytes])
}

function varint(value: number): Buffer {
  const bytes: number[] = []
  let rest = value
  for (; rest > 127; rest >>>= 7) bytes.push((rest & 127) | 128)
  bytes.push(rest)
  return Buffer.from(bytes)
}

/** Each makes an odd answer from what became of the records; `undefined` if it says nothing odd of these. */
export const ODD_ANSWERS: Readonly<Record<string, (entries: readonly Entry[]) => Answer | undefined>> = {
  'an object instead of a list': (entries) => {
    const [first] = entries
    if (first === undefined || entries.length > 1) return undefined
    const failed = first.kind === 'failed' ? 1 : 0
    return {
      told: [toldOf(first)],
      reply: json(200, { failed_record_count: failed, records: jsonEntry(first) })
    }
  },
  'numbers for sequence numbers': (entries) =>
    odd(entries, (list) => list.map((entry) => ({ ...entry, sequence_number: 17 }))),
  'a count of failures that is 0': (entries) => odd(entries, (list) => list, 0),
  'a count of failures, and no failure': (entries) => {
    if (entries.some(({ kind }) => kind === 'failed')) return undefined
    return { ...odd(entries, (list) => list, 2), told: entries.map(() => 'again') }
  },
  'too few results': (entries) => {
    const kept = Math.floor(entries.length / 2)
    const failed = entries.filter(({ kind }) => kind === 'failed').length
    const answer = odd(entries, (list) => list.slice(0, kept), failed)
    // Without a failure the service says that all is written; else nobody knows of the others.
    const missing: Told = failed === 0 ? 'stored' : 'again'
    return { ...answer, told: answer.told.map((told, index) => (index < kept ? told : missing)) }
  },
  'too many results': (entries) =>
    odd(entries, (list) => [...list, { partition_id: 'shardId-0000000000', sequence_number: '9' }]),
  'fields of success and failure': (entries) =>
    odd(entries, (list) =>
      list.map((entry) =>
        'error_code' in entry ? { ...entry, partition_id: 'shardId-0000000000', sequence_number: '1' } : entry
      )
    ),
  'other members, other order': (entries) => {
    const answer = odd(entries, (list) => list)
    const failed = entries.filter(({ kind }) => kind === 'failed').length
    const body = { records: entries.map(jsonEntry), more: { a: [1] }, failed_record_count: failed }
    return { ...answer, reply: json(200, JSON.stringify(body, undefined, 2)) }
  },
  'a count without results': (entries) => {
    const failed = entries.filter(({ kind }) => kind === 'failed').length
    const told: Told = failed === 0 ? 'stored' : 'again'
    return {
      told: entries.map(() => told),
      reply: json(200, { failed_record_count: failed, records: null })
    }
  },
  'a thousand results too many': (entries) =>
    odd(entries, (list) => [...list, ...new Array<object>(1_000).fill({ error_code: 'DIS.5000' })]),
  'a long answer': (entries) => {
    const answer = odd(entries, (list) => list)
    const failed = entries.filter(({ kind }) => kind === 'failed').length
    const body = { records: entries.map(jsonEntry), more: 'x'.repeat(100_000), failed_record_count: failed }
    return { ...answer, reply: json(200, body) }
  },
  'an empty body': (entries) => unreadable(entries, ''),
  'a page of HTML': (entries) => unreadable(entries, '<html><body>200 OK</body></html>'),
  'another JSON': (entries) => unreadable(entries, '[]'),
  'half of a body': (entries) => {
    const whole = JSON.stringify({ failed_record_count: 0, records: entries.map(jsonEntry) })
    return unreadable(entries, whole.slice(0, whole.length / 2))
  }
}

function odd(entries: readonly Entry[], change: (list: object[]) => object[], count?: number): Answer {
  const failed = count ?? entries.filter(({ kind }) => kind === 'failed').length
  const records = change(entries.map(jsonEntry))
  return { told: entries.map(toldOf), reply: json(200, { failed_record_count: failed, records }) }
}

function unreadable(entries: readonly Entry[], body: string): Answer {
  return { told: entries.map(() => 'again'), reply: json(200, body) }
}
