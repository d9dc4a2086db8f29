import { ZSTDDecoder } from 'zstddec'
import { type Refusal, refuse } from './errors.ts'
import { decodeLz4Block } from './lz4-block.ts'
import { decodeSnappyBlock } from './snappy-block.ts'
import { zstdProblem } from './zstd-frames.ts'

/**
 * The compressed bodies of the official Java SDK: raw LZ4 and Snappy blocks and Zstandard frames. No decoder is native
 * code, so that the server takes the same bodies on every machine, and none is what the producer compresses with.
 */
interface Codec {
  /** Where the SDK says how long the plain body is; without it in Snappy, whose blocks say so themselves. */
  readonly lengthHeader?: string
  /** Why the body is not even tried. */
  readonly problem?: (body: Buffer) => string | undefined
  /** The plain body of `bytes` bytes (for a codec without a header: at most so many). May throw. */
  readonly decode: (body: Buffer, bytes: number) => Uint8Array | undefined
}

const CODECS: ReadonlyMap<string, Codec> = new Map<string, Codec>([
  ['identity', { decode: (body) => body }],
  ['lz4', { lengthHeader: 'x-dis-lz4-content-length', decode: decodeLz4Block }],
  ['snappy', { decode: decodeSnappyBlock }],
  ['zstd', { lengthHeader: 'x-dis-zstd-content-length', problem: zstdProblem, decode: decodeZstd }]
])

// Zstandard's own decoder in WebAssembly; made when the first such body comes, because that takes a tenth of a second.
const zstd = new ZSTDDecoder()

/**
 * All at once into a buffer of exactly that size, so that no window is kept and nothing is written beyond it. The decoders
 * in JavaScript trust what a frame says: some bodies of 30 bytes keep them busy for ever.
 */
function decodeZstd(body: Buffer, bytes: number): Uint8Array | undefined {
  // The decoder takes no size for one that the body states.
  if (bytes === 0) return undefined
  const plain = zstd.decode(body, bytes)
  return plain.length === bytes ? plain : undefined
}

type Headers = Readonly<Record<string, string | undefined>>

const encodingOf = (headers: Headers): string | undefined => headers['content-encoding']?.trim().toLowerCase()

/** Waits for the decoder of such a body, if it has to be made; call it before `decodeBody`. */
export async function prepareDecoder(headers: Headers): Promise<void> {
  if (encodingOf(headers) === 'zstd') await zstd.init()
}

/**
 * The plain body. Compression comes before signing, so signatures are checked on the compressed bytes. A codec whose
 * length header is missing is refused: the SDK always sends it, and what the service does without it is not known.
 */
export function decodeBody(body: Buffer, headers: Headers, maxBytes: number): Buffer | Refusal {
  const name = encodingOf(headers)
  if (name === undefined || name === '') return body
  const codec = CODECS.get(name)
  if (codec === undefined)
    return refuse(
      'DIS.4200',
      `this server has no codec for Content-Encoding ${name}; allowed: ${[...CODECS.keys()].join(', ')}`
    )
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
  const problem = codec.problem?.(body)
  if (problem !== undefined) return refuse('DIS.4200', `the body is not taken as ${name}: ${problem}`)
  try {
    const plain = codec.decode(body, bytes)
    if (plain !== undefined) return Buffer.from(plain.buffer, plain.byteOffset, plain.byteLength)
  } catch {
    // Said below.
  }
  const length = codec.lengthHeader === undefined ? '' : ` of ${bytes} bytes`
  return refuse('DIS.4200', `the body is not valid ${name}${length}`)
}
