/**
 * batch → protobuf body of SendRecords (PutRecordsRequest). Its answer is read in protobuf-answer.ts.
 *
 * Field numbers are those of the schema files of the official SDKs; they are unique over all messages:
 *
 *     PutRecordsRequest       streamName 1, records 2, streamId 30
 *     PutRecordsRequestEntry  data 3 (bytes, not Base64), explicitHashKey 4, partitionKey 5, partitionId 6
 *
 * Every field here is length-delimited. Fields are written in ascending order, the body once, into a buffer of exactly
 * its size; sizes are sums, so nothing is encoded to learn its length.
 */
import type { Route } from '../record/route.ts'
import { Bodies } from './bodies.ts'
import type { BodyFormat, EncodableBatch, LineBytes } from './format.ts'
import { readProtobufAnswer, readStoredProtobuf } from './protobuf-answer.ts'

const STREAM_NAME = 1
const RECORDS = 2
const DATA = 3
const EXPLICIT_HASH_KEY = 4
const PARTITION_KEY = 5
const PARTITION_ID = 6
const STREAM_ID = 30

const NEWLINE = 0x0a

export class ProtobufFormat implements BodyFormat {
  readonly contentType: string = 'application/x-protobuf; charset=utf-8'
  readonly emptyBytes: number
  readonly encodeRoute: BodyFormat['encodeRoute'] = routeFields
  readonly readStored: BodyFormat['readStored'] = readStoredProtobuf
  readonly readAnswer: BodyFormat['readAnswer'] = readProtobufAnswer
  readonly #head: string
  readonly #bodies: Bodies
  readonly #foot: string

  constructor(streamName: string, streamId: string | undefined, bodies: Bodies = new Bodies()) {
    this.#bodies = bodies
    // Required in the schema of one SDK: written even if it is empty.
    this.#head = textField(STREAM_NAME, streamName)
    this.#foot = streamId === undefined ? '' : textField(STREAM_ID, streamId)
    this.emptyBytes = this.#head.length + this.#foot.length
  }

  recordBytes(dataBytes: number, routeBytes: number): number {
    return delimitedBytes(delimitedBytes(dataBytes) + routeBytes)
  }

  encode(batch: EncodableBatch, store: LineBytes): Buffer {
    const { records } = batch
    let size = this.emptyBytes
    for (let record = 0; record < records; record++) {
      size += this.recordBytes(dataBytes(batch, record, store), batch.encodedRoute(record).length)
    }
    const body = this.#bodies.take(size)
    let offset = body.write(this.#head, 0, 'latin1')
    for (let record = 0; record < records; record++) {
      const route = batch.encodedRoute(record)
      const bytes = dataBytes(batch, record, store)
      body[offset++] = tagOf(RECORDS)
      offset = writeVarint(body, offset, delimitedBytes(bytes) + route.length)
      body[offset++] = tagOf(DATA)
      offset = writeVarint(body, offset, bytes)
      const begin = batch.begin(record)
      const end = batch.end(record)
      for (let index = begin; index < end; index++) {
        if (index > begin) body[offset++] = NEWLINE
        offset = store.copy(batch.line(index), body, offset)
      }
      offset = writeShort(body, offset, route)
    }
    body.write(this.#foot, offset, 'latin1')
    return body
  }
}

/** The field that says where a record goes. */
function routeFields(route: Route): string {
  if ('partitionId' in route) return textField(PARTITION_ID, route.partitionId)
  if ('explicitHashKey' in route) return textField(EXPLICIT_HASH_KEY, route.explicitHashKey)
  if ('partitionKey' in route) return textField(PARTITION_KEY, route.partitionKey)
  return ''
}

/** Bytes of a record's data, the newlines between its lines included. */
function dataBytes(batch: EncodableBatch, record: number, store: LineBytes): number {
  const begin = batch.begin(record)
  const end = batch.end(record)
  let size = end - begin - 1
  for (let index = begin; index < end; index++) size += store.length(batch.line(index))
  return size
}

/** Bytes of a length-delimited field with a number below 16, whose tag is one byte. */
function delimitedBytes(bytes: number): number {
  return 1 + varintBytes(bytes) + bytes
}

function varintBytes(value: number): number {
  let bytes = 1
  for (let rest = value; rest > 127; rest >>>= 7) bytes++
  return bytes
}

function writeVarint(target: Buffer, offset: number, value: number): number {
  let at = offset
  let rest = value
  for (; rest > 127; rest >>>= 7) target[at++] = (rest & 127) | 128
  target[at++] = rest
  return at
}

/** Most routes are a key of some letters: eight bytes take 16 ns so, and 63 in native code; from 16 on that is faster. */
function writeShort(target: Buffer, offset: number, text: string): number {
  if (text.length > 16) return offset + target.write(text, offset, 'latin1')
  for (let index = 0; index < text.length; index++) target[offset + index] = text.charCodeAt(index)
  return offset + text.length
}

function tagOf(field: number): number {
  return (field << 3) | 2
}

/** A text field as latin1 text of its bytes; made once for a stream or a lane. */
function textField(field: number, text: string): string {
  const bytes = Buffer.from(text, 'utf8')
  const head = Buffer.alloc(10)
  const end = writeVarint(head, writeVarint(head, 0, tagOf(field)), bytes.length)
  return head.toString('latin1', 0, end) + bytes.toString('latin1')
}
