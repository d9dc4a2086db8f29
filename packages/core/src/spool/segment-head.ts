/**
 * The head of a segment, which names the stream of its lines. So a file itself tells where its lines go, even if somebody copies
 * it to another place.
 *
 *   "DISSPL2\n" | bytes of the JSON (u32) | its CRC32 (u32) | JSON
 *
 * In the first version the head is only "DISSPL1\n", and names no stream.
 */
import { crc32 } from 'node:zlib'
import { numberOf, parseObject } from '../wire/json-object.ts'
import type { DiskFile } from './disk.ts'

const FIRST_VERSION = Buffer.from('DISSPL1\n', 'latin1')
const MAGIC = Buffer.from('DISSPL2\n', 'latin1')
const JSON_AT = MAGIC.length + 8

/** More than the size of any head, so that one read gets all of it. */
const MAX_HEAD_BYTES = 8_192

/** The stream of lines. Two targets are the same if all four fields agree. */
export interface SpoolTarget {
  /** `https://host[:port]` */
  readonly origin: string
  /** `''` if the credentials find it. */
  readonly projectId: string
  /** `''` if the options name the stream by its id. */
  readonly streamName: string
  /** `''` if the options name the stream by its name. */
  readonly streamId: string
}

/** The target, and the process that wrote the lines. The process is for an operator to read only. */
export interface SegmentHead extends SpoolTarget {
  readonly host: string
  readonly pid: number
}

/** @throws RangeError if the names are longer than the service allows */
export function writeHead(head: SegmentHead): Buffer {
  const json = Buffer.from(JSON.stringify(head))
  if (JSON_AT + json.length > MAX_HEAD_BYTES)
    throw new RangeError('the names in the head of a segment are too long')
  const bytes = Buffer.alloc(JSON_AT + json.length)
  MAGIC.copy(bytes)
  bytes.writeUInt32LE(json.length, MAGIC.length)
  bytes.writeUInt32LE(crc32(json), MAGIC.length + 4)
  json.copy(bytes, JSON_AT)
  return bytes
}

/** Reads the head at the beginning of a file. `end`: where entries begin; 0 if the head is torn or missing. */
export function readHead(start: Buffer): { readonly end: number; readonly head: SegmentHead | undefined } {
  if (start.subarray(0, FIRST_VERSION.length).equals(FIRST_VERSION)) {
    return { end: FIRST_VERSION.length, head: undefined }
  }
  if (start.length < JSON_AT || !start.subarray(0, MAGIC.length).equals(MAGIC))
    return { end: 0, head: undefined }
  const end = JSON_AT + start.readUInt32LE(MAGIC.length)
  if (end > start.length) return { end: 0, head: undefined }
  const json = start.subarray(JSON_AT, end)
  if (crc32(json) !== start.readUInt32LE(MAGIC.length + 4)) return { end: 0, head: undefined }
  const head = parseObject(json)
  // A sum is no proof that it is JSON: whoever can write the file can write the sum.
  return head === undefined ? { end: 0, head: undefined } : { end, head: parseHead(head) }
}

function parseHead(value: unknown): SegmentHead {
  const field = (name: string): unknown => Reflect.get(Object(value), name)
  // Somebody else may have written it: `String()` throws for an object with a `toString` of its own.
  const text = (name: string): string => {
    const found = field(name)
    return typeof found === 'string' ? found : ''
  }
  return {
    origin: text('origin'),
    projectId: text('projectId'),
    streamName: text('streamName'),
    streamId: text('streamId'),
    host: text('host'),
    pid: numberOf(field('pid') ?? 0)
  }
}

/** Reads the head of an open file: see {@link readHead}. @throws the file system's error */
export function readHeadOf(file: DiskFile): ReturnType<typeof readHead> {
  const start = Buffer.alloc(Math.min(MAX_HEAD_BYTES, file.bytes))
  return readHead(start.subarray(0, file.read(start, 0)))
}
