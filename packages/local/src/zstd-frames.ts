import { MAX_ZSTD_BLOCKS, MAX_ZSTD_WINDOW_BYTES } from './bounds.ts'

/**
 * Looks at the headers in a zstd body before anything is decompressed: of 14 bytes one may ask for a window of 2 GiB.
 * RFC 8878, 3.1: frames in a row, each a header and blocks, or skippable.
 */

const MAGIC = 0xfd2fb528
const SKIPPABLE_MAGIC = 0x184d2a50
const CHECKSUM_BYTES = 4

/** Why the body is refused, in words; undefined if its headers are sound. */
export function zstdProblem(body: Buffer): string | undefined {
  let at = 0
  let blocks = 0
  while (at < body.length) {
    // Counted as a block, because an empty frame costs as much.
    blocks += 1
    if (at + 8 > body.length) return 'a frame is cut short'
    const magic = body.readUInt32LE(at)
    if ((magic & 0xfffffff0) >>> 0 === SKIPPABLE_MAGIC) {
      at += 8 + body.readUInt32LE(at + 4)
      continue
    }
    if (magic !== MAGIC) return 'a frame does not begin with 28 b5 2f fd'
    const descriptor = body[at + 4] ?? 0
    const window = windowOf(body, at)
    if (window > MAX_ZSTD_WINDOW_BYTES) {
      return `a frame wants a window of ${window} bytes; allowed: up to ${MAX_ZSTD_WINDOW_BYTES} (window log 23)`
    }
    at += 5 + headerRest(descriptor)
    for (let isLast = false; !isLast; blocks++) {
      if (at + 3 > body.length) return 'a block is cut short'
      if (blocks > MAX_ZSTD_BLOCKS) return `it has more than ${MAX_ZSTD_BLOCKS} frames and blocks`
      const header = body.readUIntLE(at, 3)
      isLast = (header & 1) === 1
      // A block of one repeated byte has the byte alone.
      at += 3 + ((header & 6) === 2 ? 1 : header >>> 3)
    }
    if ((descriptor & 4) !== 0) at += CHECKSUM_BYTES
  }
  return at === body.length ? undefined : 'a frame is cut short'
}

const isSingleSegment = (descriptor: number): boolean => (descriptor & 0x20) !== 0

/** Bytes behind the descriptor: window, dictionary id, size of the content. */
function headerRest(descriptor: number): number {
  return (isSingleSegment(descriptor) ? 0 : 1) + dictionaryBytes(descriptor) + sizeBytes(descriptor)
}

function dictionaryBytes(descriptor: number): number {
  return [0, 1, 2, 4][descriptor & 3] ?? 0
}

function sizeBytes(descriptor: number): number {
  const flag = descriptor >> 6
  return flag === 0 ? Number(isSingleSegment(descriptor)) : 1 << flag
}

/** Bytes that a decoder has to keep. A frame of a single segment has no window: there it is the size of the content,
 * which the header of the request has to state too. */
function windowOf(body: Buffer, at: number): number {
  if (isSingleSegment(body[at + 4] ?? 0)) return 0
  const wanted = body[at + 5] ?? 0
  const base = 2 ** (10 + (wanted >> 3))
  return base + (base / 8) * (wanted & 7)
}
