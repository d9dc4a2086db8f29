/** The body of SendRecords, as the service reads it. Imports no code of the producer, so a misreading cannot cancel itself. */
import type { WireRequest } from '../../../packages/core/src/wire/message.ts'
import { plainBody } from './codec.ts'

export interface ServedRecord {
  readonly data: string
  readonly partitionId: string
  readonly hashKey: string
  readonly partitionKey: string
}

export interface ServedRequest {
  readonly streamName: string
  readonly records: readonly ServedRecord[]
}

const FIELDS = { streamName: 1, records: 2, data: 3, hashKey: 4, partitionKey: 5, partitionId: 6 } as const

export function decodeRequest({ body, headers }: WireRequest): ServedRequest {
  const bytes = plainBody(body ?? Buffer.alloc(0), headers['content-encoding'])
  return headers['content-type']?.includes('protobuf') === true ? decodeProtobuf(bytes) : decodeJson(bytes)
}

function decodeJson(body: Buffer): ServedRequest {
  const { stream_name, records } = objectOf(JSON.parse(body.toString('utf8')))
  if (!Array.isArray(records)) throw new Error('a request without records')
  return {
    streamName: textOf(stream_name),
    records: records.map((each: unknown) => {
      const record = objectOf(each)
      return {
        data: Buffer.from(textOf(record['data']), 'base64').toString('utf8'),
        partitionId: textOf(record['partition_id']),
        hashKey: textOf(record['explicit_hash_key']),
        partitionKey: textOf(record['partition_key'])
      }
    })
  }
}

function objectOf(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) throw new Error('an object is missing in a request')
  return { ...value }
}

function textOf(value: unknown): string {
  if (value === undefined) return ''
  if (typeof value !== 'string') throw new Error('a field of a request is no string')
  return value
}

function decodeProtobuf(body: Buffer): ServedRequest {
  const records: ServedRecord[] = []
  let streamName = ''
  for (const [field, bytes] of fieldsOf(body)) {
    if (field === FIELDS.streamName) streamName = bytes.toString('utf8')
    if (field === FIELDS.records) records.push(decodeEntry(bytes))
  }
  return { streamName, records }
}

function decodeEntry(entry: Buffer): ServedRecord {
  const values = new Map<number, string>()
  for (const [field, bytes] of fieldsOf(entry)) values.set(field, bytes.toString('utf8'))
  return {
    data: values.get(FIELDS.data) ?? '',
    partitionId: values.get(FIELDS.partitionId) ?? '',
    hashKey: values.get(FIELDS.hashKey) ?? '',
    partitionKey: values.get(FIELDS.partitionKey) ?? ''
  }
}

/** All fields here are length-delimited. */
function* fieldsOf(bytes: Buffer): Generator<[field: number, bytes: Buffer]> {
  let at = 0
  const varint = () => {
    let value = 0
    for (let factor = 1; ; factor *= 128) {
      const byte = bytes[at++]
      if (byte === undefined) throw new Error('a field of a request ends early')
      value += (byte & 127) * factor
      if (byte < 128) return value
    }
  }
  while (at < bytes.length) {
    const tag = varint()
    if ((tag & 7) !== 2) throw new Error('a field of a request has an unknown type')
    const length = varint()
    if (at + length > bytes.length) throw new Error('a field of a request ends early')
    yield [tag >> 3, bytes.subarray(at, at + length)]
    at += length
  }
}
