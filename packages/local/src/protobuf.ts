import Pbf from 'pbf'
import { MAX_RECORDS } from './bounds.ts'
import type { GetRecordsBody, SendEntry, SendRequest, SendResult } from './messages.ts'

/**
 * The protobuf bodies of DIS. The schema is proto2 with field numbers that are unique over all messages,
 * as the schema files of the Java, Go and Python SDKs agree. Unknown fields are skipped.
 */

/** Reads a PutRecordsRequest. Undefined if the bytes are not protobuf, or hold too many records. */
export function decodeSendRequest(body: Uint8Array): SendRequest | undefined {
  const records: SendEntry[] = []
  const request = { streamName: '', streamId: '' }
  try {
    new Pbf(body).readFields((field, into, reader) => {
      if (field === 1) into.streamName = readText(reader)
      else if (field === 2) {
        if (records.length >= MAX_RECORDS) throw new RangeError('too many records')
        records.push(readEntry(reader))
      } else if (field === 30) into.streamId = readText(reader)
    }, request)
  } catch {
    return undefined
  }
  return { ...request, records }
}

interface MutableEntry {
  data: Buffer
  partitionId: string
  explicitHashKey: string
  partitionKey: string
  timestampMs: number | undefined
}

function readEntry(reader: Pbf): SendEntry {
  const entry: MutableEntry = {
    data: Buffer.alloc(0),
    partitionId: '',
    explicitHashKey: '',
    partitionKey: '',
    timestampMs: undefined
  }
  return reader.readMessage((field, into, at) => {
    if (field === 3) into.data = copyOf(at.readBytes())
    else if (field === 4) into.explicitHashKey = readText(at)
    else if (field === 5) into.partitionKey = readText(at)
    else if (field === 6) into.partitionId = readText(at)
    else if (field === 29) into.timestampMs = at.readVarint(true)
  }, entry)
}

/** Not by the library's own method, which leaves out a byte order mark: the key would be another one, in another partition. */
function readText(reader: Pbf): string {
  return copyOf(reader.readBytes()).toString('utf8')
}

// A copy, so that one small record does not keep the whole request body in memory.
function copyOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes)
}

/** Writes a PutRecordsResult. */
export function encodeSendResult(result: SendResult): Uint8Array {
  const writer = new Pbf()
  writer.writeVarintField(21, result.failedCount)
  for (const entry of result.entries) {
    writer.writeMessage(
      22,
      (item, at) => {
        if (item.partitionId !== undefined) at.writeStringField(23, item.partitionId)
        if (item.sequenceNumber !== undefined) at.writeStringField(24, item.sequenceNumber)
        if (item.errorCode !== undefined) at.writeStringField(25, item.errorCode)
        if (item.errorMessage !== undefined) at.writeStringField(26, item.errorMessage)
      },
      entry
    )
  }
  return writer.finish()
}

/** Writes a GetRecordsResult. */
export function encodeGetRecords(body: GetRecordsBody): Uint8Array {
  const writer = new Pbf()
  writer.writeStringField(14, body.nextCursor)
  for (const record of body.records) {
    writer.writeMessage(
      16,
      (item, at) => {
        if (item.partitionKey !== undefined) at.writeStringField(17, item.partitionKey)
        at.writeStringField(18, item.sequenceNumber)
        at.writeBytesField(19, item.data)
        at.writeVarintField(27, item.timestampMs)
        at.writeStringField(28, 'CreateTime')
      },
      record
    )
  }
  return writer.finish()
}
