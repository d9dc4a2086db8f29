/**
 * The format of one line in a segment, and the search for lines in a file that a crash or a disk has damaged.
 *
 *   "DISE" | payload bytes (u32) | CRC32 of the payload (u32) | written at, ms (f64) | route kind (top byte of u32) and
 *   bytes of its value | value | line
 *
 * The highest bit of the kind says that nobody has written the line: it is a notice of ours, and is in no count. Earlier versions
 * take that for a kind that they do not know, and send the line to any partition.
 *
 * Little-endian. After a damaged length, the reader searches for the next mark at the front of an entry. It takes the first one
 * with a matching length and CRC.
 */
import { crc32 } from 'node:zlib'

const MARK = 0x45534944
const MARK_BYTES = Buffer.from('DISE', 'latin1')

const PAYLOAD_AT = 12
const VALUE_LENGTH_AT = PAYLOAD_AT + 8
const VALUE_AT = VALUE_LENGTH_AT + 4
const KIND_SHIFT = 24
const MAX_VALUE_BYTES = (1 << KIND_SHIFT) - 1
/** Added to the kind of a line that is in no count. */
export const NOTICE = 0x80

/** A larger length is damage, because no line is above the record limit, and keys are short. */
const MAX_PAYLOAD_BYTES = 8 * 1_048_576

/** The route of a line on disk: see `plainRoute`. */
export interface RouteOnDisk {
  /** 0: partition key, 1: partition id, 2: explicit hash key, 3: any partition. */
  readonly kind: number
  readonly value: string
}

/** A line that was read. `line` is a view of the reader's buffer, so it is valid until the next read. */
export interface Entry extends RouteOnDisk {
  readonly line: Buffer
  /** Whether it is a notice of ours, which is in no count. */
  readonly isNotice: boolean
  /** ms since the epoch. */
  readonly writtenAt: number
}

/** The size of an entry in the file. */
export function entryBytes(valueBytes: number, lineBytes: number): number {
  return VALUE_AT + valueBytes + lineBytes
}

/** The upper bound of an entry's size: a UTF-16 unit takes at most three bytes. */
export function mostBytes(value: string, line: string | Uint8Array): number {
  return entryBytes(value.length * 3, typeof line === 'string' ? line.length * 3 : line.length)
}

/** Writes an entry at `at`, with room for {@link entryBytes}. Returns its end. */
export function writeEntry(
  target: Buffer,
  at: number,
  kind: number,
  value: string,
  line: string | Uint8Array,
  writtenAt: number
): number {
  target.writeDoubleLE(writtenAt, at + PAYLOAD_AT)
  const valueBytes = target.write(value, at + VALUE_AT, 'utf8')
  target.writeUInt32LE(valueBytes + kind * 2 ** KIND_SHIFT, at + VALUE_LENGTH_AT)
  const lineAt = at + VALUE_AT + valueBytes
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

/** The result of reading a place of a segment. */
export type Found =
  | { readonly kind: 'entry'; readonly entry: Entry; readonly end: number }
  /** The buffer ends before the entry does. The entry needs `bytes` from here on. */
  | { readonly kind: 'short'; readonly bytes: number }
  /** Damage up to `end`, where the next mark is; `undefined` if the buffer has no other mark. */
  | { readonly kind: 'damage'; readonly end: number | undefined }

/** Reads the entry at `at` of `buffer`. */
export function readEntry(buffer: Buffer, at: number): Found {
  const left = buffer.length - at
  if (left < VALUE_AT) return { kind: 'short', bytes: VALUE_AT }
  const payloadBytes = buffer.readUInt32LE(at + 4)
  const sane = buffer.readUInt32LE(at) === MARK && payloadBytes >= 12 && payloadBytes <= MAX_PAYLOAD_BYTES
  if (!sane) return { kind: 'damage', end: findMark(buffer, at + 1) }
  const end = at + PAYLOAD_AT + payloadBytes
  if (end > buffer.length) return { kind: 'short', bytes: end - at }
  const payload = buffer.subarray(at + PAYLOAD_AT, end)
  const kindAndLength = payload.readUInt32LE(8)
  const valueBytes = kindAndLength & MAX_VALUE_BYTES
  if (crc32(payload) !== buffer.readUInt32LE(at + 8) || valueBytes > payloadBytes - 12) {
    return { kind: 'damage', end: findMark(buffer, at + 1) }
  }
  return {
    kind: 'entry',
    entry: {
      writtenAt: payload.readDoubleLE(0),
      kind: (kindAndLength >>> KIND_SHIFT) & ~NOTICE,
      isNotice: kindAndLength >>> KIND_SHIFT >= NOTICE,
      value: payload.toString('utf8', 12, 12 + valueBytes),
      line: payload.subarray(12 + valueBytes)
    },
    end
  }
}

/**
 * Hands each entry of `chunk` to `take`, with its place in the chunk. Skips damage. `isLast`: the chunk ends with the file.
 *
 * Returns `end`, where the next chunk begins. If `needs` is not 0, nothing was read: the first entry needs so many bytes.
 */
export function scanEntries(
  chunk: Buffer,
  isLast: boolean,
  take: (entry: Entry, at: number) => void
): { readonly end: number; readonly damaged: number; readonly damagedBytes: number; readonly needs: number } {
  let damaged = 0
  let damagedBytes = 0
  let at = 0
  while (at < chunk.length) {
    const found = readEntry(chunk, at)
    if (found.kind === 'entry') {
      take(found.entry, at)
      at = found.end
      continue
    }
    // An entry that the chunk cuts off is read with the next chunk, or with a larger one.
    if (found.kind === 'short' && !isLast) {
      if (at === 0) return { end: 0, damaged, damagedBytes, needs: found.bytes }
      break
    }
    damaged++
    // A torn end, a wrong length or wrong bytes. Entries behind the next mark still count.
    const next = found.kind === 'damage' ? found.end : findMark(chunk, at + 1)
    const to = next ?? (isLast ? chunk.length : Math.max(at + 1, chunk.length - MARK_BYTES.length + 1))
    damagedBytes += to - at
    at = to
  }
  return { end: at, damaged, damagedBytes, needs: 0 }
}

/** The place of the next mark at or after `from`. */
function findMark(buffer: Buffer, from: number): number | undefined {
  const at = buffer.indexOf(MARK_BYTES, from)
  return at < 0 ? undefined : at
}
