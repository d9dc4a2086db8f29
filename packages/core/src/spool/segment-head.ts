/**
 * What stands at the front of a segment: whose lines these are. So a file says by itself where it belongs, even if
 * somebody copied it to another place.
 *
 *   "DISSPL2\n" | bytes of the JSON (u32) | its CRC32 (u32) | JSON
 *
 * The first version has the eight bytes alone, "DISSPL1\n", and names no stream.
 */
import { crc32 } from 'node:zlib'
import type { DiskFile } from './disk.ts'

const FIRST_VERSION = Buffer.from('DISSPL1\n', 'latin1')
const MAGIC = Buffer.from('DISSPL2\n', 'latin1')
const JSON_AT = MAGIC.length + 8

/** More than any head has; enough to read one in one piece. */
const MAX_HEAD_BYTES = 8_192

/** The stream that lines are for. Two are the same if all four agree. */
export interface SpoolTarget {
  /** `https://host[:port]` */
  readonly origin: string
  /** `''`: found by the credentials. */
  readonly projectId: string
  /** `''` if the stream is named by its id. */
  readonly streamName: string
  /** `''` if the stream is named by its name. */
  readonly streamId: string
}

/** The target, and who wrote the lines: for the eyes of an operator only. */
export interface SegmentHead extends SpoolTarget {
  readonly host: string
  readonly pid: number
}

/** @throws RangeError if the names are longer than any that the service takes */
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

/** Reads the beginning of a file. `end`: where entries begin; 0 where the head is torn or missing. */
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
  return { end, head: parseHead(JSON.parse(json.toString('utf8'))) }
}

function parseHead(value: unknown): SegmentHead {
  const field = (name: string): unknown => Reflect.get(Object(value), name)
  const text = (name: string): string => String(field(name) ?? '')
  return {
    origin: text('origin'),
    projectId: text('projectId'),
    streamName: text('streamName'),
    streamId: text('streamId'),
    host: text('host'),
    pid: Number(field('pid') ?? 0)
  }
}

/** Reads the beginning of an open file: see {@link readHead}. @throws the file system's error */
export function readHeadOf(file: DiskFile): ReturnType<typeof readHead> {
  const start = Buffer.alloc(Math.min(MAX_HEAD_BYTES, file.bytes))
  return readHead(start.subarray(0, file.read(start, 0)))
}
