import { Decompress } from 'fzstd'
import { type Refusal, refuse } from './errors.ts'
import { decodeLz4Block } from './lz4-block.ts'
import { decodeSnappyBlock } from './snappy-block.ts'

/**
 * The compressed bodies of the official Java SDK: raw LZ4 and Snappy blocks and Zstandard frames. All decoders are plain
 * JavaScript, so that the server takes the same bodies on every machine, and none is what the producer compresses with.
 */
interface Codec {
  /** Where the SDK says how long the plain body is; without it in Snappy, whose blocks say so themselves. */
  readonly lengthHeader?: string
  /** The plain body of `bytes` bytes (for a codec without a header: at most so many). May throw. */
  readonly decode: (body: Buffer, bytes: number) => Uint8Array | undefined
}

const CODECS: ReadonlyMap<string, Codec> = new Map<string, Codec>([
  ['identity', { decode: (body) => body }],
  ['lz4', { lengthHeader: 'x-dis-lz4-content-length', decode: decodeLz4Block }],
  ['snappy', { decode: decodeSnappyBlock }],
  ['zstd', { lengthHeader: 'x-dis-zstd-content-length', decode: decodeZstd }]
])

/** In pieces, because a frame need not say how long it is, and a few bytes may stand for gigabytes. */
function decodeZstd(body: Buffer, bytes: number): Buffer | undefined {
  const plain = Buffer.alloc(bytes)
  let at = 0
  const stream = new Decompress((piece) => {
    // Throws where there is no room.
    plain.set(piece, at)
    at += piece.length
  })
  stream.push(body, true)
  return at === bytes ? plain : undefined
}

/**
 * The plain body. Compression comes before signing, so signatures are checked on the compressed bytes. A codec whose
 * length header is missing is refused: the SDK always sends it, and what the service does without it is not known.
 */
export function decodeBody(
  body: Buffer,
  headers: Readonly<Record<string, string | undefined>>,
  maxBytes: number
): Buffer | Refusal {
  const name = headers['content-encoding']?.trim().toLowerCase()
  if (name === undefined || name === '') return body
  const codec = CODECS.get(name)
  if (codec === undefined) return refuse('DIS.4200', `this server has no codec for Content-Encoding ${name}`)
  let bytes = maxBytes
  if (codec.lengthHeader !== undefined) {
    const given = headers[codec.lengthHeader] ?? ''
    bytes = Number(given)
    if (!/^\d+$/.test(given) || bytes > maxBytes) {
      return refuse(
        'DIS.4200',
        `${codec.lengthHeader} has to say how long the plain body is, up to ${maxBytes}`
      )
    }
  }
  try {
    const plain = codec.decode(body, bytes)
    if (plain !== undefined) return Buffer.from(plain.buffer, plain.byteOffset, plain.byteLength)
  } catch {
    // Said below.
  }
  const length = codec.lengthHeader === undefined ? '' : ` of ${bytes} bytes`
  return refuse('DIS.4200', `the body is not valid ${name}${length}`)
}
