/**
 * The answers that a proxy hands to a client, read on their way: their status, and which records they say are stored.
 *
 * Bounded by: one answer for each connection.
 */

/** Field numbers of PutRecordsResult. */
const ENTRY_FIELD = 22
const PARTITION_FIELD = 23
const SEQUENCE_FIELD = 24
const [VARINT, BYTES] = [0, 2]
const START = 'HTTP/1.1 '

interface Head {
  readonly length: number
  readonly bodyAt: number
  readonly isProtobuf: boolean
}

/** Where the service put a record: the same text for the same record, on both sides of the judge. */
export function placeOf(partitionId: string, sequenceNumber: string): string {
  return `${partitionId}/${sequenceNumber}`
}

/** The answers of one connection. */
export class AnswerReader {
  readonly #onStatus: (status: number) => void
  #rest: Buffer = Buffer.alloc(0)
  #isStatusTold = false
  #places: string[] = []

  constructor(onStatus: (status: number) => void) {
    this.#onStatus = onStatus
  }

  /** A piece goes to the client. */
  handed(piece: Buffer): void {
    this.#rest = this.#rest.length === 0 ? piece : Buffer.concat([this.#rest, piece])
    while (this.#next());
  }

  /** The client sends something: it has read all answers before. Returns the places of the records that they say are stored. */
  requested(): readonly string[] {
    const places = this.#places
    if (places.length > 0) this.#places = []
    return places
  }

  /** Reads one answer; false if it is not all there. */
  #next(): boolean {
    const status = /^HTTP\/1\.1 (\d{3}) /.exec(
      this.#rest.subarray(0, START.length + 4).toString('latin1')
    )?.[1]
    if (status === undefined) return false
    if (!this.#isStatusTold) this.#onStatus(Number(status))
    this.#isStatusTold = true
    const head = headOf(this.#rest)
    if (head === undefined || this.#rest.length < head.bodyAt + head.length) return false
    const body = this.#rest.subarray(head.bodyAt, head.bodyAt + head.length)
    if (status === '200') this.#places.push(...placesIn(body, head.isProtobuf))
    this.#rest = this.#rest.subarray(head.bodyAt + head.length)
    this.#isStatusTold = false
    return this.#rest.length > 0
  }
}

function headOf(bytes: Buffer): Head | undefined {
  const end = bytes.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const text = bytes.subarray(0, end).toString('latin1')
  return {
    length: Number(/^content-length: *(\d+)/im.exec(text)?.[1] ?? 0),
    bodyAt: end + 4,
    isProtobuf: /^content-type: *\S*protobuf/im.test(text)
  }
}

/** An answer that cannot be read says of no record that it is stored. */
function placesIn(body: Buffer, isProtobuf: boolean): string[] {
  try {
    return isProtobuf ? placesInProtobuf(body) : placesInJson(body.toString())
  } catch {
    return []
  }
}

function placesInJson(text: string): string[] {
  const records: unknown = Reflect.get(Object(JSON.parse(text)), 'records')
  if (!Array.isArray(records)) return []
  return records.flatMap((entry: unknown) => {
    const partition: unknown = Reflect.get(Object(entry), 'partition_id')
    const sequence: unknown = Reflect.get(Object(entry), 'sequence_number')
    return typeof partition === 'string' && typeof sequence === 'string' ? [placeOf(partition, sequence)] : []
  })
}

function placesInProtobuf(body: Buffer): string[] {
  return [...fieldsOf(body)].flatMap(({ field, bytes }) => {
    if (field !== ENTRY_FIELD) return []
    const parts = new Map([...fieldsOf(bytes)].map((each) => [each.field, each.bytes.toString()]))
    const [partition, sequence] = [parts.get(PARTITION_FIELD), parts.get(SEQUENCE_FIELD)]
    return partition === undefined || sequence === undefined ? [] : [placeOf(partition, sequence)]
  })
}

/** The fields of a message; of numbers, without their value. */
function* fieldsOf(message: Buffer): Generator<{ field: number; bytes: Buffer }> {
  let at = 0
  const varint = () => {
    let value = 0
    for (let factor = 1; ; factor *= 128) {
      const byte = message.readUInt8(at++)
      value += (byte & 127) * factor
      if (byte < 128) return value
    }
  }
  while (at < message.length) {
    const tag = varint()
    const value = varint()
    const [field, type] = [tag >>> 3, tag & 7]
    if (type === VARINT) yield { field, bytes: Buffer.alloc(0) }
    else if (type === BYTES) yield { field, bytes: message.subarray(at, at + value) }
    else throw new TypeError(`a field of type ${type}`)
    if (type === BYTES) at += value
  }
}
