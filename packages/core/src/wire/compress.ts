/**
 * body → compressed body, in the shapes that the official Java SDK sends: a raw LZ4 block, a raw Snappy block, or one
 * Zstandard frame. Pure: the libraries come from `codec/`; here is what the wire wants and what they give.
 */

/** How a body is compressed. */
export type Compression = 'none' | 'lz4' | 'snappy' | 'zstd'

/** What makes a body smaller. */
export interface Codec {
  readonly name: Exclude<Compression, 'none'>
  compress(plain: Buffer): Buffer
}

/** Says how long the body is without compression. Snappy needs none: its block says it itself. */
const LENGTH_HEADERS: Readonly<Record<Codec['name'], string | undefined>> = {
  lz4: 'x-dis-lz4-content-length',
  snappy: undefined,
  zstd: 'x-dis-zstd-content-length'
}

/** The headers of a compressed body, whose plain form has so many bytes. */
export function compressionHeaders(name: Codec['name'], plainBytes: number): Record<string, string> {
  const headers = { 'content-encoding': name, 'accept-encoding': name }
  const lengthHeader = LENGTH_HEADERS[name]
  return lengthHeader === undefined ? headers : { ...headers, [lengthHeader]: String(plainBytes) }
}

const LZ4_SIZE_BYTES = 4
const ZSTD_MAGIC = 0xfd2fb528
const ZSTD_DESCRIPTOR_AT = 4
/** Behind magic, descriptor and window. */
const ZSTD_SIZE_AT = 6
const ZSTD_SIZE_OF_4_BYTES = 0x80
/** Bits of the descriptor that are set where the size is there already, or a dictionary's id in its place. */
const ZSTD_HAS_SIZE_OR_DICTIONARY = 0xe3

/**
 * The raw block of an LZ4 block with its size in front, which is what libraries for Node make.
 * @throws TypeError if there is no size in front
 */
export function lz4Block(sized: Buffer, plainBytes: number): Buffer {
  if (sized.length < LZ4_SIZE_BYTES || sized.readUInt32LE(0) !== plainBytes) {
    throw new TypeError('its result is not an LZ4 block with the size in front')
  }
  return sized.subarray(LZ4_SIZE_BYTES)
}

/** @throws TypeError if it is not a raw Snappy block: those begin with the size as a varint */
export function snappyBlock(block: Buffer, plainBytes: number): Buffer {
  let size = 0
  for (let index = 0, factor = 1; index < 5; index++, factor *= 128) {
    const byte = block[index] ?? 0
    size += (byte & 127) * factor
    if (byte > 127) continue
    if (size === plainBytes) return block
    break
  }
  throw new TypeError('its result is not a raw Snappy block')
}

/**
 * The frame, with the size of its content in its header (RFC 8878, 3.1.1.1), as zstd's one-shot functions, and so the
 * Java SDK, write it. Libraries on top of zstd's streams leave it out, because a stream does not know it.
 * @throws TypeError if it is not a Zstandard frame
 */
export function zstdFrame(frame: Buffer, plainBytes: number): Buffer {
  if (frame.length < ZSTD_SIZE_AT || frame.readUInt32LE(0) !== ZSTD_MAGIC) {
    throw new TypeError('its result is not a Zstandard frame')
  }
  const descriptor = frame[ZSTD_DESCRIPTOR_AT] ?? 0
  if ((descriptor & ZSTD_HAS_SIZE_OR_DICTIONARY) !== 0) return frame
  const sized = Buffer.allocUnsafe(frame.length + 4)
  frame.copy(sized, 0, 0, ZSTD_SIZE_AT)
  sized[ZSTD_DESCRIPTOR_AT] = descriptor | ZSTD_SIZE_OF_4_BYTES
  sized.writeUInt32LE(plainBytes, ZSTD_SIZE_AT)
  frame.copy(sized, ZSTD_SIZE_AT + 4, ZSTD_SIZE_AT)
  return sized
}
