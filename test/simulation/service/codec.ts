/**
 * Stands for the libraries that compress: packages that are installed on some machines only, while a run is to be the same on all.
 * What matters here is that the service finds the lines again. The shapes of real bodies have tests of their own.
 */
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import type { Codec, Compression } from '../../../packages/core/src/wire/compress.ts'

export function loadSimulatedCodec(compression: Compression): Codec | undefined {
  if (compression === 'none') return undefined
  return { name: compression, compress: (plain) => deflateRawSync(plain, { level: 1 }) }
}

export function plainBody(body: Buffer, encoding: string | undefined): Buffer {
  return encoding === undefined ? body : inflateRawSync(body)
}
