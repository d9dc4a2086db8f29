/**
 * One line as it stands in a segment, and how it is found again in whatever a crash or a disk left behind.
 *
 *   "DISE" | payload bytes (u32) | CRC32 of the payload (u32) | written at, ms (f64) | key bytes (u32) | key | line
 *
 * Little-endian. The mark at the front is for the way back from a damaged length: the reader looks for the next
 * mark behind which length and CRC agree.
 */
import { crc32 } from 'node:zlib'

/** First bytes of a segment file: what it is, and the version of its form. */
export const SEGMENT_HEAD: Buffer = Buffer.from('DISSPL1\n', 'latin1')

const MARK = 0x45534944
const MARK_BYTES = Buffer.from('DISE', 'latin1')

/** Bytes of a mark: the end of a buffer may hold the beginning of one. */
export const MARK_LENGTH: number = MARK_BYTES.length
const PAYLOAD_AT = 12
const KEY_LENGTH_AT = PAYLOAD_AT + 8
const KEY_AT = KEY_LENGTH_AT + 4

/** A larger length than this is damage: no line is above the record limit, and keys are short. */
const MAX_PAYLOAD_BYTES = 8 * 1_048_576

/** A line that was read back. `line` is a view of the reader's buffer: use it before the next read. */
export interface Entry {
  readonly key: string
  readonly line: Buffer
  /** ms since the epoch. */
  readonly writtenAt: number
}

/** Bytes of an entry in the file. */
export function entryBytes(keyBytes: number, lineBytes: number): number {
  return KEY_AT + keyBytes + lineBytes
}

/** Writes an entry at `at`, where {@link entryBytes} must fit; returns the end. */
export function writeEntry(
  target: Buffer,
  at: number,
  key: string,
  line: string | Uint8Array,
  writtenAt: number
): number {
  target.writeDoubleLE(writtenAt, at + PAYLOAD_AT)
  const keyBytes = target.write(key, at + KEY_AT, 'utf8')
  target.writeUInt32LE(keyBytes, at + KEY_LENGTH_AT)
  const lineAt = at + KEY_AT + keyBytes
  let end: number
  if (typeof line === 'string') end = lineAt + target.write(line, lineAt, 'utf8')
  else {
    target.set(line, lineAt)
    end = lineAt + line.length
  }
  const payload = target.subarray(at + PAYLOAD_AT, end)
  target.writeUInt32LE(MARK, at)
  target.writeUInt32LE(payload.length, at + 4)
  target.writeUInt32LE(crc32(payload), at + 8)
  return end
}

/** What stands at a place of a segment. */
export type Found =
  | { readonly kind: 'entry'; readonly entry: Entry; readonly end: number }
  /** The buffer ends before the entry does; `bytes` are needed from here. */
  | { readonly kind: 'short'; readonly bytes: number }
  /** Damage up to `end`, where the next entry may begin; `undefined` if the buffer has no other mark. */
  | { readonly kind: 'damage'; readonly end: number | undefined }

/** Reads what stands at `at` of `buffer`. */
export function readEntry(buffer: Buffer, at: number): Found {
  const left = buffer.length - at
  if (left < KEY_AT) return { kind: 'short', bytes: KEY_AT }
  const payloadBytes = buffer.readUInt32LE(at + 4)
  const sane = buffer.readUInt32LE(at) === MARK && payloadBytes >= 12 && payloadBytes <= MAX_PAYLOAD_BYTES
  if (!sane) return { kind: 'damage', end: findMark(buffer, at + 1) }
  const end = at + PAYLOAD_AT + payloadBytes
  if (end > buffer.length) return { kind: 'short', bytes: end - at }
  const payload = buffer.subarray(at + PAYLOAD_AT, end)
  const keyBytes = payload.readUInt32LE(8)
  if (crc32(payload) !== buffer.readUInt32LE(at + 8) || keyBytes > payloadBytes - 12) {
    return { kind: 'damage', end: findMark(buffer, at + 1) }
  }
  return {
    kind: 'entry',
    entry: {
      writtenAt: payload.readDoubleLE(0),
      key: payload.toString('utf8', 12, 12 + keyBytes),
      line: payload.subarray(12 + keyBytes)
    },
    end
  }
}

/** Where the next mark stands at or after `from`. */
export function findMark(buffer: Buffer, from: number): number | undefined {
  const at = buffer.indexOf(MARK_BYTES, from)
  return at < 0 ? undefined : at
}
