import * as zlib from 'node:zlib'
import { type Refusal, refuse } from './errors.ts'

/** Turns a compressed body into the plain one; throws or returns undefined if it cannot. */
type Decoder = (body: Buffer, maxBytes: number) => Buffer | undefined

// Newer Node only (22.15 on); looked up by name because the types of Node 20 do not know it.
const zstdDecompress: unknown = Reflect.get(zlib, 'zstdDecompressSync')

/**
 * Codecs by their name in `Content-Encoding`. The service has three: raw LZ4 and Snappy blocks and Zstandard
 * frames. A codec that is not here is refused by name.
 */
const DECODERS: ReadonlyMap<string, Decoder> = new Map<string, Decoder>([
  ['identity', (body) => body],
  ...(typeof zstdDecompress === 'function' ? [['zstd', zstd] as const] : [])
])

function zstd(body: Buffer, maxBytes: number): Buffer | undefined {
  if (typeof zstdDecompress !== 'function') return undefined
  const plain: unknown = Reflect.apply(zstdDecompress, undefined, [body, { maxOutputLength: maxBytes }])
  return Buffer.isBuffer(plain) ? plain : undefined
}

/** The plain body. Compression comes before signing, so signatures are checked on the compressed bytes. */
export function decodeBody(
  body: Buffer,
  contentEncoding: string | undefined,
  maxBytes: number
): Buffer | Refusal {
  if (contentEncoding === undefined || contentEncoding === '') return body
  const name = contentEncoding.trim().toLowerCase()
  const decoder = DECODERS.get(name)
  if (decoder === undefined)
    return refuse('DIS.4200', `this server has no codec for Content-Encoding ${name}`)
  try {
    return decoder(body, maxBytes) ?? refuse('DIS.4200', `the body is not valid ${name}`)
  } catch {
    return refuse('DIS.4200', `the body is not valid ${name}`)
  }
}
