/**
 * batch → JSON body of SendRecords.
 *
 * A body is written once, into one buffer, from the bytes in the store: no record object, no JSON.stringify, and of each line one
 * copy, as Base64. What can be known early (stream name, the escaped key of a lane) is made once.
 */
import type { Route } from '../record/route.ts'
import { Bodies } from './bodies.ts'
import type { BodyFormat, EncodableBatch, LineBytes } from './format.ts'
import { readSendRecordsAnswer } from './response.ts'
import { readStoredAnswer } from './stored-answer.ts'

const RECORD_HEAD = '{"data":"'
const NEWLINE = 0x0a

/** Text after the data of a record: closes the data and adds the route. */
export function encodedRoute(route: Route): string {
  if ('partitionId' in route) return `","partition_id":${asciiJson(route.partitionId)}}`
  if ('explicitHashKey' in route) return `","explicit_hash_key":${asciiJson(route.explicitHashKey)}}`
  if ('partitionKey' in route) return `","partition_key":${asciiJson(route.partitionKey)}}`
  return '"}'
}

/** Text before the first record. Name and id are both sent if both are known: DIS looks at the name first. */
export function bodyHead(streamName: string, streamId: string | undefined): string {
  const id = streamId === undefined ? '' : `"stream_id":${asciiJson(streamId)},`
  return `{"stream_name":${asciiJson(streamName)},${id}"records":[`
}

/** Encodes batches for one stream. Not re-entrant: the scratch buffer is shared between calls. */
export class JsonFormat implements BodyFormat {
  readonly contentType: string = 'application/json'
  readonly emptyBytes: number
  readonly encodeRoute: BodyFormat['encodeRoute'] = encodedRoute
  readonly readStored: BodyFormat['readStored'] = readStoredAnswer
  readonly readAnswer: BodyFormat['readAnswer'] = readSendRecordsAnswer
  readonly #head: string
  readonly #bodies: Bodies
  #scratch: Buffer = Buffer.alloc(0)
  // Those of the record before: neighbours mostly share a route.
  #route: string | undefined
  #separator: Buffer = Buffer.alloc(0)

  constructor(streamName: string, streamId: string | undefined, bodies: Bodies = new Bodies()) {
    this.#bodies = bodies
    this.#head = bodyHead(streamName, streamId)
    this.emptyBytes = this.#head.length + ']}'.length
  }

  recordBytes(dataBytes: number, routeBytes: number): number {
    return RECORD_HEAD.length + 1 + 4 * Math.ceil(dataBytes / 3) + routeBytes
  }

  encode(batch: EncodableBatch, store: LineBytes): Buffer {
    const body = this.#bodies.take(this.#sizeBound(batch))
    let offset = body.write(this.#head, 0, 'latin1')
    const last = batch.records - 1
    for (let record = 0; record <= last; record++) {
      if (record === 0) offset += body.write(RECORD_HEAD, offset, 'latin1')
      // By itself: joined with what stands around it, it would be copied to another text first.
      offset += body.write(this.#data(batch, record, store), offset, 'latin1')
      const route = batch.encodedRoute(record)
      if (record < last) offset = copy(this.#between(route), body, offset)
      else offset += body.write(route, offset, 'latin1')
    }
    offset += body.write(']}', offset, 'latin1')
    return body.subarray(0, offset)
  }

  /** What stands between the data of a record with that route and the data of the next one. */
  #between(route: string): Buffer {
    if (route !== this.#route) {
      this.#route = route
      this.#separator = Buffer.from(`${route},${RECORD_HEAD}`, 'latin1')
    }
    return this.#separator
  }

  #data(batch: EncodableBatch, record: number, store: LineBytes): string {
    const begin = batch.begin(record)
    const end = batch.end(record)
    if (end - begin === 1) return store.base64(batch.line(begin))
    let size = end - begin - 1
    for (let index = begin; index < end; index++) size += store.length(batch.line(index))
    if (this.#scratch.length < size) this.#scratch = Buffer.allocUnsafeSlow(Math.max(size, 65_536))
    let offset = 0
    for (let index = begin; index < end; index++) {
      if (index > begin) this.#scratch[offset++] = NEWLINE
      offset = store.copy(batch.line(index), this.#scratch, offset)
    }
    return this.#scratch.toString('base64', 0, offset)
  }

  /** Never less than the body: Base64 is at most 4 bytes for 3, and 2 more characters of padding group a record. */
  #sizeBound(batch: EncodableBatch): number {
    let size = this.#head.length + 2 + Math.ceil((batch.bytes * 4) / 3)
    for (let record = 0; record < batch.records; record++) {
      size += RECORD_HEAD.length + 1 + 4 + batch.encodedRoute(record).length
    }
    return size
  }
}

/** Copies a few bytes; returns the end. A loop: native code takes longer to call. */
function copy(bytes: Buffer, target: Buffer, offset: number): number {
  const { length } = bytes
  for (let at = 0; at < length; at++) target[offset + at] = bytes[at] ?? 0
  return offset + length
}

/** JSON text of a string in ASCII only, so that one character is one byte wherever it is written. */
function asciiJson(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
  )
}
